// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import DesiredState
public import PolicyModel

/// The desired state that a sequence of changes adds up to.
///
/// It also holds the sequence to its promise: nothing refers to what has not been announced, and
/// what is removed is no longer referred to. A change costs what it changes, whatever the size of
/// the state.
public struct DesiredStateModel: Sendable, Hashable {
  public private(set) var sets: [IPSetID: DesiredSet] = [:]
  public private(set) var policies: [PolicyID: DesiredPolicy] = [:]
  public private(set) var profiles: [String: DesiredProfile] = [:]
  public private(set) var endpoints: [EndpointID: DesiredEndpoint] = [:]
  public private(set) var pools: [CIDR: DesiredPool] = [:]
  public private(set) var inSync = false

  /// How many references stand to each object that has any.
  private var setUses: [IPSetID: Int] = [:]
  private var policyUses: [PolicyID: Int] = [:]
  private var profileUses: [String: Int] = [:]

  public init() {}

  /// Applies changes in order. On an error, those before the wrong one have been applied.
  public mutating func apply(
    _ changes: some Sequence<DesiredChange>
  ) throws(DesiredStateViolation) {
    for change in changes { try apply(change) }
  }

  /// Applies one change, or throws and leaves the state as it was.
  public mutating func apply(_ change: DesiredChange) throws(DesiredStateViolation) {
    switch change {
    case .set(let id, let set): try put(id, set)
    case .setMembers(let id, let added, let removed): try changeMembers(id, added, removed)
    case .setRemoved(let id):
      try requireUnused("set \(id)", known: sets[id] != nil, uses: setUses[id])
      sets[id] = nil
    case .policy(let id, let policy):
      try requireSets(of: policy.rules, in: "policy \(id)")
      setUses.replace(
        policies[id]?.rules.flatMap(\.setIDs) ?? [], by: policy.rules.flatMap(\.setIDs))
      policies[id] = policy
    case .policyRemoved(let id):
      try requireUnused("policy \(id)", known: policies[id] != nil, uses: policyUses[id])
      setUses.replace(policies[id]?.rules.flatMap(\.setIDs) ?? [], by: [])
      policies[id] = nil
    case .profile(let name, let profile):
      try requireSets(of: profile.rules, in: "profile \(name)")
      setUses.replace(
        profiles[name]?.rules.flatMap(\.setIDs) ?? [], by: profile.rules.flatMap(\.setIDs))
      profiles[name] = profile
    case .profileRemoved(let name):
      try requireUnused("profile \(name)", known: profiles[name] != nil, uses: profileUses[name])
      setUses.replace(profiles[name]?.rules.flatMap(\.setIDs) ?? [], by: [])
      profiles[name] = nil
    case .endpoint(let id, let endpoint): try put(id, endpoint)
    case .endpointRemoved(let id):
      guard let old = endpoints.removeValue(forKey: id) else {
        throw DesiredStateViolation("endpoint \(id) is removed and was never there")
      }
      policyUses.replace(old.policyIDs, by: [])
      profileUses.replace(old.profiles, by: [])
    case .pool(let cidr, let pool): pools[cidr] = pool
    case .inSync: inSync = true
    }
  }

  private mutating func put(
    _ id: IPSetID, _ set: DesiredSet
  ) throws(DesiredStateViolation) {
    if let stray = set.members.first(where: { $0.type != set.type }) {
      throw DesiredStateViolation("set \(id) of \(set.type) has the member \(stray)")
    }
    if let old = sets[id], old.type != set.type, setUses[id] != nil {
      throw DesiredStateViolation("set \(id) changes its type while rules refer to it")
    }
    sets[id] = set
  }

  private mutating func changeMembers(
    _ id: IPSetID, _ added: [IPSetMember], _ removed: [IPSetMember]
  ) throws(DesiredStateViolation) {
    guard let set = sets[id] else {
      throw DesiredStateViolation("members of set \(id) change and it was never announced")
    }
    var problem: String?
    for member in added {
      if member.type != set.type || set.members.contains(member) {
        problem = "set \(id) gains \(member), which it has already or cannot hold"
      }
    }
    for member in removed where !set.members.contains(member) {
      problem = "set \(id) loses \(member), which it does not have"
    }
    if let problem { throw DesiredStateViolation(problem) }
    sets[id]?.members.formUnion(added)
    sets[id]?.members.subtract(removed)
  }

  private mutating func put(
    _ id: EndpointID, _ endpoint: DesiredEndpoint
  ) throws(DesiredStateViolation) {
    for policy in endpoint.policyIDs where policies[policy] == nil {
      throw DesiredStateViolation("endpoint \(id) refers to unknown policy \(policy)")
    }
    for profile in endpoint.profiles where profiles[profile] == nil {
      throw DesiredStateViolation("endpoint \(id) refers to unknown profile \(profile)")
    }
    policyUses.replace(endpoints[id]?.policyIDs ?? [], by: endpoint.policyIDs)
    profileUses.replace(endpoints[id]?.profiles ?? [], by: endpoint.profiles)
    endpoints[id] = endpoint
  }

  private func requireSets(
    of rules: [DesiredRule], in owner: String
  ) throws(DesiredStateViolation) {
    for rule in rules {
      for match in [rule.source.names, rule.destination.names] {
        try require(match.netSetIDs, .nets, in: owner)
        try require(match.portSetIDs, .ports, in: owner)
      }
    }
  }

  private func require(
    _ ids: [IPSetID], _ type: IPSetType, in owner: String
  ) throws(DesiredStateViolation) {
    for id in ids where sets[id]?.type != type {
      throw DesiredStateViolation("\(owner) refers to \(id), which is no known set of \(type)")
    }
  }

  private func requireUnused(
    _ what: String, known: Bool, uses: Int?
  ) throws(DesiredStateViolation) {
    if !known { throw DesiredStateViolation("\(what) is removed and was never there") }
    if let uses { throw DesiredStateViolation("\(what) is removed and still has \(uses) uses") }
  }
}

extension Dictionary where Value == Int {
  /// Counts the new references and forgets the old ones; what has none left has no entry.
  fileprivate mutating func replace(_ old: [Key], by new: [Key]) {
    for key in new { self[key, default: 0] += 1 }
    for key in old {
      guard let count = self[key] else { continue }
      self[key] = count > 1 ? count - 1 : nil
    }
  }
}
