// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing

extension FelixConfigurationSpec {
  /// The fields about interfaces, routes and what workloads may do.
  mutating func generalFields<V: FieldVisitor>(_ v: inout V) {
    v.optional(
      "allowIPIPPacketsFromWorkloads", &allowIPIPPacketsFromWorkloads,
      doc: "Whether workloads may send IPIP.")
    v.optional(
      "allowVXLANPacketsFromWorkloads", &allowVXLANPacketsFromWorkloads,
      doc: "Whether workloads may send VXLAN.")
    v.optional("cgroupV2Path", &cgroupV2Path, doc: "Where cgroup v2 is mounted.")
    v.optional("dataplaneDriver", &dataplaneDriver, doc: "The external dataplane driver.")
    v.optional(
      "dataplaneWatchdogTimeout", &dataplaneWatchdogTimeout, check: .durationWithUnit,
      doc: "After how long a silent dataplane counts as dead.")
    v.optional(
      "defaultEndpointToHostAction", &defaultEndpointToHostAction,
      check: .word("Accept", "Drop", "Return"),
      doc: "What happens to traffic from workloads to their host.")
    v.optional(
      "deviceRouteProtocol", &deviceRouteProtocol, check: .range(0...255),
      doc: "The protocol number of routes to workloads.")
    v.optional(
      "deviceRouteSourceAddress", &deviceRouteSourceAddress,
      check: .addressOrNone(.v4, "deviceRouteSourceAddress must be a valid IPv4 address"),
      doc: "The source address of routes to workloads.")
    v.optional(
      "deviceRouteSourceAddressIPv6", &deviceRouteSourceAddressIPv6,
      check: .addressOrNone(.v6, "deviceRouteSourceAddressIPv6 must be a valid IPv6 address"),
      doc: "The source address of IPv6 routes to workloads.")
    v.optional(
      "disableConntrackInvalidCheck", &disableConntrackInvalidCheck,
      doc: "Whether packets of no known flow go on to the policies.")
    v.optional(
      "externalNodesList", &externalNodesList, check: .each(.cidr),
      doc: "Addresses of nodes outside the cluster that may send IPIP and VXLAN.")
    v.optional(
      "failsafeInboundHostPorts", &failsafeInboundHostPorts,
      doc: "Ports that host endpoint policies never close, inbound.")
    v.optional(
      "failsafeOutboundHostPorts", &failsafeOutboundHostPorts,
      doc: "Ports that host endpoint policies never close, outbound.")
    v.optional(
      "floatingIPs", &floatingIPs, check: .exactWord("Disabled", "Enabled"),
      doc: "Whether workloads may have floating addresses.")
    v.optional(
      "ipForwarding", &ipForwarding, check: .exactWord("Disabled", "Enabled"),
      doc: "Whether the agent turns on forwarding in the kernel.")
    v.optional(
      "ipv4ElevatedRoutePriority", &ipv4ElevatedRoutePriority, check: .routePriority,
      doc: "The metric of routes that go before others.")
    v.optional(
      "ipv4NormalRoutePriority", &ipv4NormalRoutePriority, check: .routePriority,
      doc: "The metric of routes.")
    v.optional(
      "ipv6ElevatedRoutePriority", &ipv6ElevatedRoutePriority, check: .routePriority,
      doc: "The metric of IPv6 routes that go before others.")
    v.optional(
      "ipv6NormalRoutePriority", &ipv6NormalRoutePriority, check: .routePriority,
      doc: "The metric of IPv6 routes.")
    v.optional(
      "interfaceExclude", &interfaceExclude, check: .interfacesOrExpressions,
      doc: "Interfaces that are not watched: names, or patterns between slashes.")
    v.optional(
      "interfacePrefix", &interfacePrefix, check: .interfacePrefixes,
      doc: "What names of workloads' interfaces begin with, comma-separated.")
    v.optional(
      "interfaceRefreshInterval", &interfaceRefreshInterval, check: .durationWithUnit,
      doc: "How often interfaces are looked at anew.")
    v.optional("ipv6Support", &ipv6Support, doc: "Whether IPv6 is policed.")
    v.optional(
      "istioAmbientMode", &istioAmbientMode, check: .exactWord("Disabled", "Enabled"),
      doc: "Whether Istio's ambient mode is worked with.")
    v.optional(
      "istioDSCPMark", &istioDSCPMark, check: .known, doc: "The DSCP mark of Istio's traffic.")
    v.optional(
      "liveMigrationRouteConvergenceTime", &liveMigrationRouteConvergenceTime,
      check: .durationWithUnit,
      doc: "How long routes take to settle after a live migration.")
    v.optional(
      "localSubnetL2Reachability", &localSubnetL2Reachability,
      check: .word("Disabled", "PodsAndLoadBalancers"),
      doc: "Whether the node answers for addresses of its subnet.")
    v.optional(
      "localSubnetL2ReachabilityRefreshInterval", &localSubnetL2ReachabilityRefreshInterval,
      check: .durationWithUnit, doc: "How often those answers are looked at anew.")
    v.optional(
      "mtuIfacePattern", &mtuIfacePattern, check: .regularExpression,
      doc: "The interfaces whose MTU counts.")
    v.optional(
      "natOutgoingAddress", &natOutgoingAddress,
      check: .addressOrNone(.v4, "natOutgoingAddress must be a valid IPv4 address"),
      doc: "The address that outgoing traffic gets.")
    v.optional(
      "natOutgoingExclusions", &natOutgoingExclusions,
      check: .word("IPPoolsAndHostIPs", "IPPoolsOnly"), doc: "What is not masqueraded.")
    v.optional(
      "natPortRange", &natPortRange, check: .numeric, doc: "The ports that outgoing traffic gets.")
    v.optional(
      "netlinkTimeout", &netlinkTimeout, check: .durationWithUnit,
      doc: "How long the kernel is waited for."
    )
    v.optional(
      "policySyncPathPrefix", &policySyncPathPrefix, doc: "Where the policy sync sockets are.")
    v.optional(
      "programClusterRoutes", &programClusterRoutes, check: .clusterRoutes,
      doc: "Which routes to other nodes the agent programs.")
    v.optional(
      "removeExternalRoutes", &removeExternalRoutes,
      doc: "Whether strange routes to workloads are removed.")
    v.optional("requireMTUFile", &requireMTUFile, doc: "Whether the agent needs the MTU file.")
    v.optional(
      "routeRefreshInterval", &routeRefreshInterval, check: .durationWithUnit,
      doc: "How often routes are looked at anew.")
    v.optional(
      "routeSource", &routeSource, check: .word("CalicoIPAM", "WorkloadIPs"),
      doc: "What routes are made of.")
    v.optional(
      "routeSyncDisabled", &routeSyncDisabled, doc: "Whether the agent leaves routes alone.")
    v.optional("routeTableRange", &routeTableRange, doc: "The routing tables that it may use.")
    v.optional("routeTableRanges", &routeTableRanges, doc: "The routing tables that it may use.")
    v.optional(
      "serviceLoopPrevention", &serviceLoopPrevention, check: .word("Disabled", "Drop", "Reject"),
      doc: "What happens to packets for services that there are not.")
    v.optional(
      "sidecarAccelerationEnabled", &sidecarAccelerationEnabled,
      doc: "Whether traffic to sidecars takes a short cut.")
    v.optional(
      "useInternalDataplaneDriver", &useInternalDataplaneDriver,
      doc: "Whether the built-in dataplane is used.")
    v.optional(
      "workloadSourceSpoofing", &workloadSourceSpoofing, check: .word("Any", "Disabled"),
      doc: "Whether pods may ask to send from other addresses.")
    v.optional(
      "featureDetectOverride", &featureDetectOverride,
      doc: "Features of the kernel that are said to be there or not.")
    v.optional("featureGates", &featureGates, doc: "Features that are switched on or off.")
    v.optional(
      "goGCThreshold", &goGCThreshold, check: .atLeast(-1),
      doc: "For Calico's runtime; without effect here.")
    v.optional(
      "goMaxProcs", &goMaxProcs, check: .atLeast(-1),
      doc: "For Calico's runtime; without effect here.")
    v.optional(
      "goMemoryLimitMB", &goMemoryLimitMB, check: .atLeast(-1),
      doc: "For Calico's runtime; without effect here.")
    v.optional(
      "windowsManageFirewallRules", &windowsManageFirewallRules,
      check: .exactWord("Disabled", "Enabled"), doc: "Whether the Windows firewall is opened.")
    v.optional("metadataAddr", &metadataAddr, doc: "Where OpenStack's metadata server is.")
    v.optional(
      "metadataPort", &metadataPort, check: .portOrOff,
      doc: "The port of OpenStack's metadata server.")
    v.optional("openstackRegion", &openstackRegion, doc: "The OpenStack region.")
    v.optional(
      "genericXDPEnabled", &genericXDPEnabled, doc: "Whether XDP is used without the driver's help."
    )
    v.optional("xdpEnabled", &xdpEnabled, doc: "Whether XDP drops packets early.")
    v.optional(
      "xdpRefreshInterval", &xdpRefreshInterval, check: .durationWithUnit,
      doc: "How often XDP programs are looked at anew.")
    v.optional(
      "awsSrcDstCheck", &awsSrcDstCheck, check: .word("Disable", "DoNothing", "Enable"),
      doc: "What is done about the source check of AWS.")
  }
}
