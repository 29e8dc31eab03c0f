// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

extension ValidationCase {
  static let pools: [ValidationCase] =
    table(
      [.ipPool], "compatibility §1.2 IPPool",
      [
        .ok("cidr: 10.0.0.0/16"), .ok("cidr: 10.0.0.0/26"), .ok("cidr: 'fd00::/64'"),
        .ok("cidr: 'fd00::/122'"), .ok("cidr: 10.0.0.0/28, blockSize: 28"),
        .ok("cidr: 10.0.0.0/16, blockSize: 20"), .ok("cidr: 10.0.0.0/16, blockSize: 32"),
        .ok("cidr: 'fd00::/64', blockSize: 116"), .ok("cidr: 'fd00::/64', blockSize: 128"),
        .ok("cidr: 10.0.0.0/16, ipipMode: Always"),
        .ok("cidr: 10.0.0.0/16, vxlanMode: CrossSubnet"),
        .ok("cidr: 'fd00::/64', vxlanMode: Always"),
        .ok("cidr: 10.0.0.0/16, allowedUses: [Tunnel]"),
        .ok("cidr: 10.0.0.0/16, allowedUses: [LoadBalancer]"),
        .ok("cidr: 10.0.0.0/16, assignmentMode: Manual"),
        .ok("cidr: 10.0.0.0/16, nodeSelector: has(a)"),
        .ok("cidr: 10.0.0.0/16, namespaceSelector: has(a), allowedUses: [Workload]"),
        .ok("cidr: 10.0.0.0/30, disabled: true"), .ok("cidr: 'fd00::/126', disabled: true"),
        .stored(
          "cidr: 10.0.0.0/16",
          "ipipMode: Never, vxlanMode: Never, blockSize: 26, nodeSelector: all(), "
            + "allowedUses: [Workload, Tunnel], assignmentMode: Automatic"),
        .stored("cidr: 'fd00::/64'", "blockSize: 122"),
        .stored("cidr: 10.0.0.0/16, blockSize: 24", "blockSize: 24"),
        .bad("", "spec.cidr: is required"), .bad("cidr: ''", "spec.cidr"),
        .bad("cidr: 10.0.0.0/33", "spec.cidr"), .bad("cidr: 10.0.0.0/99", "spec.cidr"),
        .bad("cidr: ten", "spec.cidr"), .bad("cidr: 10", "spec.cidr"),
        .bad("cidr: 10.0.0.0/16, ipipMode: always", "spec.ipipMode"),
        .bad("cidr: 10.0.0.0/16, vxlanMode: CROSSSUBNET", "spec.vxlanMode"),
        .bad("cidr: 10.0.0.0/16, assignmentMode: manual", "spec.assignmentMode"),
        .bad("cidr: 10.0.0.0/16, allowedUses: [Pods]", "spec.allowedUses[0]"),
        .bad("cidr: 10.0.0.0/16, allowedUses: [Workload, Workload]", "spec.allowedUses[1]"),
        .bad("cidr: 10.0.0.0/16, blockSize: '26'", "spec.blockSize"),
        .bad("cidr: 10.0.0.0/16, natOutgoing: 'true'", "spec.natOutgoing"),
        .bad("cidr: 10.0.0.0/16, disabled: 1", "spec.disabled"),
        .bad("cidr: 10.0.0.0/16, nodeSelector: 'a =='", "spec.nodeSelector", onlyInFiles: syntax),
        .bad("cidr: 10.0.0.0/16, colour: red", "spec.colour", onlyInFiles: unknownField),
      ])
    + table(
      [.ipPool], "compatibility §1.3 IPPool (CEL)",
      [
        .bad("cidr: 10.0.0.1/16", "IPPool CIDR must be strictly masked"),
        .bad("cidr: 'fd00::1/64'", "IPPool CIDR must be strictly masked"),
        .bad("cidr: 169.254.0.0/16", "overlaps with IPv4 link local range 169.254.0.0/16"),
        .bad("cidr: 169.0.0.0/8", "overlaps with IPv4 link local range 169.254.0.0/16"),
        .bad("cidr: 'fe80::/64'", "overlaps with IPv6 link local range fe80::/10"),
        .bad("cidr: 10.0.0.0/16, blockSize: 19", "blockSize must be between 20 and 32"),
        .bad("cidr: 10.0.0.0/16, blockSize: 33", "blockSize must be between 20 and 32"),
        .bad("cidr: 'fd00::/64', blockSize: 115", "between 116 and 128 for IPv6"),
        .bad("cidr: 'fd00::/64', blockSize: 26", "between 116 and 128 for IPv6"),
        .bad("cidr: 10.0.0.0/27", "IP pool size is too small"),
        .bad("cidr: 'fd00::/123'", "IP pool size is too small"),
        .bad("cidr: 10.0.0.0/24, blockSize: 23", "IP pool size is too small"),
        .bad("cidr: 'fd00::/64', ipipMode: Always", "IPIP is not supported on IPv6 pools"),
        .bad(
          "cidr: 10.0.0.0/16, ipipMode: Always, vxlanMode: Always",
          "ipipMode and vxlanMode cannot both be enabled"),
        .bad(
          "cidr: 10.0.0.0/16, allowedUses: [LoadBalancer, Workload]",
          "LoadBalancer cannot be combined with Workload or Tunnel allowed uses"),
        .bad(
          "cidr: 10.0.0.0/16, allowedUses: [LoadBalancer], vxlanMode: Always",
          "LoadBalancer IP pool cannot have IPIP or VXLAN enabled"),
        .bad(
          "cidr: 10.0.0.0/16, allowedUses: [LoadBalancer], disableBGPExport: true",
          "LoadBalancer IP pools cannot disable BGP export"),
        .bad(
          "cidr: 10.0.0.0/16, allowedUses: [LoadBalancer], nodeSelector: has(a)",
          "must have nodeSelector set to all()"),
        .bad(
          "cidr: 10.0.0.0/16, namespaceSelector: has(a)",
          "IP Pool with AllowedUse Tunnel cannot have namespaceSelector"),
        .bad(
          "cidr: 10.0.0.0/16, nodeSelector: global()",
          "global() selector is not valid for IPPool nodeSelector"),
        .bad(
          "cidr: 10.0.0.0/16, allowedUses: [Workload], namespaceSelector: global()",
          "global() selector is not valid for IPPool namespaceSelector"),
      ])

