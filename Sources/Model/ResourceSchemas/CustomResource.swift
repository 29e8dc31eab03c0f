// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources
import ValueTree

/// A kind as the Kubernetes API stores it: a custom resource of `crd.projectcalico.org/v1`
/// (compatibility §1.1, §1.6).
public struct CustomResource: Sendable {
  public static let group = "crd.projectcalico.org"
  public static let version = "v1"

  public let kind: Kind
  /// What `kubectl explain` says of the kind.
  public let description: String
  /// What `kubectl` calls it besides its plural.
  public let shortNames: [String]
  /// What `kubectl get` shows besides the name.
  let columns: [PrinterColumn]
  /// What single fields cannot say, for servers from 1.25.
  let rules: [CrossFieldRule]
  /// The same and more, for servers that have functions for addresses.
  let functionRules: [CrossFieldRule]

  /// The name of the kind in that API.
  public var kindName: String { kind == .ipamConfiguration ? "IPAMConfig" : kind.rawValue }
  public var plural: String { kind == .ipamConfiguration ? "ipamconfigs" : kind.plural }
  public var singular: String { kindName.lowercased() }
  /// The name of the definition.
  public var name: String { "\(plural).\(Self.group)" }

  /// Every kind that is stored so; nodes, workload endpoints and profiles are Kubernetes' own
  /// nodes, pods and namespaces.
  public static let all: [CustomResource] = Kind.allCases.compactMap(CustomResource.init)

  init?(_ kind: Kind) {
    guard let description = Self.description(of: kind) else { return nil }
    self.kind = kind
    self.description = description
    shortNames = Self.shortNames(of: kind)
    columns = PrinterColumn.columns(of: kind)
    rules = CrossFieldRule.rules(of: kind, .rules)
    functionRules = CrossFieldRule.rules(of: kind, .functions)
  }

  private static func description(of kind: Kind) -> String? {
    switch kind {
    case .bgpConfiguration: "How nodes do BGP: default for all of them, node.<name> for one."
    case .bgpFilter: "Which routes nodes take from BGP peers and give to them."
    case .bgpPeer: "A BGP session that nodes keep with a peer."
    case .blockAffinity: "IPAM's record that a node uses a block of addresses."
    case .calicoNodeStatus: "Asks one node for its state, and holds the answer."
    case .clusterInformation: "What the cluster is. There is one, default."
    case .felixConfiguration:
      "Settings of the agents: default for all nodes, node.<name> for one, any other name for "
        + "those that its node selector selects."
    case .globalNetworkPolicy: "A policy for workloads of all namespaces and for host endpoints."
    case .globalNetworkSet: "Addresses that carry labels, for policies of all namespaces."
    case .hostEndpoint: "An interface of a node, for policies."
    case .ipamBlock: "IPAM's record of one block of addresses: whose it is, and which are taken."
    case .ipamConfiguration: "How IPAM works. There is one, default."
    case .ipamHandle: "IPAM's record of the blocks in which a handle holds addresses."
    case .ipPool: "A pool of addresses for workloads and tunnels."
    case .ipReservation: "Addresses that are never assigned automatically."
    case .kubeControllersConfiguration: "How the controllers work. There is one, default."
    case .networkPolicy: "A policy for workloads of one namespace."
    case .networkSet: "Addresses that carry labels, for the policies of one namespace."
    case .stagedGlobalNetworkPolicy:
      "A global network policy that is tried out: what it would do is reported, and nothing is done."
    case .stagedKubernetesNetworkPolicy:
      "A network policy of Kubernetes that is tried out: what it would do is reported, and nothing "
        + "is done."
    case .stagedNetworkPolicy:
      "A network policy that is tried out: what it would do is reported, and nothing is done."
    case .tier: "An ordered group of policies."
    case .node, .profile, .workloadEndpoint: nil
    }
  }

  private static func shortNames(of kind: Kind) -> [String] {
    switch kind {
    case .bgpConfiguration: ["bgpconfig", "bgpconfigs"]
    case .blockAffinity: ["affinity", "affinities"]
    case .clusterInformation: ["clusterinfo", "clusterinfos"]
    case .felixConfiguration: ["felixconfig", "felixconfigs"]
    case .globalNetworkPolicy: ["gnp", "cgnp"]
    case .globalNetworkSet: ["gns"]
    case .hostEndpoint: ["hep", "heps"]
    case .ipPool: ["ipp", "ipps", "pool", "pools"]
    case .kubeControllersConfiguration: ["kcc", "kccs"]
    case .networkPolicy: ["cnp", "caliconetworkpolicy"]
    case .networkSet: ["netset", "netsets"]
    case .stagedGlobalNetworkPolicy: ["sgnp"]
    case .stagedKubernetesNetworkPolicy: ["sknp"]
    case .stagedNetworkPolicy: ["scnp", "snp"]
    // The short names of IPAMConfiguration are the name and plural of IPAMConfig.
    case .bgpFilter, .bgpPeer, .calicoNodeStatus, .ipamBlock, .ipamConfiguration, .ipamHandle,
      .ipReservation, .node, .profile, .tier, .workloadEndpoint:
      []
    }
  }
}
