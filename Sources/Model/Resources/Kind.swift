// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The kinds of resources (compatibility §1.1).
public enum Kind: String, CaseIterable, Sendable, Hashable {
  case bgpConfiguration = "BGPConfiguration"
  case bgpFilter = "BGPFilter"
  case bgpPeer = "BGPPeer"
  case blockAffinity = "BlockAffinity"
  case calicoNodeStatus = "CalicoNodeStatus"
  case clusterInformation = "ClusterInformation"
  case felixConfiguration = "FelixConfiguration"
  case globalNetworkPolicy = "GlobalNetworkPolicy"
  case globalNetworkSet = "GlobalNetworkSet"
  case hostEndpoint = "HostEndpoint"
  case ipamBlock = "IPAMBlock"
  case ipamConfiguration = "IPAMConfiguration"
  case ipamHandle = "IPAMHandle"
  case ipPool = "IPPool"
  case ipReservation = "IPReservation"
  case kubeControllersConfiguration = "KubeControllersConfiguration"
  case networkPolicy = "NetworkPolicy"
  case networkSet = "NetworkSet"
  case node = "Node"
  case profile = "Profile"
  case stagedGlobalNetworkPolicy = "StagedGlobalNetworkPolicy"
  case stagedKubernetesNetworkPolicy = "StagedKubernetesNetworkPolicy"
  case stagedNetworkPolicy = "StagedNetworkPolicy"
  case tier = "Tier"
  case workloadEndpoint = "WorkloadEndpoint"

  /// The type of its resources.
  public var type: any Resource.Type {
    switch self {
    case .bgpConfiguration: BGPConfiguration.self
    case .bgpFilter: BGPFilter.self
    case .bgpPeer: BGPPeer.self
    case .blockAffinity: BlockAffinity.self
    case .calicoNodeStatus: CalicoNodeStatus.self
    case .clusterInformation: ClusterInformation.self
    case .felixConfiguration: FelixConfiguration.self
    case .globalNetworkPolicy: GlobalNetworkPolicy.self
    case .globalNetworkSet: GlobalNetworkSet.self
    case .hostEndpoint: HostEndpoint.self
    case .ipamBlock: IPAMBlock.self
    case .ipamConfiguration: IPAMConfiguration.self
    case .ipamHandle: IPAMHandle.self
    case .ipPool: IPPool.self
    case .ipReservation: IPReservation.self
    case .kubeControllersConfiguration: KubeControllersConfiguration.self
    case .networkPolicy: NetworkPolicy.self
    case .networkSet: NetworkSet.self
    case .node: Node.self
    case .profile: Profile.self
    case .stagedGlobalNetworkPolicy: StagedGlobalNetworkPolicy.self
    case .stagedKubernetesNetworkPolicy: StagedKubernetesNetworkPolicy.self
    case .stagedNetworkPolicy: StagedNetworkPolicy.self
    case .tier: Tier.self
    case .workloadEndpoint: WorkloadEndpoint.self
    }
  }

  /// Its plural in lower case, as keys of the store and URLs have it.
  public var plural: String {
    let name = rawValue.lowercased()
    if name.hasSuffix("y") { return name.dropLast() + "ies" }
    return name + (name.hasSuffix("s") ? "es" : "s")
  }

  /// Whether its resources live in a namespace.
  public var isNamespaced: Bool {
    switch self {
    case .networkPolicy, .networkSet, .stagedKubernetesNetworkPolicy, .stagedNetworkPolicy,
      .workloadEndpoint:
      true
    default: false
    }
  }

  /// Whether people work with it; the others are IPAM's own records.
  public var isUserVisible: Bool {
    switch self {
    case .blockAffinity, .ipamBlock, .ipamHandle: false
    default: true
    }
  }

  /// The one name that a resource of this kind has, where there is only one.
  public var singletonName: String? {
    switch self {
    case .clusterInformation, .ipamConfiguration, .kubeControllersConfiguration: "default"
    default: nil
    }
  }

  /// The short names besides kind and plural, those of calicoctl and those of kubectl.
  public var aliases: [String] {
    switch self {
    case .bgpConfiguration: ["bgpconfig", "bgpconfigs"]
    case .bgpFilter: ["bgpf", "bgpfs", "bf", "bfs"]
    case .bgpPeer: ["bgpp", "bgpps", "bp", "bps"]
    case .blockAffinity: ["affinity", "affinities"]
    case .calicoNodeStatus: ["nodestatus", "nodestatuses"]
    case .clusterInformation: ["clusterinfo", "clusterinfos"]
    case .felixConfiguration: ["felixconfig", "felixconfigs"]
    case .globalNetworkPolicy: ["gnp", "gnps", "cgnp"]
    case .globalNetworkSet: ["gns", "gnetsets"]
    case .hostEndpoint: ["hep", "heps"]
    case .ipamBlock, .ipamHandle, .tier: []
    case .ipamConfiguration: ["ipamconfig", "ipamconfigs"]
    case .ipPool: ["ipp", "ipps", "pool", "pools"]
    case .ipReservation: ["reservation", "reservations"]
    case .kubeControllersConfiguration:
      ["kubecontrollersconfig", "kubecontrollersconfigs", "kcc", "kccs"]
    case .networkPolicy: ["policy", "np", "policies", "pol", "pols", "cnp", "caliconetworkpolicy"]
    case .networkSet: ["netset", "netsets"]
    case .node: ["no", "nos"]
    case .profile: ["pro", "pros"]
    case .stagedGlobalNetworkPolicy: ["sgnp", "sgnps"]
    case .stagedKubernetesNetworkPolicy:
      ["stagedkubernetespolicy", "stagedkubernetespolicies", "sknp", "skpol", "skpols"]
    case .stagedNetworkPolicy:
      ["stagedpolicy", "snp", "stagedpolicies", "spol", "spols", "scnp"]
    case .workloadEndpoint: ["wep", "weps"]
    }
  }

  /// The kind that people mean by a word: its name, plural or a short name, in any case.
  public init?(alias: String) {
    guard let kind = Self.byAlias[alias.lowercased()] else { return nil }
    self = kind
  }

  private static let byAlias: [String: Kind] = {
    var kinds: [String: Kind] = [:]
    for kind in allCases {
      for alias in [kind.rawValue.lowercased(), kind.plural] + kind.aliases { kinds[alias] = kind }
    }
    return kinds
  }()
}