  static let reservations = table(
    [.ipReservation], "compatibility §1.2 IPReservation",
    [
      .ok(""), .ok("reservedCIDRs: []"), .ok("reservedCIDRs: [10.0.0.1]"),
      .ok("reservedCIDRs: [10.0.0.0/30, 'fd00::1']"),
      .bad("reservedCIDRs: [10.0.0.0/40]", "spec.reservedCIDRs[0]"),
      .bad("reservedCIDRs: [10.0.0.1, x]", "spec.reservedCIDRs[1]"),
      .bad("reservedCIDRs: 10.0.0.1", "spec.reservedCIDRs"),
    ])

  static let bgpConfigurations: [ValidationCase] =
    table(
      [.bgpConfiguration], "compatibility §1.2 BGPConfiguration", name: "default",
      [
        .ok(""), .ok("logSeverityScreen: Debug"), .ok("nodeToNodeMeshEnabled: false"),
        .ok("asNumber: 64512"), .ok("asNumber: '64512'"), .ok("asNumber: '1.10'"),
        .ok("asNumber: '0.7'"), .ok("asNumber: 4294967295"), .ok("listenPort: 1790"),
        .ok("serviceClusterIPs: [{cidr: 10.96.0.0/12}]"),
        .ok("serviceLoadBalancerAggregation: Disabled"), .ok("bindMode: NodeIP"),
        .ok("nodeMeshMaxRestartTime: 2m"), .ok("nodeMeshMaxRestartTime: 1m30s"),
        .ok("ignoredInterfaces: [eth0, br-1.2_x]"), .ok("localWorkloadPeeringIPV4: 10.0.0.1"),
        .ok("programClusterRoutes: EnabledIPIPOnly"), .ok("ipv4NormalRoutePriority: 1024"),
        .ok("nodeMeshPassword: {secretKeyRef: {name: s, key: k}}"),
        .ok("prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: ['64512:1']}]"),
        .ok("prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: ['64512:1:2']}]"),
        .ok(
          "communities: [{name: a, value: '0:1'}], "
            + "prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: [a]}]"),
        .bad("logSeverityScreen: Loud", "spec.logSeverityScreen"),
        .bad("asNumber: 4294967296", "spec.asNumber"), .bad("asNumber: -1", "spec.asNumber"),
        .bad("asNumber: '1.65536'", "spec.asNumber"), .bad("asNumber: '1.2.3'", "spec.asNumber"),
        .bad("asNumber: AS1", "spec.asNumber"), .bad("asNumber: true", "spec.asNumber"),
        .bad("asNumber: 1.5", "spec.asNumber"), .bad("listenPort: 0", "spec.listenPort"),
        .bad("listenPort: 65536", "spec.listenPort"), .bad("listenPort: '179'", "spec.listenPort"),
        .bad("serviceClusterIPs: [{cidr: x}]", "spec.serviceClusterIPs[0].cidr"),
        .bad("serviceExternalIPs: [{}]", "spec.serviceExternalIPs[0].cidr"),
        .bad("serviceLoadBalancerAggregation: disabled", "spec.serviceLoadBalancerAggregation"),
        .bad("bindMode: nodeip", "spec.bindMode"), .bad("bindMode: Any", "spec.bindMode"),
        .bad("nodeMeshMaxRestartTime: -5s", "spec.nodeMeshMaxRestartTime"),
        .bad("nodeMeshMaxRestartTime: '5'", "spec.nodeMeshMaxRestartTime"),
        .bad("nodeMeshMaxRestartTime: 5", "spec.nodeMeshMaxRestartTime"),
        .bad("ignoredInterfaces: ['eth*']", "spec.ignoredInterfaces[0]"),
        .bad("ignoredInterfaces: [eth0, '*']", "spec.ignoredInterfaces[1]"),
        .bad("ignoredInterfaces: ['a b']", "spec.ignoredInterfaces[0]"),
        .bad("localWorkloadPeeringIPV4: 'fd00::1'", "spec.localWorkloadPeeringIPV4"),
        .bad("localWorkloadPeeringIPV6: 10.0.0.1", "spec.localWorkloadPeeringIPV6"),
        .bad("programClusterRoutes: enabled", "spec.programClusterRoutes"),
        .bad("ipv4NormalRoutePriority: 0", "spec.ipv4NormalRoutePriority"),
        .bad("prefixAdvertisements: [{cidr: 10.0.0.0/8}]", "prefixAdvertisements[0].communities"),
        .bad(
          "prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: []}]",
          "prefixAdvertisements[0].communities"),
        .bad(
          "prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: ['064512:1']}]",
          "community used is invalid or not defined.", onlyInFiles: cost),
        .bad(
          "prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: ['1:2', '1:2']}]",
          "prefixAdvertisements[0].communities[1]"),
      ])
    + table(
      [.bgpConfiguration], "compatibility §1.2 BGPConfiguration: only on default", name: "node.n1",
      [
        .ok("logSeverityScreen: Info"),
        .bad("asNumber: 64512", "spec.asNumber"),
        .bad("nodeToNodeMeshEnabled: true", "spec.nodeToNodeMeshEnabled"),
      ])
    + table(
      [.bgpConfiguration], "compatibility §1.3 BGPConfiguration (CEL)", name: "default",
      [
        .bad(
          "nodeToNodeMeshEnabled: false, nodeMeshPassword: {secretKeyRef: {name: s, key: k}}",
          "nodeMeshPassword cannot be set when nodeToNodeMeshEnabled is false"),
        .bad(
          "nodeToNodeMeshEnabled: false, nodeMeshMaxRestartTime: 2m",
          "nodeMeshMaxRestartTime cannot be set when nodeToNodeMeshEnabled is false"),
        .bad(
          "communities: [{name: a, value: '1:2'}]",
          "communities are defined but not used in prefixAdvertisements"),
        .bad(
          "communities: [{name: a, value: '1:02'}], "
            + "prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: [a]}]",
          "invalid community value or format used."),
        .bad(
          "communities: [{name: a, value: '65536:1'}], "
            + "prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: [a]}]",
          "invalid community value or format used."),
        .bad(
          "prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: [b]}]",
          "community used is invalid or not defined.", onlyInFiles: cost),
      ])

