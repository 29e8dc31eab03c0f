// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import ValueTree

/// A column of what `kubectl get` shows.
struct PrinterColumn: Sendable {
  /// What form the cells have.
  enum Form: String, Sendable {
    case string, integer, number, boolean, date
  }

  let name: String
  let form: Form
  let path: String
  let description: String
  /// Whether only `kubectl get -o wide` shows it.
  let isWide: Bool

  init(
    _ name: String, _ path: String, _ description: String, _ form: Form = .string,
    wide: Bool = false
  ) {
    self.name = name
    self.form = form
    self.path = path
    self.description = description
    isWide = wide
  }

  var value: Value {
    var value: Value = [
      "name": .string(name), "type": .string(form.rawValue), "jsonPath": .string(path),
      "description": .string(description),
    ]
    if isWide { value["priority"] = 1 }
    return value
  }

  private static let age = PrinterColumn(
    "Age", ".metadata.creationTimestamp", "How long ago it was made.", .date)

  /// The columns of a kind, besides its name: those of calicoctl, as far as one path can say them.
  static func columns(of kind: Kind) -> [PrinterColumn] { own(kind) + [age] }

  private static func own(_ kind: Kind) -> [PrinterColumn] {
    switch kind {
    case .bgpConfiguration:
      [
        PrinterColumn("LogSeverity", ".spec.logSeverityScreen", "What BIRD logs."),
        PrinterColumn(
          "MeshEnabled", ".spec.nodeToNodeMeshEnabled", "Whether all nodes peer with all.", .boolean
        ),
        PrinterColumn("ASNumber", ".spec.asNumber", "The AS number of nodes without one."),
      ]
    case .bgpFilter:
      [
        PrinterColumn("ExportV4", ".spec.exportV4[*].action", "The rules for IPv4 routes out."),
        PrinterColumn("ImportV4", ".spec.importV4[*].action", "The rules for IPv4 routes in."),
        PrinterColumn("ExportV6", ".spec.exportV6[*].action", "The rules for IPv6 routes out."),
        PrinterColumn("ImportV6", ".spec.importV6[*].action", "The rules for IPv6 routes in."),
      ]
    case .bgpPeer:
      [
        PrinterColumn("PeerIP", ".spec.peerIP", "The peer's address."),
        PrinterColumn("Node", ".spec.node", "The node that peers; without one all of them."),
        PrinterColumn("ASN", ".spec.asNumber", "The peer's AS number."),
        PrinterColumn("NodeSelector", ".spec.nodeSelector", "The nodes that peer.", wide: true),
        PrinterColumn(
          "PeerSelector", ".spec.peerSelector", "The nodes that are the peers.", wide: true),
      ]
    case .blockAffinity:
      [
        PrinterColumn("Node", ".spec.node", "The node."),
        PrinterColumn("CIDR", ".spec.cidr", "The block."),
        PrinterColumn("State", ".spec.state", "How far the claim is."),
        PrinterColumn("Deleted", ".spec.deleted", "Whether it is about to go.", wide: true),
      ]
    case .calicoNodeStatus:
      [
        PrinterColumn("Node", ".spec.node", "The node."),
        PrinterColumn("LastUpdated", ".status.lastUpdated", "When the node reported.", .date),
        PrinterColumn("Classes", ".spec.classes", "What the node reports on.", wide: true),
      ]
    case .clusterInformation:
      [
        PrinterColumn("ClusterGUID", ".spec.clusterGUID", "The cluster's identity."),
        PrinterColumn("ClusterType", ".spec.clusterType", "What the cluster is made with."),
        PrinterColumn("CalicoVersion", ".spec.calicoVersion", "The version that it runs."),
        PrinterColumn(
          "DatastoreReady", ".spec.datastoreReady", "Whether the store may be used.", .boolean),
      ]
    case .felixConfiguration:
      [
        PrinterColumn("LogSeverity", ".spec.logSeverityScreen", "What the agents log."),
        PrinterColumn("NodeSelector", ".spec.nodeSelector", "The nodes that it is for."),
      ]
    case .globalNetworkPolicy, .networkPolicy: policy
    case .stagedGlobalNetworkPolicy, .stagedNetworkPolicy: [action] + policy
    case .stagedKubernetesNetworkPolicy:
      [
        action,
        PrinterColumn(
          "PodSelector", ".spec.podSelector.matchLabels", "The pods it is for.", wide: true),
      ]
    case .globalNetworkSet, .networkSet:
      [PrinterColumn("Nets", ".spec.nets", "The addresses of the set.", wide: true)]
    case .hostEndpoint:
      [
        PrinterColumn("Node", ".spec.node", "The node."),
        PrinterColumn("Interface", ".spec.interfaceName", "The interface.", wide: true),
        PrinterColumn("IPs", ".spec.expectedIPs", "The interface's addresses.", wide: true),
        PrinterColumn("Profiles", ".spec.profiles", "Profiles that apply.", wide: true),
      ]
    case .ipamBlock:
      [
        PrinterColumn("CIDR", ".spec.cidr", "The block."),
        PrinterColumn("Affinity", ".spec.affinity", "Whose block it is."),
        PrinterColumn("Deleted", ".spec.deleted", "Whether it will go.", .boolean, wide: true),
      ]
    case .ipamConfiguration:
      [
        PrinterColumn(
          "StrictAffinity", ".spec.strictAffinity",
          "Whether nodes take addresses from their own blocks only.", .boolean),
        PrinterColumn(
          "AutoAllocateBlocks", ".spec.autoAllocateBlocks",
          "Whether nodes claim blocks as they need them.", .boolean),
        PrinterColumn(
          "MaxBlocksPerHost", ".spec.maxBlocksPerHost", "How many blocks a node may have.",
          .integer, wide: true),
      ]
    case .ipamHandle:
      [
        PrinterColumn("HandleID", ".spec.handleID", "The handle as it was given."),
        PrinterColumn("Block", ".spec.block", "How many addresses it holds in each block."),
      ]
    case .ipPool:
      [
        PrinterColumn("CIDR", ".spec.cidr", "The range of addresses."),
        PrinterColumn("NAT", ".spec.natOutgoing", "Whether it is masqueraded.", .boolean),
        PrinterColumn("IPIPMode", ".spec.ipipMode", "When IPIP is used."),
        PrinterColumn("VXLANMode", ".spec.vxlanMode", "When VXLAN is used."),
        PrinterColumn("Disabled", ".spec.disabled", "Whether it gives no addresses.", .boolean),
        PrinterColumn("Selector", ".spec.nodeSelector", "The nodes that may use it."),
        PrinterColumn("BlockSize", ".spec.blockSize", "A block's length.", .integer, wide: true),
        PrinterColumn(
          "AssignmentMode", ".spec.assignmentMode", "Whether it must be named.", wide: true),
      ]
    case .ipReservation: [PrinterColumn("CIDRs", ".spec.reservedCIDRs", "What is reserved.")]
    case .kubeControllersConfiguration:
      [PrinterColumn("LogSeverity", ".spec.logSeverityScreen", "What the controllers log.")]
    case .tier:
      [
        PrinterColumn("Order", ".spec.order", "Lower comes first.", .number),
        PrinterColumn("DefaultAction", ".spec.defaultAction", "What happens at its end."),
      ]
    case .node, .profile, .workloadEndpoint: []
    }
  }

  private static let action = PrinterColumn(
    "StagedAction", ".spec.stagedAction", "What it would do to the policy.")

  private static let policy = [
    PrinterColumn("Tier", ".spec.tier", "The tier that the policy is in."),
    PrinterColumn("Order", ".spec.order", "Lower comes first.", .number, wide: true),
    PrinterColumn("Selector", ".spec.selector", "What the policy is for.", wide: true),
  ]
}
