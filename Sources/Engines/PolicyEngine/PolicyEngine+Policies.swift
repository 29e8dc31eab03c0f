// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import DesiredState
import PolicyModel
import SyncModel

extension PolicyEngine {
  mutating func setPolicy(_ id: PolicyID, _ value: SyncPolicy?) {
    let old = policies[id]
    if old?.value == value { return }
    dirtyPolicies.insert(id)

    if old?.value.tier != value?.tier {
      if let tier = old?.value.tier {
        policiesByTier[tier]?.remove(id)
        if policiesByTier[tier]?.isEmpty == true { policiesByTier[tier] = nil }
      }
      if let tier = value?.tier { policiesByTier[tier, default: []].insert(id) }
    }

    let selects = value.map(Self.selectsWorkloads) ?? false
    if let query = old?.query, selects, old?.value.selector == value?.selector {
      // The same endpoints. Unless only rules changed, they see it at another place.
      if let value, old.map({ Self.place($0.value) != Self.place(value) }) ?? true {
        touchEndpoints(local.items(matching: query))
      }
      if let value { policies[id] = StoredPolicy(value: value, query: query) }
      return
    }
    if let query = old?.query {
      policyOfQuery[query] = nil
      touchEndpoints(local.removeQuery(query))
    }
    guard let value else {
      policies[id] = nil
      return
    }
    var query: Int?
    if selects {
      let new = local.addQuery(value.selector)
      policyOfQuery[new] = id
      touchEndpoints(local.items(matching: new))
      query = new
    }
    policies[id] = StoredPolicy(value: value, query: query)
  }

  mutating func setTier(_ name: String, _ value: SyncTier?) {
    let old = tiers[name]
    if old == value { return }
    tiers[name] = value
    let isOther = old?.onlyDenies ?? false != value?.onlyDenies ?? false
    for id in policiesByTier[name] ?? [] {
      if isOther { dirtyPolicies.insert(id) }
      if let query = policies[id]?.query { touchEndpoints(local.items(matching: query)) }
    }
  }

  mutating func setProfile(_ name: String, _ value: SyncProfile?) {
    if profiles[name] == value { return }
    profiles[name] = value
    dirtyProfiles.insert(name)
    sets.setProfileLabels(name, value?.labels)
    for event in local.setParent(name, labels: value?.labels) {
      if let id = localEndpoints[event.item] { dirtyEndpoints.insert(id) }
      if let policy = policyOfQuery[event.query] { dirtyPolicies.insert(policy) }
    }
  }

  /// Policies on untracked or pre-DNAT traffic are for host endpoints only.
  private static func selectsWorkloads(_ policy: SyncPolicy) -> Bool {
    !policy.doNotTrack && !policy.preDNAT && (policy.appliesToIngress || policy.appliesToEgress)
  }

  private struct Place: Hashable {
    var tier: String
    var order: Double?
    var ingress: Bool
    var egress: Bool
  }

  private static func place(_ policy: SyncPolicy) -> Place {
    Place(
      tier: policy.tier, order: policy.order, ingress: policy.appliesToIngress,
      egress: policy.appliesToEgress)
  }

  private mutating func touchEndpoints(_ items: Set<Int>) {
    for item in items {
      if let id = localEndpoints[item] { dirtyEndpoints.insert(id) }
    }
  }
}
