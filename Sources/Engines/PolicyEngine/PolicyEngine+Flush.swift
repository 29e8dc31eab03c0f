// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
public import DesiredState
import PolicyModel
import SyncModel

extension PolicyEngine {
  /// The changes of the desired state since the last call, in the order that `DesiredChange`
  /// documents. Empty until `inSync` has come in; the first answer after it is the whole state and
  /// ends with `.inSync`.
  public mutating func flush() -> [DesiredChange] {
    guard isInSync else { return [] }
    var released: [IPSetID] = []
    let policyNews = flushPolicies(&released)
    let profileNews = flushProfiles(&released)
    // New uses have been counted, so that a set that only changes hands stays.
    for id in released { sets.release(id) }
    let setNews = sets.takeNews()
    let endpointNews = flushEndpoints()

    var changes = setNews.changes
    changes += policyNews.changes
    changes += profileNews.changes
    changes += endpointNews.changes
    changes += endpointNews.removals
    changes += profileNews.removals
    changes += policyNews.removals
    changes += setNews.removals
    if !told.inSync {
      told.inSync = true
      changes.append(.inSync)
    }
    return changes
  }

  private typealias News = (changes: [DesiredChange], removals: [DesiredChange])

  private mutating func flushPolicies(_ released: inout [IPSetID]) -> News {
    var news: News = ([], [])
    for id in dirtyPolicies.sorted() {
      let policy = activePolicy(id)
      if policy == nil && told.policies[id] == nil { continue }
      released += told.policySets[id] ?? []
      var compiler = RuleCompiler(enforced: enforced, isInDoubt: doubtful > 0)
      let desired = policy.map { compile($0, &compiler) }
      for (set, definition) in compiler.sets { sets.acquire(set, definition) }
      told.policySets[id] = desired == nil ? nil : Array(compiler.sets.keys)
      if desired == told.policies[id] { continue }
      told.policies[id] = desired
      if let desired {
        news.changes.append(.policy(id, desired))
      } else {
        news.removals.append(.policyRemoved(id))
      }
    }
    dirtyPolicies.removeAll()
    return news
  }

  /// A policy that applies to a local endpoint.
  private func activePolicy(_ id: PolicyID) -> SyncPolicy? {
    guard let policy = policies[id], let query = policy.query,
      !local.items(matching: query).isEmpty
    else { return nil }
    return policy.value
  }

  /// Rules of a direction that the policy is not for would never be asked.
  private func compile(_ policy: SyncPolicy, _ compiler: inout RuleCompiler) -> DesiredPolicy {
    var ingress = policy.appliesToIngress ? compiler.compile(policy.ingress) : []
    var egress = policy.appliesToEgress ? compiler.compile(policy.egress) : []
    if tiers[policy.tier]?.onlyDenies == true || concerned[.tier(policy.tier)] != nil {
      for index in ingress.indices where ingress[index].action == .allow {
        ingress[index].action = .pass
      }
      for index in egress.indices where egress[index].action == .allow {
        egress[index].action = .pass
      }
    }
    return DesiredPolicy(tier: policy.tier, ingress: ingress, egress: egress)
  }

  private mutating func flushProfiles(_ released: inout [IPSetID]) -> News {
    var news: News = ([], [])
    for name in dirtyProfiles.sorted() {
      let isUsed = profileUses[name] != nil
      if !isUsed && told.profiles[name] == nil { continue }
      released += told.profileSets[name] ?? []
      var compiler = RuleCompiler(enforced: enforced, isInDoubt: doubtful > 0)
      var desired: DesiredProfile?
      if isUsed {
        desired =
          profiles[name].map { profile in
            DesiredProfile(
              ingress: compiler.compile(profile.ingress), egress: compiler.compile(profile.egress))
          } ?? .denyAll
      }
      for (set, definition) in compiler.sets { sets.acquire(set, definition) }
      told.profileSets[name] = desired == nil ? nil : Array(compiler.sets.keys)
      if desired == told.profiles[name] { continue }
      told.profiles[name] = desired
      if let desired {
        news.changes.append(.profile(name, desired))
      } else {
        news.removals.append(.profileRemoved(name))
      }
    }
    dirtyProfiles.removeAll()
    return news
  }

  private mutating func flushEndpoints() -> News {
    var news: News = ([], [])
    for id in dirtyEndpoints.sorted() {
      let desired = workloads[id].flatMap { resolve($0) }
      if desired == told.endpoints[id] { continue }
      told.endpoints[id] = desired
      if let desired {
        news.changes.append(.endpoint(.workload(id), desired))
      } else {
        news.removals.append(.endpointRemoved(.workload(id)))
      }
    }
    dirtyEndpoints.removeAll()
    return news
  }

  private func resolve(_ workload: Workload) -> DesiredEndpoint? {
    guard let item = workload.item else { return nil }
    let value = workload.value
    var seen: Set<String> = []
    return DesiredEndpoint(
      interfaceName: value.interfaceName, ipv4Nets: value.nets.filter { $0.family == .v4 },
      ipv6Nets: value.nets.filter { $0.family == .v6 }, mac: value.mac, created: value.created,
      containerID: value.containerID,
      tiers: DesiredTiers(normal: workload.isDoubtful ? [] : tiers(of: item)),
      profiles: workload.isDoubtful ? [] : value.profiles.filter { seen.insert($0).inserted },
      allowedSourcePrefixes: value.allowedSourcePrefixes)
  }

  /// The tiers of a local endpoint, with its policies in order. Policies for other hooks than the
  /// normal one are for host endpoints only.
  private func tiers(of item: Int) -> [DesiredTier] {
    var found: [String: [(rank: PolicyRank, policy: SyncPolicy)]] = [:]
    for query in local.queries(matching: item) {
      guard let id = policyOfQuery[query], let policy = policies[id]?.value else { continue }
      let rank = PolicyRank(order: Rank(policy.order), id: id)
      found[policy.tier, default: []].append((rank, policy))
    }
    let ranks = found.keys.map { TierRank(order: Rank(tiers[$0]?.order), name: $0) }.sorted()
    return ranks.map { tier in
      let members = (found[tier.name] ?? []).sorted { $0.rank < $1.rank }
      return DesiredTier(
        name: tier.name,
        ingress: members.filter(\.policy.appliesToIngress).map(\.rank.id),
        egress: members.filter(\.policy.appliesToEgress).map(\.rank.id),
        defaultAction: tiers[tier.name]?.defaultAction ?? .deny)
    }
  }
}
