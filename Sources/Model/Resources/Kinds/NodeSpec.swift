// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
public import ValueTree

/// What a node has (compatibility §1.2).
public struct NodeSpec: Described {
  /// Nil when the node takes no part in BGP.
  public var bgp: NodeBGPSpec?
  public var ipv4VXLANTunnelAddr = ""
  public var vxlanTunnelMACAddr = ""
  public var ipv6VXLANTunnelAddr = ""
  public var vxlanTunnelMACAddrV6 = ""
  public var orchRefs: [OrchRef] = []
  public var wireguard: NodeWireguardSpec?
  public var addresses: [NodeAddress] = []
  public var interfaces: [Value] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional("bgp", &bgp, doc: "The node's part in BGP, with its addresses.")
    v.defaulted(
      "ipv4VXLANTunnelAddr", &ipv4VXLANTunnelAddr, check: .addressOrNone(.v4),
      doc: "The address of the VXLAN device.")
    v.defaulted(
      "vxlanTunnelMACAddr", &vxlanTunnelMACAddr, check: .macOrNone,
      doc: "The MAC address of the VXLAN device.")
    v.defaulted(
      "ipv6VXLANTunnelAddr", &ipv6VXLANTunnelAddr, check: .addressOrNone(.v6),
      doc: "The address of the IPv6 VXLAN device.")
    v.defaulted(
      "vxlanTunnelMACAddrV6", &vxlanTunnelMACAddrV6, check: .macOrNone,
      doc: "The MAC address of the IPv6 VXLAN device.")
    v.defaulted("orchRefs", &orchRefs, doc: "What orchestrators call the node.")
    v.optional("wireguard", &wireguard, doc: "The addresses of the WireGuard devices.")
    v.defaulted("addresses", &addresses, doc: "All addresses of the node.")
    v.defaulted("interfaces", &interfaces, doc: "The node's interfaces.")
    v.rest(&unknown)
  }
}
