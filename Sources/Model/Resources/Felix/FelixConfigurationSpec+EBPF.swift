// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension FelixConfigurationSpec {
  /// The fields about the eBPF dataplane.
  mutating func ebpfFields<V: FieldVisitor>(_ v: inout V) {
    v.optional(
      "bpfAttachType", &bpfAttachType, check: .word("Netkit", "Tcx", "Tc"),
      doc: "How eBPF programs are attached.")
    v.optional(
      "bpfCTLBLogFilter", &bpfCTLBLogFilter, check: .word("all"),
      doc: "What the connect-time load balancer logs.")
    v.optional(
      "bpfConnectTimeLoadBalancing", &bpfConnectTimeLoadBalancing,
      check: .word("Disabled", "Enabled", "Tcp"),
      doc: "Whether connections are balanced when they begin.")
    v.optional(
      "bpfConnectTimeLoadBalancingEnabled", &bpfConnectTimeLoadBalancingEnabled,
      doc: "Deprecated; bpfConnectTimeLoadBalancing says it.")
    v.optional(
      "bpfConntrackMode", &bpfConntrackMode, check: .word("Auto", "BPFProgram", "Userspace"),
      doc: "Who removes old conntrack entries.")
    v.optional(
      "bpfConntrackLogLevel", &bpfConntrackLogLevel, check: .word("debug", "off"),
      doc: "What the removal of conntrack entries logs.")
    v.optional(
      "bpfConntrackTimeouts", &bpfConntrackTimeouts, doc: "When conntrack entries are old.")
    v.optional(
      "bpfDSROptoutCIDRs", &bpfDSROptoutCIDRs, check: .each(.cidr),
      doc: "Clients that get no direct return.")
    v.optional(
      "bpfDataIfacePattern", &bpfDataIfacePattern, check: .regularExpression,
      doc: "The interfaces to the outside.")
    v.optional(
      "bpfDisableGROForIfaces", &bpfDisableGROForIfaces, check: .regularExpression,
      doc: "The interfaces without receive offload.")
    v.optional(
      "bpfDisableUnprivileged", &bpfDisableUnprivileged,
      doc: "Whether others may load eBPF programs.")
    v.optional("bpfEnabled", &bpfEnabled, doc: "Whether the eBPF dataplane is used.")
    v.optional(
      "bpfEnforceRPF", &bpfEnforceRPF, check: .word("Disabled", "Loose", "Strict"),
      doc: "How source addresses are checked.")
    v.optional(
      "bpfExcludeCIDRsFromNAT", &bpfExcludeCIDRsFromNAT, check: .each(.cidr),
      doc: "Services that are left alone.")
    v.optional(
      "bpfExportBufferSizeMB", &bpfExportBufferSizeMB, check: .atLeast(0),
      doc: "The size of the buffer for events.")
    v.optional(
      "bpfExtToServiceConnmark", &bpfExtToServiceConnmark, check: .range(0...4_294_967_295),
      doc: "The mark of traffic from outside to services.")
    v.optional(
      "bpfExternalServiceMode", &bpfExternalServiceMode, check: .word("dsr", "tunnel"),
      doc: "How traffic from outside returns.")
    v.optional(
      "bpfForceTrackPacketsFromIfaces", &bpfForceTrackPacketsFromIfaces,
      check: .each(.interfacePattern), doc: "The interfaces whose traffic the kernel tracks.")
    v.optional(
      "bpfHostConntrackBypass", &bpfHostConntrackBypass,
      doc: "Whether the kernel's conntrack is skipped.")
    v.optional(
      "bpfHostNetworkedNATWithoutCTLB", &bpfHostNetworkedNATWithoutCTLB,
      check: .exactWord("Disabled", "Enabled"),
      doc: "Whether host traffic to services is translated.")
    v.optional(
      "bpfIPFragTimeout", &bpfIPFragTimeout, check: .durationWithUnit,
      doc: "How long fragments are kept.")
    v.optional(
      "bpfIPFragmentReassemblyEnabled", &bpfIPFragmentReassemblyEnabled,
      doc: "Whether fragments are put together.")
    v.optional(
      "bpfJITHardening", &bpfJITHardening, check: .word("Auto", "Strict"),
      doc: "Whether the compiler's hardening is changed.")
    v.optional(
      "bpfKubeProxyHealthzPort", &bpfKubeProxyHealthzPort, check: .portOrOff,
      doc: "The port of kube-proxy's health.")
    v.optional(
      "bpfKubeProxyIptablesCleanupEnabled", &bpfKubeProxyIptablesCleanupEnabled,
      doc: "Whether kube-proxy's rules are removed.")
    v.optional(
      "bpfKubeProxyMinSyncPeriod", &bpfKubeProxyMinSyncPeriod, check: .durationWithUnit,
      doc: "How often services are written at most.")
    v.optional(
      "bpfL3IfacePattern", &bpfL3IfacePattern, check: .regularExpression,
      doc: "The interfaces without link layer.")
    v.optional("bpfLogFilters", &bpfLogFilters, doc: "Which packets eBPF programs log.")
    v.optional(
      "bpfLogLevel", &bpfLogLevel, check: .word("debug", "info", "off"),
      doc: "What eBPF programs log.")
    v.optional(
      "bpfMaglevMaxEndpointsPerService", &bpfMaglevMaxEndpointsPerService, check: .range(1...3000),
      doc: "How many endpoints a Maglev service may have.")
    v.optional(
      "bpfMaglevMaxServices", &bpfMaglevMaxServices, check: .range(1...3000),
      doc: "How many Maglev services there may be.")
    v.optional(
      "bpfMapSizeConntrack", &bpfMapSizeConntrack, check: .atLeast(0),
      doc: "The size of the conntrack map.")
    v.optional(
      "bpfMapSizeConntrackCleanupQueue", &bpfMapSizeConntrackCleanupQueue, check: .atLeast(0),
      doc: "The size of the removal queue.")
    v.optional(
      "bpfMapSizeConntrackScaling", &bpfMapSizeConntrackScaling,
      check: .word("Disabled", "DoubleIfFull"), doc: "Whether the conntrack map grows.")
    v.optional(
      "bpfMapSizeIPSets", &bpfMapSizeIPSets, check: .atLeast(0), doc: "The size of the map of sets."
    )
    v.optional(
      "bpfMapSizeIfState", &bpfMapSizeIfState, check: .atLeast(0),
      doc: "The size of the map of interfaces.")
    v.optional(
      "bpfMapSizeNATAffinity", &bpfMapSizeNATAffinity, check: .atLeast(0),
      doc: "The size of the affinity map.")
    v.optional(
      "bpfMapSizeNATBackend", &bpfMapSizeNATBackend, check: .atLeast(0),
      doc: "The size of the map of backends.")
    v.optional(
      "bpfMapSizeNATFrontend", &bpfMapSizeNATFrontend, check: .atLeast(0),
      doc: "The size of the map of services.")
    v.optional(
      "bpfMapSizePerCpuConntrack", &bpfMapSizePerCpuConntrack, check: .atLeast(0),
      doc: "The size of the conntrack map for each CPU.")
    v.optional(
      "bpfMapSizeRoute", &bpfMapSizeRoute, check: .atLeast(0), doc: "The size of the map of routes."
    )
    v.optional(
      "bpfOverlayHostSourceIP", &bpfOverlayHostSourceIP,
      check: .word("HostAddress", "TunnelAddress"), doc: "The address of hosts in the overlay.")
    v.optional(
      "bpfPSNATPorts", &bpfPSNATPorts, check: .numeric,
      doc: "The ports for conflicts of source ports.")
    v.optional(
      "bpfPolicyDebugEnabled", &bpfPolicyDebugEnabled, doc: "Whether programs can be explained.")
    v.optional(
      "bpfProfiling", &bpfProfiling, check: .exactWord("Disabled", "Enabled"),
      doc: "Whether programs are measured.")
    v.optional(
      "bpfRedirectToPeer", &bpfRedirectToPeer, check: .exactWord("Disabled", "Enabled", "L2Only"),
      doc: "Whether packets go straight into the workload.")
  }
}
