// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension FelixConfigurationSpec {
  /// The fields about IPIP, VXLAN and WireGuard.
  mutating func overlayFields<V: FieldVisitor>(_ v: inout V) {
    v.optional("vxlanEnabled", &vxlanEnabled, doc: "Whether VXLAN is used; else the pools say.")
    v.optional(
      "vxlanMTU", &vxlanMTU, check: .atLeast(0), doc: "The MTU of the VXLAN device; 0 finds it out."
    )
    v.optional(
      "vxlanMTUV6", &vxlanMTUV6, check: .atLeast(0),
      doc: "The MTU of the IPv6 VXLAN device; 0 finds it out.")
    v.optional("vxlanPort", &vxlanPort, check: .port, doc: "The UDP port of VXLAN.")
    v.optional(
      "vxlanVNI", &vxlanVNI, check: .range(0...16_777_215), doc: "The network identifier of VXLAN.")
    v.optional("ipipEnabled", &ipipEnabled, doc: "Whether IPIP is used; else the pools say.")
    v.optional(
      "ipipMTU", &ipipMTU, check: .atLeast(0), doc: "The MTU of the IPIP device; 0 finds it out.")
    v.optional(
      "wireguardEnabled", &wireguardEnabled, doc: "Whether traffic between nodes is encrypted.")
    v.optional(
      "wireguardEnabledV6", &wireguardEnabledV6,
      doc: "Whether IPv6 traffic between nodes is encrypted.")
    v.optional(
      "wireguardHostEncryptionEnabled", &wireguardHostEncryptionEnabled,
      doc: "Whether the nodes' own traffic is too.")
    v.optional(
      "wireguardInterfaceName", &wireguardInterfaceName, check: .interfacePattern,
      doc: "The name of the WireGuard device.")
    v.optional(
      "wireguardInterfaceNameV6", &wireguardInterfaceNameV6, check: .interfacePattern,
      doc: "The name of the IPv6 WireGuard device.")
    v.optional(
      "wireguardListeningPort", &wireguardListeningPort, check: .port,
      doc: "The UDP port of WireGuard.")
    v.optional(
      "wireguardListeningPortV6", &wireguardListeningPortV6, check: .port,
      doc: "The UDP port of IPv6 WireGuard.")
    v.optional(
      "wireguardMTU", &wireguardMTU, check: .atLeast(0),
      doc: "The MTU of the WireGuard device; 0 finds it out.")
    v.optional(
      "wireguardMTUV6", &wireguardMTUV6, check: .atLeast(0),
      doc: "The MTU of the IPv6 WireGuard device; 0 finds it out.")
    v.optional(
      "wireguardKeepAlive", &wireguardKeepAlive, check: .durationWithUnit,
      doc: "Between keepalives of WireGuard; 0 is none.")
    v.optional(
      "wireguardRoutingRulePriority", &wireguardRoutingRulePriority, check: .range(0...32766),
      doc: "The priority of WireGuard's routing rule.")
    v.optional(
      "wireguardThreadingEnabled", &wireguardThreadingEnabled,
      doc: "Whether WireGuard works in threads.")
  }
}
