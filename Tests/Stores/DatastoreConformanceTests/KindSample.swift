// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing
import ValueTree

/// A small valid resource of each kind.
enum KindSample {
  static func resource(_ kind: Kind) throws -> any Resource {
    let spec = try JSON.parse(specs[kind] ?? "{}")
    var metadata: Value = ["name": .string(name(kind))]
    if kind.isNamespaced { metadata["namespace"] = "default" }
    let stored = try ResourceDocument.decodeStored(
      ["metadata": metadata, "spec": spec], kind: kind)
    #expect(stored.problems.isEmpty, "\(kind): \(stored.problems)")
    return stored.resource
  }

  private static func name(_ kind: Kind) -> String {
    switch kind {
    case .blockAffinity: "node1-10-0-0-64-26"
    case .ipamBlock: "10-0-0-64-26"
    case .ipamHandle: "handle-1"
    case .clusterInformation, .felixConfiguration, .bgpConfiguration, .ipamConfiguration,
      .kubeControllersConfiguration:
      "default"
    case .workloadEndpoint: "node1-k8s-pod-eth0"
    default: kind.singletonName ?? "sample"
    }
  }

  private static let specs: [Kind: String] = [
    .bgpConfiguration: #"{"nodeToNodeMeshEnabled": false, "asNumber": 64512}"#,
    .bgpFilter:
      #"{"exportV4": [{"action": "Accept", "cidr": "10.0.0.0/8", "matchOperator": "In"}]}"#,
    .bgpPeer: #"{"peerIP": "192.0.2.1", "asNumber": 64513}"#,
    .blockAffinity:
      #"{"state": "confirmed", "node": "node1", "type": "host", "cidr": "10.0.0.64/26"}"#,
    .calicoNodeStatus: #"{"node": "node1", "classes": ["Agent"], "updatePeriodSeconds": 10}"#,
    .clusterInformation: #"{"clusterGUID": "0123456789abcdef", "datastoreReady": true}"#,
    .felixConfiguration: #"{"logSeverityScreen": "Info"}"#,
    .globalNetworkPolicy: #"{"selector": "all()", "ingress": [{"action": "Deny"}]}"#,
    .globalNetworkSet: #"{"nets": ["192.0.2.0/24"]}"#,
    .hostEndpoint: #"{"node": "node1", "interfaceName": "eth0"}"#,
    .ipamBlock: #"""
    {"cidr": "10.0.0.64/26", "affinity": "host:node1", "allocations": [null, 0],
     "unallocated": [0], "attributes": [{"handle_id": "handle-1", "secondary": {"pod": "p"}}],
     "sequenceNumber": 3}
    """#,
    .ipamConfiguration: #"{"strictAffinity": true, "autoAllocateBlocks": true}"#,
    .ipamHandle: #"{"handleID": "handle-1", "block": {"10.0.0.64/26": 1}}"#,
    .ipPool: #"{"cidr": "10.0.0.0/16", "natOutgoing": true}"#,
    .ipReservation: #"{"reservedCIDRs": ["10.0.0.0/30"]}"#,
    .kubeControllersConfiguration: #"{"logSeverityScreen": "Info"}"#,
    .networkPolicy: #"{"selector": "all()", "ingress": [{"action": "Allow"}]}"#,
    .networkSet: #"{"nets": ["192.0.2.0/24"]}"#,
    .node: #"{"bgp": {"ipv4Address": "192.0.2.1/24"}}"#,
    .profile: #"{"labelsToApply": {"a": "b"}, "egress": [{"action": "Allow"}]}"#,
    .stagedGlobalNetworkPolicy: #"{"selector": "all()", "ingress": [{"action": "Deny"}]}"#,
    .stagedKubernetesNetworkPolicy: #"{"policyTypes": ["Ingress"]}"#,
    .stagedNetworkPolicy: #"{"selector": "all()", "ingress": [{"action": "Deny"}]}"#,
    .tier: #"{"order": 100}"#,
    .workloadEndpoint: #"""
    {"orchestrator": "k8s", "node": "node1", "pod": "pod", "endpoint": "eth0",
     "ipNetworks": ["10.0.0.65/32"], "interfaceName": "cali1"}
    """#,
  ]
}
