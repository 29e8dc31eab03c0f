// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyModel
import SyncModel

extension PolicyEngine {
  /// Takes in that an update of a newer version concerns something, or no longer.
  mutating func setConcern(_ id: UnknownUpdateID, _ concern: SyncConcern?) {
    let old = concerns[id]
    if old == concern { return }
    concerns[id] = concern
    if let concern { concerned[concern, default: 0] += 1 }
    if let old, let count = concerned[old] { concerned[old] = count > 1 ? count - 1 : nil }
    for changed in [old, concern] { review(changed ?? .nothing) }
  }

  private mutating func review(_ concern: SyncConcern) {
    switch concern {
    case .nothing: break
    case .tier(let name): dirtyPolicies.formUnion(policiesByTier[name] ?? [])
    case .workloadEndpoint(let id):
      if let value = workloads[id]?.value { setWorkload(id, value) }
    case .hostEndpoint(let name):
      if let value = hostEndpoints[name]?.value { setHostEndpoint(name, value) }
    }
  }

  /// Counts one more contributor of which too little is known, or one less. With the first and
  /// without the last, rules that allow ask for other sets.
  mutating func countDoubt(_ before: Bool, _ after: Bool) {
    if before == after { return }
    let hadAny = doubtful > 0
    doubtful += after ? 1 : -1
    if hadAny == (doubtful > 0) { return }
    dirtyPolicies.formUnion(told.policies.keys)
    dirtyProfiles.formUnion(told.profiles.keys)
  }
}
