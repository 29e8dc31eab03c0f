// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// Settings of the agents, as FelixConfiguration resources hold them (compatibility §4.2).
///
/// A field that is nil was not set here; the next source down says, and at last the agent's default.
/// `FelixParameter` has the names of the fields in the environment and in files. Time spans are
/// texts such as `1m30s` (`DurationText`).
public struct FelixConfigurationSpec: Described {
  /// The nodes for which a configuration is that is neither the default nor a node's own.
  public var nodeSelector: String?

  // Logs, metrics, health and other reports.
  public var healthEnabled, prometheusGoMetricsEnabled, prometheusMetricsEnabled: Bool?
  public var prometheusProcessMetricsEnabled, prometheusWireGuardMetricsEnabled: Bool?
  public var endpointReportingEnabled, flowLogsCollectorDebugTrace: Bool?
  public var debugDisableLogDropping, usageReportingEnabled: Bool?
  public var healthHost, endpointStatusPathPrefix, logActionRateLimit: String?
  public var logDebugFilenameRegex, logFilePath, logPrefix, logSeverityFile: String?
  public var logSeverityScreen, logSeveritySys, prometheusMetricsCAFile: String?
  public var prometheusMetricsCertFile, prometheusMetricsClientAuth: String?
  public var prometheusMetricsHost, prometheusMetricsKeyFile, endpointReportingDelay: String?
  public var reportingInterval, reportingTTL, flowLogsFlushInterval: String?
  public var flowLogsGoldmaneServer, flowLogsLocalReporter: String?
  public var flowLogsPolicyEvaluationMode, debugHost, debugMemoryProfilePath: String?
  public var debugSimulateCalcGraphHangAfter, debugSimulateDataplaneApplyDelay: String?
  public var debugSimulateDataplaneHangAfter, usageReportingInitialDelay: String?
  public var usageReportingInterval: String?
  public var healthPort, logActionRateLimitBurst, prometheusMetricsPort, debugPort: Int?
  public var healthTimeoutOverrides: [HealthTimeoutOverride]?

  // Interfaces, routes and what workloads may do.
  public var allowIPIPPacketsFromWorkloads, allowVXLANPacketsFromWorkloads: Bool?
  public var disableConntrackInvalidCheck, ipv6Support, removeExternalRoutes: Bool?
  public var requireMTUFile, routeSyncDisabled, sidecarAccelerationEnabled: Bool?
  public var useInternalDataplaneDriver, genericXDPEnabled, xdpEnabled: Bool?
  public var cgroupV2Path, dataplaneDriver, dataplaneWatchdogTimeout: String?
  public var defaultEndpointToHostAction, deviceRouteSourceAddress: String?
  public var deviceRouteSourceAddressIPv6, floatingIPs, ipForwarding, interfaceExclude: String?
  public var interfacePrefix, interfaceRefreshInterval, istioAmbientMode: String?
  public var liveMigrationRouteConvergenceTime, localSubnetL2Reachability: String?
  public var localSubnetL2ReachabilityRefreshInterval, mtuIfacePattern: String?
  public var natOutgoingAddress, natOutgoingExclusions, netlinkTimeout: String?
  public var policySyncPathPrefix, programClusterRoutes, routeRefreshInterval: String?
  public var routeSource, serviceLoopPrevention, workloadSourceSpoofing: String?
  public var featureDetectOverride, featureGates, windowsManageFirewallRules: String?
  public var metadataAddr, openstackRegion, xdpRefreshInterval, awsSrcDstCheck: String?
  public var deviceRouteProtocol, ipv4ElevatedRoutePriority, ipv4NormalRoutePriority: Int?
  public var ipv6ElevatedRoutePriority, ipv6NormalRoutePriority, goGCThreshold: Int?
  public var goMaxProcs, goMemoryLimitMB, metadataPort: Int?
  public var externalNodesList: [String]?
  public var failsafeInboundHostPorts, failsafeOutboundHostPorts: [FailsafePort]?
  public var istioDSCPMark: DSCPMark?
  public var natPortRange: PolicyPort?
  public var routeTableRange: RouteTableRange?
  public var routeTableRanges: [RouteTableRange]?

