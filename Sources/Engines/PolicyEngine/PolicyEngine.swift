// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
public import Features
import PolicyModel
import Selectors
public import SyncModel

/// Computes what a node's dataplane must make true from the cluster's state, or what all of them
/// must (`Scope`).
///
/// It is pure: feed it updates in any order and grouping, and what `flush` returns adds up to the
/// same desired state. Nothing is returned before the store has been read whole (`inSync`): half a
/// state would cut endpoints off from profiles that are still to come, and what the kernel holds
/// from before keeps being enforced meanwhile.
///
/// - A workload endpoint is local when it is on a node of the scope and wired (it names an interface).
/// - A policy applies to it when its selector matches the endpoint's labels: its own, then those
///   of its profiles in order; the first found wins.
/// - Tiers come by (order, name) and policies in them by (order, name, namespace, kind), without
///   an order last. A tier that is not stored stands last and denies.
/// - A profile that is not stored denies everything.
/// - Policies, profiles and sets are told only while a local endpoint needs them.
/// - An endpoint of which is not known what it asks for (`allowsNothing`, or an update of a newer
///   version that concerns it) gets neither policies nor profiles, which denies everything; and no
///   rule allows anything because of it, of such an endpoint elsewhere, or of such a network set.
public struct PolicyEngine: Sendable {
  /// What it puts into force of what not every version does: of rules and policies nothing yet.
  public static let capabilities: Set<Feature> = []

  /// Whose endpoints are computed.
  public enum Scope: Sendable, Hashable {
    /// Those of one node.
    case node(String)
    /// Those of all nodes: what queries ask for.
    case all

    func contains(_ node: String) -> Bool {
      switch self {
      case .node(let name): name == node
      case .all: true
      }
    }
  }

  public let scope: Scope
  /// What is put into force where its rules are; a rule that asks for anything else allows nothing.
  let enforced: Set<Feature>

  // What the cluster's state is.
  var workloads: [WorkloadEndpointID: Workload] = [:]
  var hostEndpoints: [String: HostMember] = [:]
  var networkSets: [NetworkSetID: NetworkSetMember] = [:]
  var policies: [PolicyID: StoredPolicy] = [:]
  var policiesByTier: [String: Set<PolicyID>] = [:]
  var tiers: [String: SyncTier] = [:]
  var profiles: [String: SyncProfile] = [:]
  var nodes: Set<String> = []
  /// How many stored objects name each host.
  var hosts: [String: Int] = [:]
  /// What updates of a newer version concern, and by how many each is concerned.
  var concerns: [UnknownUpdateID: SyncConcern] = [:]
  var concerned: [SyncConcern: Int] = [:]
  /// How many contributors of sets nobody knows enough of to allow anything because of them.
  var doubtful = 0
  var isInSync = false

  // What follows from it.
  var sets = SetTable()
  /// Local endpoints against policies.
  var local = LabelIndex()
  var localEndpoints: [Int: WorkloadEndpointID] = [:]
  var policyOfQuery: [Int: PolicyID] = [:]
  /// How many local endpoints have each profile.
  var profileUses: [String: Int] = [:]

  // What may differ from what was told.
  var dirtyEndpoints: Set<WorkloadEndpointID> = []
  var dirtyPolicies: Set<PolicyID> = []
  var dirtyProfiles: Set<String> = []

  // What was told.
  var told = Told()

  struct Workload: Sendable {
    var value: SyncWorkloadEndpoint
    /// Its number among the contributors of sets.
    var contributor: Int
    /// Its number among the local endpoints, if it is one.
    var item: Int?
    /// Whether nothing is allowed to or from it.
    var isDoubtful: Bool
  }

  struct HostMember: Sendable {
    var value: SyncHostEndpoint
    var contributor: Int
    var isDoubtful: Bool
  }

  struct NetworkSetMember: Sendable {
    var value: SyncNetworkSet
    var contributor: Int
  }

  struct StoredPolicy: Sendable {
    var value: SyncPolicy
    /// Its number among the queries of local endpoints; `nil` when it is none for workloads.
    var query: Int?
  }

  struct Told: Sendable {
    var endpoints: [WorkloadEndpointID: DesiredEndpoint] = [:]
    var policies: [PolicyID: DesiredPolicy] = [:]
    var policySets: [PolicyID: [IPSetID]] = [:]
    var profiles: [String: DesiredProfile] = [:]
    var profileSets: [String: [IPSetID]] = [:]
    var inSync = false
  }

  /// - Parameter enforced: What is put into force where the rules are, by whomever.
  public init(scope: Scope, enforced: Set<Feature> = capabilities) {
    self.scope = scope
    self.enforced = enforced
  }

  /// Takes in one change. An update that says what is known already costs a comparison.
  public mutating func apply(_ update: SyncUpdate) {
    switch update {
    case .workloadEndpoint(let id, let value): setWorkload(id, value)
    case .hostEndpoint(let name, let value): setHostEndpoint(name, value)
    case .networkSet(let id, let value): setNetworkSet(id, value)
    case .policy(let id, let value): setPolicy(id, value)
    case .tier(let name, let value): setTier(name, value)
    case .profile(let name, let value): setProfile(name, value)
    case .node(let name, let value): setNode(name, isStored: value != nil)
    case .unknown(let id, let concern): setConcern(id, concern)
    case .inSync: isInSync = true
    case .pool, .block, .bgpPeer, .bgpConfiguration, .felixConfiguration: break
    }
  }

  /// What the engine holds now.
  public var counts: EngineCounts {
    var counts = EngineCounts()
    counts.activeLocalEndpoints = localEndpoints.count
    counts.activeLocalPolicies = told.policies.count
    counts.activeLocalSelectors = sets.count
    counts.workloadEndpoints = workloads.count
    counts.hostEndpoints = hostEndpoints.count
    counts.hosts = hosts.count
    counts.policies = policies.count
    counts.profiles = profiles.count
    counts.tiers = tiers.count
    return counts
  }

  /// How many selectors have been tried on labels since the start: what changes have cost.
  public var selectorEvaluations: Int { sets.evaluations + local.evaluations }
}
