// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension FelixConfigurationSpec {
  /// The fields about the tables of iptables and nftables.
  mutating func tableFields<V: FieldVisitor>(_ v: inout V) {
    v.optional(
      "chainInsertMode", &chainInsertMode, check: .word("append", "insert"),
      doc: "Whether hooks go before or behind others' rules.")
    v.optional(
      "nftablesFlowTableDataIfacePattern", &nftablesFlowTableDataIfacePattern,
      check: .regularExpression,
      doc: "The interfaces of the flow table.")
    v.optional(
      "nftablesFlowTableOffload", &nftablesFlowTableOffload, check: .word("All", "Disabled"),
      doc: "Whether a flow table speeds up known flows.")
    v.optional(
      "nftablesMode", &nftablesMode, check: .exactWord("Auto", "Disabled", "Enabled"),
      doc: "Whether nftables is used.")
    v.optional(
      "ipsetsRefreshInterval", &ipsetsRefreshInterval, check: .durationWithUnit,
      doc: "How often sets are looked at anew.")
    v.optional(
      "iptablesBackend", &iptablesBackend, check: .word("auto", "legacy", "nft"),
      doc: "Which iptables is used.")
    v.optional(
      "iptablesFilterAllowAction", &iptablesFilterAllowAction, check: .word("Accept", "Return"),
      doc: "What happens to allowed packets in the filter table.")
    v.optional(
      "iptablesFilterDenyAction", &iptablesFilterDenyAction, check: .word("Drop", "Reject"),
      doc: "What happens to denied packets.")
    v.optional(
      "iptablesLockProbeInterval", &iptablesLockProbeInterval, check: .durationWithUnit,
      doc: "How often the lock of iptables is tried.")
    v.optional(
      "iptablesMangleAllowAction", &iptablesMangleAllowAction, check: .word("Accept", "Return"),
      doc: "What happens to allowed packets in the mangle table.")
    v.optional(
      "iptablesMarkMask", &iptablesMarkMask, check: .markMask,
      doc: "The mark bits that may be used.")
    v.optional(
      "iptablesNATOutgoingInterfaceFilter", &iptablesNATOutgoingInterfaceFilter,
      check: .interfacePattern, doc: "The interfaces behind which traffic is masqueraded.")
    v.optional(
      "iptablesPostWriteCheckInterval", &iptablesPostWriteCheckInterval, check: .durationWithUnit,
      doc: "How soon after a write it is looked at.")
    v.optional(
      "iptablesRefreshInterval", &iptablesRefreshInterval, check: .durationWithUnit,
      doc: "How often tables are looked at anew.")
    v.optional(
      "kubeNodePortRanges", &kubeNodePortRanges, check: .nodePorts,
      doc: "The ports of Kubernetes' node ports.")
    v.optional(
      "maxIpsetSize", &maxIpsetSize, check: .atLeast(1), doc: "How many members a set may have.")
    v.optional(
      "nftablesFilterAllowAction", &nftablesFilterAllowAction, check: .word("Accept", "Return"),
      doc: "What happens to allowed packets.")
    v.optional(
      "nftablesFilterDenyAction", &nftablesFilterDenyAction, check: .word("Drop", "Reject"),
      doc: "What happens to denied packets.")
    v.optional(
      "nftablesMangleAllowAction", &nftablesMangleAllowAction, check: .word("Accept", "Return"),
      doc: "What happens to allowed packets before routing.")
    v.optional(
      "nftablesMarkMask", &nftablesMarkMask, check: .markMask,
      doc: "The mark bits that may be used.")
    v.optional(
      "nftablesRefreshInterval", &nftablesRefreshInterval, check: .durationWithUnit,
      doc: "How often tables are looked at anew.")
    v.optional(
      "dropActionOverride", &dropActionOverride,
      check: .word("Drop", "Accept", "LogAndDrop", "LogAndAccept"),
      doc: "What happens to denied packets.")
  }
}