  // The tables of iptables and nftables.
  public var chainInsertMode, nftablesFlowTableDataIfacePattern: String?
  public var nftablesFlowTableOffload, nftablesMode, ipsetsRefreshInterval: String?
  public var iptablesBackend, iptablesFilterAllowAction, iptablesFilterDenyAction: String?
  public var iptablesLockProbeInterval, iptablesMangleAllowAction: String?
  public var iptablesNATOutgoingInterfaceFilter, iptablesPostWriteCheckInterval: String?
  public var iptablesRefreshInterval, nftablesFilterAllowAction: String?
  public var nftablesFilterDenyAction, nftablesMangleAllowAction: String?
  public var nftablesRefreshInterval: String?
  public var iptablesMarkMask, maxIpsetSize, nftablesMarkMask: Int?
  public var kubeNodePortRanges: [PolicyPort]?

  // IPIP, VXLAN and WireGuard.
  public var vxlanEnabled, ipipEnabled, wireguardEnabled, wireguardEnabledV6: Bool?
  public var wireguardHostEncryptionEnabled, wireguardThreadingEnabled: Bool?
  public var vxlanMTU, vxlanMTUV6, vxlanPort, vxlanVNI, ipipMTU, wireguardListeningPort: Int?
  public var wireguardListeningPortV6, wireguardMTU, wireguardMTUV6: Int?
  public var wireguardRoutingRulePriority: Int?
  public var wireguardInterfaceName, wireguardInterfaceNameV6, wireguardKeepAlive: String?

  // The eBPF dataplane.
  public var bpfAttachType, bpfCTLBLogFilter, bpfConnectTimeLoadBalancing: String?
  public var bpfConntrackMode, bpfConntrackLogLevel, bpfDataIfacePattern: String?
  public var bpfDisableGROForIfaces, bpfEnforceRPF, bpfExternalServiceMode: String?
  public var bpfHostNetworkedNATWithoutCTLB, bpfIPFragTimeout, bpfJITHardening: String?
  public var bpfKubeProxyMinSyncPeriod, bpfL3IfacePattern, bpfLogLevel: String?
  public var bpfMapSizeConntrackScaling, bpfOverlayHostSourceIP, bpfProfiling: String?
  public var bpfRedirectToPeer: String?
  public var bpfConnectTimeLoadBalancingEnabled, bpfDisableUnprivileged, bpfEnabled: Bool?
  public var bpfHostConntrackBypass, bpfIPFragmentReassemblyEnabled: Bool?
  public var bpfKubeProxyIptablesCleanupEnabled, bpfPolicyDebugEnabled: Bool?
  public var bpfConntrackTimeouts, bpfLogFilters: [String: String]?
  public var bpfDSROptoutCIDRs, bpfExcludeCIDRsFromNAT: [String]?
  public var bpfForceTrackPacketsFromIfaces: [String]?
  public var bpfExportBufferSizeMB, bpfExtToServiceConnmark, bpfKubeProxyHealthzPort: Int?
  public var bpfMaglevMaxEndpointsPerService, bpfMaglevMaxServices, bpfMapSizeConntrack: Int?
  public var bpfMapSizeConntrackCleanupQueue, bpfMapSizeIPSets, bpfMapSizeIfState: Int?
  public var bpfMapSizeNATAffinity, bpfMapSizeNATBackend, bpfMapSizeNATFrontend: Int?
  public var bpfMapSizePerCpuConntrack, bpfMapSizeRoute: Int?
  public var bpfPSNATPorts: PolicyPort?

  /// What happens to denied packets: Drop, Accept, LogAndDrop or LogAndAccept. The book has it, as
  /// of a commercial edition; Calico does not.
  public var dropActionOverride: String?
  /// Whether denied packets are counted and served as metrics, from the book like its port.
  public var prometheusReporterEnabled: Bool?
  public var prometheusReporterPort: Int?

  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional(
      "nodeSelector", &nodeSelector, check: .selector, doc: "The nodes that it is for.")
    generalFields(&v)
    tableFields(&v)
    overlayFields(&v)
    reportFields(&v)
    ebpfFields(&v)
    v.rest(&unknown)
  }
}
