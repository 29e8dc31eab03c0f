// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import Settings
import Testing
import ValueTree

@testable import CommandLine

/// A small cluster with something of every kind, and what a migration must carry of it.
enum MigrationSample {
  /// All resources, in the form of an export.
  static func resources() throws -> [any Resource] {
    try MigrationFile.read(
      Array(text.replacing("VERSION", with: BuildVersion.version).utf8), file: "sample")
  }

  /// Everything that a store holds, by key, without what each store gives by itself.
  static func contents(of store: any Datastore) async throws -> [ResourceKey: Value] {
    var contents: [ResourceKey: Value] = [:]
    for kind in Kind.allCases {
      let list = try await store.list(ListQuery(kind))
      #expect(list.malformed.isEmpty)
      for resource in list.items { contents[resource.key] = Migration.content(resource) }
    }
    return contents
  }

  /// The keys under which two stores say something else.
  static func differences(
    _ one: [ResourceKey: Value], _ other: [ResourceKey: Value]
  ) -> [String] {
    Set(one.keys).union(other.keys).sorted().filter { one[$0] != other[$0] }.map { key in
      let texts = [one[key], other[key]].map { $0.map { JSON.encode($0) } ?? "nothing" }
      return "\(key): \(texts[0]) is not \(texts[1])"
    }
  }