  static let peers: [ValidationCase] =
    table(
      [.bgpPeer], "compatibility §1.2 BGPPeer",
      [
        .ok("peerIP: 192.0.2.1, asNumber: 64512"), .ok("peerIP: '192.0.2.1:1790', asNumber: 1"),
        .ok("peerIP: '[fd00::1]:1790', asNumber: '1.10'"), .ok("peerIP: 'fd00::1', asNumber: 1"),
        .ok("peerSelector: has(a)"), .ok("nodeSelector: has(a), peerIP: 192.0.2.1, asNumber: 1"),
        .ok("peerIP: 192.0.2.1, asNumber: 1, nextHopMode: Keep"),
        .ok("peerIP: 192.0.2.1, asNumber: 1, sourceAddress: None"),
        .ok("peerIP: 192.0.2.1, asNumber: 1, keepaliveTime: 20s, maxRestartTime: 90s"),
        .ok("peerIP: 192.0.2.1, asNumber: 1, ttlSecurity: 255"),
        .ok("peerIP: 192.0.2.1, asNumber: 1, reachableBy: 192.0.2.254"),
        .ok("localWorkloadSelector: has(a), asNumber: 1"),
        .ok("peerSelector: has(a), reversePeering: Manual"),
        .bad("peerIP: 192.0.2.1/24", "spec.peerIP"), .bad("peerIP: '192.0.2.1:0'", "spec.peerIP"),
        .bad("peerIP: '192.0.2.1:65536'", "spec.peerIP"), .bad("peerIP: host", "spec.peerIP"),
        .bad("peerIP: 192.0.2.1, nextHopMode: keep", "spec.nextHopMode"),
        .bad("peerIP: 192.0.2.1, sourceAddress: useNodeIP", "spec.sourceAddress"),
        .bad("peerIP: 192.0.2.1, reversePeering: auto", "spec.reversePeering"),
        .bad("peerIP: 192.0.2.1, keepaliveTime: -1s", "spec.keepaliveTime"),
        .bad("peerIP: 192.0.2.1, maxRestartTime: '90'", "spec.maxRestartTime"),
        .bad("peerIP: 192.0.2.1, ttlSecurity: 256", "spec.ttlSecurity"),
        .bad("peerIP: 192.0.2.1, numAllowedLocalASNumbers: -1", "spec.numAllowedLocalASNumbers"),
        .bad("peerIP: 192.0.2.1, localASNumber: x", "spec.localASNumber"),
        .bad("nodeSelector: '('", "spec.nodeSelector", onlyInFiles: syntax),
      ])
    + table(
      [.bgpPeer], "compatibility §1.3 BGPPeer (CEL)",
      [
        .bad("node: n, nodeSelector: has(a)", "node and nodeSelector cannot both be set"),
        .bad(
          "peerIP: 192.0.2.1, peerSelector: has(a)", "peerIP and peerSelector cannot both be set"),
        .bad(
          "peerSelector: has(a), asNumber: 1", "asNumber must be empty when peerSelector is set"),
        .bad(
          "localWorkloadSelector: has(a)",
          "asNumber is required when localWorkloadSelector is set"),
        .bad(
          "localWorkloadSelector: has(a), asNumber: 1, peerIP: 192.0.2.1",
          "peerIP must be empty when localWorkloadSelector is set"),
        .bad(
          "localWorkloadSelector: has(a), peerSelector: has(b)",
          "peerSelector must be empty when localWorkloadSelector is set"),
        .bad("reachableBy: 192.0.2.1", "reachableBy must be empty when peerIP is empty"),
        .bad(
          "peerIP: 192.0.2.1, reachableBy: 'fd00::1'",
          "ReachableBy and PeerIP address family mismatched"),
        .bad(
          "peerIP: 192.0.2.1, keepOriginalNextHop: true, nextHopMode: Keep",
          "keepOriginalNextHop and nextHopMode cannot both be set"),
      ])

