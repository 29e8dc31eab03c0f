// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
public import Resources

/// Converts stored resources to engine-ready values, once, where the store is read.
///
/// It remembers only what it needs to take back what an object gave, and what it has to say about
/// objects. What comes out depends on the objects alone, not on the order in which they came.
public struct SyncConverter: Sendable {
  /// By the name of the pool.
  var pools = NetworkClaims<SyncPool>()
  /// By the name of the block.
  var blocks = NetworkClaims<SyncBlock>()
  private var findings: [ResourceKey: Findings] = [:]

  public init() {}

  /// What objects ask for that somebody has to put into force, in the order of the objects.
  public var asks: [Asks] {
    findings.values.map(\.asks).filter { !$0.isEmpty }.sorted { $0.key < $1.key }
  }

  /// Everything in the store that is not right, in order.
  public var problems: [ConversionProblem] { findings.values.flatMap(\.problems).sorted() }

  /// Whether there is anything to say of an object.
  func hasFindings(_ key: ResourceKey) -> Bool { findings[key] != nil }

  /// What one object asks for that somebody has to put into force.
  public func asks(of key: ResourceKey) -> Asks { findings[key]?.asks ?? Asks(key) }

  /// What is not right in one object.
  public func problems(in key: ResourceKey) -> [ConversionProblem] {
    (findings[key]?.problems ?? []).sorted()
  }

  /// The changes of the derived model that follow from a change of the store. They may repeat what
  /// is known.
  public mutating func convert(_ change: ResourceChange) -> [SyncUpdate] {
    var found = Findings(change.key)
    let updates: [SyncUpdate]
    switch change {
    case .set(let resource):
      for item in LeftOut.items(in: resource.metadata) { found.wrong(item.field, item.reason) }
      updates = convert(resource, &found)
      // Once for each change: what is stored already may be what no file would be let in with.
      found.take(resource.faults())
      found.close()
    case .removed(let key): updates = remove(key)
    }
    findings[change.key] = found.isEmpty ? nil : found
    return updates
  }

  private mutating func convert(
    _ resource: any Resource, _ found: inout Findings
  ) -> [SyncUpdate] {
    switch resource {
    case let policy as NetworkPolicy: [convert(policy, &found)]
    case let policy as GlobalNetworkPolicy: [convert(policy, &found)]
    case let profile as Profile: [convert(profile, &found)]
    case let tier as Tier: [convert(tier, &found)]
    case let endpoint as WorkloadEndpoint: [convert(endpoint, &found)]
    case let endpoint as HostEndpoint: [convert(endpoint, &found)]
    case let set as NetworkSet: [convert(set, &found)]
    case let set as GlobalNetworkSet: [convert(set, &found)]
    case let node as Node: [convert(node, &found)]
    case let pool as IPPool: convert(pool, &found)
    case let block as IPAMBlock: convert(block, &found)
    case let peer as BGPPeer: [convert(peer, &found)]
    case let configuration as BGPConfiguration: [convert(configuration, &found)]
    case let configuration as FelixConfiguration:
      [convert(configuration)]
    default: []
    }
  }

  private mutating func remove(_ key: ResourceKey) -> [SyncUpdate] {
    let name = key.name
    return switch key.kind {
    case .networkPolicy, .globalNetworkPolicy: [.policy(Self.policyID(key), nil)]
    case .profile: [.profile(name, nil)]
    case .tier: [.tier(name, nil)]
    case .workloadEndpoint: [.workloadEndpoint(Self.endpointID(key), nil)]
    case .hostEndpoint: [.hostEndpoint(name, nil)]
    case .networkSet, .globalNetworkSet:
      [.networkSet(NetworkSetID(namespace: key.namespace, name: name), nil)]
    case .node: [.node(name, nil)]
    case .ipPool: pools.set(name, nil).map { .pool($0.0, $0.1) }
    case .ipamBlock: blocks.set(name, nil).map { .block($0.0, $0.1) }
    case .bgpPeer: [.bgpPeer(name, nil)]
    case .bgpConfiguration: [.bgpConfiguration(name, nil)]
    case .felixConfiguration: [.felixConfiguration(name, nil)]
    case .bgpFilter, .blockAffinity, .calicoNodeStatus, .clusterInformation, .ipamConfiguration,
      .ipamHandle,
      .ipReservation, .kubeControllersConfiguration, .stagedGlobalNetworkPolicy,
      .stagedKubernetesNetworkPolicy, .stagedNetworkPolicy:
      []
    }
  }
}
