// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyModel
import Resources
import Selectors
import SyncModel
import Testing

/// One resource converted by a converter of its own.
struct Converted {
  var converter = SyncConverter()
  var updates: [SyncUpdate] = []

  init(_ resource: any Resource) { updates = converter.convert(.set(resource)) }

  /// The fields that are reported as not right.
  var wrongFields: [String] { converter.problems.map(\.field) }

  /// The fields that ask for something which somebody has to put into force, in order.
  var askingFields: [String] { converter.asks.flatMap(\.asks).map(\.field).sorted() }

  var policy: SyncPolicy? {
    guard case .policy(_, let policy) = updates.first else { return nil }
    return policy
  }

  var profile: SyncProfile? {
    guard case .profile(_, let profile) = updates.first else { return nil }
    return profile
  }

  var workload: SyncWorkloadEndpoint? {
    guard case .workloadEndpoint(_, let endpoint) = updates.first else { return nil }
    return endpoint
  }

  var host: SyncHostEndpoint? {
    guard case .hostEndpoint(_, let endpoint) = updates.first else { return nil }
    return endpoint
  }

  var networkSet: SyncNetworkSet? {
    guard case .networkSet(_, let set) = updates.first else { return nil }
    return set
  }

  /// A policy of the namespace `ns`.
  static func networkPolicy(_ change: (inout NetworkPolicySpec) -> Void) -> Converted {
    var policy = NetworkPolicy(name: "p", namespace: "ns")
    change(&policy.spec)
    return Converted(policy)
  }

  static func globalPolicy(_ change: (inout GlobalNetworkPolicySpec) -> Void) -> Converted {
    var policy = GlobalNetworkPolicy(name: "p")
    change(&policy.spec)
    return Converted(policy)
  }

  /// A rule in a global policy.
  static func rule(_ rule: Rule) -> (rule: SyncRule?, converted: Converted) {
    let converted = globalPolicy { $0.ingress = [rule] }
    return (converted.policy?.ingress.first, converted)
  }

  /// The source that an Allow with this entity asks for.
  static func source(_ entity: EntityRule, inNamespace: Bool = false) -> SyncMatch? {
    let rule = Rule(.allow, source: entity)
    let converted =
      inNamespace ? networkPolicy { $0.ingress = [rule] } : globalPolicy { $0.ingress = [rule] }
    return converted.policy?.ingress.first?.source
  }
}