  static let filters: [ValidationCase] =
    table(
      [.bgpFilter], "compatibility §1.2 BGPFilter",
      [
        .ok(""), .ok("exportV4: [{action: Accept}]"),
        .ok("exportV4: [{action: Reject, cidr: 10.0.0.0/8, matchOperator: In}]"),
        .ok("importV6: [{action: Accept, cidr: 'fd00::/8', matchOperator: NotEqual}]"),
        .ok(
          "exportV4: [{action: Accept, cidr: 10.0.0.0/8, matchOperator: In, "
            + "prefixLength: {min: 16, max: 24}}]"),
        .ok("importV4: [{action: Accept, source: RemotePeers, interface: 'eth*'}]"),
        .ok("importV4: [{action: Accept, peerType: eBGP}]"),
        .ok("importV4: [{action: Accept, communities: {values: ['1:2']}}]"),
        .ok("importV4: [{action: Accept, operations: [{addCommunity: {value: '1:2:3'}}]}]"),
        .ok("importV4: [{action: Accept, operations: [{prependASPath: {prefix: [1, '1.2']}}]}]"),
        .ok("importV4: [{action: Accept, operations: [{setPriority: {value: 2147483646}}]}]"),
        .bad("exportV4: [{}]", "exportV4[0].action"),
        .bad("exportV4: [{action: accept}]", "exportV4[0].action"),
        .bad(
          "exportV4: [{action: Accept, cidr: 10.0.0.0/8, matchOperator: in}]",
          "exportV4[0].matchOperator"),
        .bad("importV4: [{action: Accept, source: remotePeers}]", "importV4[0].source"),
        .bad("importV4: [{action: Accept, peerType: EBGP}]", "importV4[0].peerType"),
        .bad(
          "importV4: [{action: Accept, interface: sixteen-letters1}]", "importV4[0].interface"),
        .bad(
          "importV4: [{action: Accept, communities: {values: ['01:2']}}]",
          "invalid community value or format used."),
        .bad(
          "importV4: [{action: Accept, communities: {values: []}}]",
          "importV4[0].communities.values"),
        .bad(
          "importV4: [{action: Accept, communities: {values: ['1:2', '1:3']}}]",
          "importV4[0].communities.values"),
        .bad(
          "importV4: [{action: Accept, operations: [{addCommunity: {value: '1:002'}}]}]",
          "invalid community value or format used."),
        .bad(
          "importV4: [{action: Accept, operations: [{prependASPath: {prefix: []}}]}]",
          "operations[0].prependASPath.prefix"),
        .bad("importV4: [{action: Accept, priority: 0}]", "importV4[0].priority"),
        .bad(
          "exportV6: [{action: Accept, cidr: 10.0.0.0/8, matchOperator: In}]", "exportV6[0].cidr"),
        .bad(
          "exportV4: [{action: Accept, cidr: 10.0.0.0/8, matchOperator: In, "
            + "prefixLength: {max: 33}}]", "prefixLength.max"),
      ])
    + table(
      [.bgpFilter], "compatibility §1.3 BGPFilter (CEL)",
      [
        .bad(
          "exportV4: [{action: Accept, cidr: 10.0.0.0/8}]",
          "cidr and matchOperator must both be set or both be empty"),
        .bad(
          "exportV4: [{action: Accept, matchOperator: In}]",
          "cidr and matchOperator must both be set or both be empty"),
        .bad(
          "exportV4: [{action: Accept, prefixLength: {min: 8}}]",
          "cidr is required when prefixLength is set"),
        .bad(
          "exportV4: [{action: Reject, operations: [{setPriority: {value: 1}}]}]",
          "operations may only be used with action Accept"),
      ])
}
