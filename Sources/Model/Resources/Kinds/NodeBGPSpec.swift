// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// A node's part in BGP (compatibility §1.2).
public struct NodeBGPSpec: Described {
  /// Nil is the cluster's.
  public var asNumber: ASNumber?
  /// With the prefix length of the subnet.
  public var ipv4Address = ""
  public var ipv6Address = ""
  public var ipv4IPIPTunnelAddr = ""
  public var routeReflectorClusterID = ""
  public var unknown: [UnknownMember] = []

  public init() {}

  /// The node's IPv4 address with its subnet.
  public var ipv4: InterfaceAddress? { Self.address(ipv4Address) }
  /// The node's IPv6 address with its subnet.
  public var ipv6: InterfaceAddress? { Self.address(ipv6Address) }

  /// An address without a prefix length is a subnet of its own.
  private static func address(_ text: String) -> InterfaceAddress? {
    InterfaceAddress(text)
      ?? IPAddress(text).flatMap { InterfaceAddress($0, prefixLength: $0.family.bitWidth) }
  }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional("asNumber", &asNumber, doc: "The node's AS number; else the cluster's.")
    v.defaulted(
      "ipv4Address", &ipv4Address, check: .interfaceAddressOrNone(.v4),
      doc: "The node's IPv4 address and subnet.")
    v.defaulted(
      "ipv6Address", &ipv6Address, check: .interfaceAddressOrNone(.v6),
      doc: "The node's IPv6 address and subnet.")
    v.defaulted(
      "ipv4IPIPTunnelAddr", &ipv4IPIPTunnelAddr, check: .addressOrNone(.v4),
      doc: "The address of the IPIP device.")
    v.defaulted(
      "routeReflectorClusterID", &routeReflectorClusterID, check: .addressOrNone(.v4),
      doc: "The cluster for which the node is a route reflector.")
    v.rest(&unknown)
  }
}
