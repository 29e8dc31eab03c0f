// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing

/// The addresses of a node's WireGuard devices.
public struct NodeWireguardSpec: Described {
  public var interfaceIPv4Address = ""
  public var interfaceIPv6Address = ""
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted(
      "interfaceIPv4Address", &interfaceIPv4Address, check: .addressOrNone(.v4),
      doc: "The address of the WireGuard device.")
    v.defaulted(
      "interfaceIPv6Address", &interfaceIPv6Address, check: .addressOrNone(.v6),
      doc: "The address of the IPv6 WireGuard device.")
    v.rest(&unknown)
  }
}