  private static let text = #"""
    {apiVersion: projectcalico.org/v3, kind: ClusterInformation, metadata: {name: default},
     spec: {clusterGUID: 0123456789abcdef, clusterType: "bgp", calicoVersion: "VERSION"}}
    ---
    {apiVersion: projectcalico.org/v3, kind: IPAMConfiguration, metadata: {name: default},
     spec: {strictAffinity: true, autoAllocateBlocks: true, maxBlocksPerHost: 4}}
    ---
    {apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: pool, labels: {a: b}},
     spec: {cidr: 10.1.0.0/16, blockSize: 26, natOutgoing: true, ipipMode: Never,
            vxlanMode: Never, nodeSelector: all(), ofTomorrow: {deep: [1, 2]}}}
    ---
    {apiVersion: projectcalico.org/v3, kind: IPReservation, metadata: {name: reserved},
     spec: {reservedCIDRs: [10.1.0.0/30]}}
    ---
    {apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: n1, labels: {rack: r1}, annotations: {why: here}},
     spec: {bgp: {ipv4Address: 192.0.2.1/24, asNumber: 64513, ipv4IPIPTunnelAddr: 10.1.0.65},
            addresses: [{address: 192.0.2.1/24, type: CalicoNodeIP}],
            orchRefs: [{nodeName: n1, orchestrator: k8s}]}}
    ---
    {apiVersion: projectcalico.org/v3, kind: BlockAffinity, metadata: {name: n1-10-1-0-64-26},
     spec: {state: confirmed, node: n1, type: host, cidr: 10.1.0.64/26}}
    ---
    {apiVersion: projectcalico.org/v3, kind: IPAMBlock, metadata: {name: 10-1-0-64-26},
     spec: {cidr: 10.1.0.64/26, affinity: "host:n1", allocations: [null, 0, 1], unallocated: [0],
            attributes: [{handle_id: ipip-tunnel-addr-n1, secondary: {node: n1, type: ipipTunnelAddress}},
                         {handle_id: k8s-pod-network.ABC, secondary: {node: n1, pod: nginx}}],
            sequenceNumber: 7, sequenceNumberForAllocation: {"1": 3}, strictAffinity: false}}
    ---
    {apiVersion: projectcalico.org/v3, kind: IPAMHandle, metadata: {name: ipip-tunnel-addr-n1},
     spec: {handleID: ipip-tunnel-addr-n1, block: {10.1.0.64/26: 1}}}
    ---
    {apiVersion: projectcalico.org/v3, kind: IPAMHandle, metadata: {name: k8s-pod-network.ABC},
     spec: {handleID: k8s-pod-network.ABC, block: {10.1.0.64/26: 1}}}
    ---
    {apiVersion: projectcalico.org/v3, kind: BGPConfiguration, metadata: {name: node.n1},
     spec: {logSeverityScreen: Debug}}
    ---
    {apiVersion: projectcalico.org/v3, kind: BGPFilter, metadata: {name: filter},
     spec: {exportV4: [{action: Accept, cidr: 10.0.0.0/8, matchOperator: In}]}}
    ---
    {apiVersion: projectcalico.org/v3, kind: BGPPeer, metadata: {name: peer},
     spec: {node: n1, peerIP: 192.0.2.9, asNumber: 64514, filters: [filter]}}
    ---
    {apiVersion: projectcalico.org/v3, kind: FelixConfiguration, metadata: {name: node.n1},
     spec: {logSeverityScreen: Warning, reportingInterval: 0s}}
    ---
    {apiVersion: projectcalico.org/v3, kind: KubeControllersConfiguration, metadata: {name: default},
     spec: {logSeverityScreen: Info}}
    ---
    {apiVersion: projectcalico.org/v3, kind: CalicoNodeStatus, metadata: {name: status},
     spec: {node: n1, classes: [Agent, BGP], updatePeriodSeconds: 10},
     status: {lastUpdated: "2026-01-02T03:04:05Z"}}
    ---
    {apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: default},
     spec: {order: 1000000, defaultAction: Deny}}
    ---
    {apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: security}, spec: {order: 10.5}}
    ---
    {apiVersion: projectcalico.org/v3, kind: Profile, metadata: {name: kns.web},
     spec: {labelsToApply: {pcns.projectcalico.org/name: web},
            ingress: [{action: Allow, source: {}, destination: {}}],
            egress: [{action: Allow, source: {}, destination: {}}]}}
    ---
    {apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: {name: gset, labels: {x: "y"}},
     spec: {nets: [192.0.2.0/24, "2001:db8::/64"]}}
    ---
    {apiVersion: projectcalico.org/v3, kind: NetworkSet, metadata: {name: set, namespace: web},
     spec: {nets: [192.0.2.0/24]}}
    ---
    {apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: security.deny},
     spec: {tier: security, order: 1.5, selector: has(a), types: [Ingress],
            ingress: [{action: Deny, source: {}, destination: {ofTomorrow: 1}}]}}
    ---
    {apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: default.allow, namespace: web},
     spec: {tier: default, selector: all(), types: [Ingress],
            ingress: [{action: Allow, protocol: TCP, source: {}, destination: {ports: [80, "90:99"]}}]}}
    ---
    {apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: knp.default.db, namespace: web},
     spec: {tier: default, selector: all(), types: [Ingress]}}
    ---
    {apiVersion: projectcalico.org/v3, kind: StagedGlobalNetworkPolicy, metadata: {name: security.try},
     spec: {tier: security, stagedAction: Set, selector: all(), types: [Ingress]}}
    ---
    {apiVersion: projectcalico.org/v3, kind: StagedNetworkPolicy, metadata: {name: try, namespace: web},
     spec: {tier: default, stagedAction: Set, selector: all(), types: [Ingress]}}
    ---
    {apiVersion: projectcalico.org/v3, kind: StagedKubernetesNetworkPolicy, metadata: {name: try, namespace: web},
     spec: {stagedAction: Set, policyTypes: [Ingress]}}
    ---
    {apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {name: n1-eth0, labels: {host: "yes"}},
     spec: {node: n1, interfaceName: eth0, expectedIPs: [192.0.2.1]}}
    ---
    {apiVersion: projectcalico.org/v3, kind: WorkloadEndpoint, metadata: {name: n1-k8s-nginx-eth0, namespace: web},
     spec: {orchestrator: k8s, node: n1, pod: nginx, endpoint: eth0, interfaceName: calie505bdefe6c,
            ipNetworks: [10.1.0.66/32], profiles: [kns.web]}}
    """#
}
