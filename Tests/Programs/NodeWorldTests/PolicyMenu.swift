// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

/// The few policies that worlds have, each with what it means said once more in plain code. All
/// are of the default tier and about ingress.
struct MenuPolicy: Sendable {
  let name: String
  let order: Double
  let resource: any Resource
  let selects: @Sendable (Who) -> Bool
  /// What the policy's rules say of a source; nil: nothing.
  let verdict: @Sendable (Who) -> Bool?

  /// A pod as policy is to see it: where it runs, and the labels that are its own.
  struct Who: Sendable {
    var namespace: String
    var labels: [String: String]
  }

  private static let longName =
    "default." + String(repeating: "b", count: 63) + "." + String(repeating: "c", count: 63) + "."
    + String(repeating: "d", count: 63) + "." + String(repeating: "e", count: 53)

  static let all: [MenuPolicy] = [
    MenuPolicy(
      name: "shut", order: 10,
      resource: global("shut", 10, "role == 'bad'", [Rule(.deny)]),
      selects: { $0.labels["role"] == "bad" }, verdict: { _ in false }),
    MenuPolicy(
      name: longName, order: 20,
      resource: global(
        longName, 20, "has(guarded)",
        [Rule(.allow, source: EntityRule(selector: "role == 'friend'"))]),
      selects: { $0.labels["guarded"] != nil },
      verdict: { $0.labels["role"] == "friend" ? true : nil }),
    MenuPolicy(
      name: "inside", order: 30, resource: inside,
      selects: { $0.namespace == "web" && $0.labels["tier"] == "db" },
      verdict: { $0.namespace == "web" ? true : nil }),
    MenuPolicy(
      name: "no-accounts", order: 40,
      resource: global(
        "no-accounts", 40, "has(projectcalico.org/serviceaccount) || has(pcsa.team)",
        [Rule(.deny)]),
      selects: { _ in false }, verdict: { _ in false }),
  ]

  private static func global(
    _ name: String, _ order: Double, _ selector: String, _ ingress: [Rule]
  ) -> GlobalNetworkPolicy {
    var policy = GlobalNetworkPolicy(name: name)
    policy.spec.order = order
    policy.spec.selector = selector
    policy.spec.ingress = ingress
    policy.spec.types = [.ingress]
    return policy
  }

  private static var inside: NetworkPolicy {
    var policy = NetworkPolicy(name: "inside", namespace: "web")
    policy.spec.order = 30
    policy.spec.selector = "tier == 'db'"
    policy.spec.ingress = [
      Rule(
        .allow, source: EntityRule(namespaceSelector: "projectcalico.org/name == 'web'"))
    ]
    policy.spec.types = [.ingress]
    return policy
  }

  /// Whether a packet from one pod to another arrives, with these policies in force.
  static func allows(_ policies: [MenuPolicy], from source: Who, to destination: Who) -> Bool {
    let selecting = policies.sorted { $0.order < $1.order }.filter { $0.selects(destination) }
    // No policy: the namespace's profile allows everything.
    if selecting.isEmpty { return true }
    for policy in selecting {
      if let verdict = policy.verdict(source) { return verdict }
    }
    return false
  }

  /// The labels that a pod may claim for itself.
  static func own(_ labels: [String: String]) -> [String: String] {
    labels.filter { key, _ in
      !key.hasPrefix("pcns.") && !key.hasPrefix("pcsa.")
        && ![
          "projectcalico.org/name", "projectcalico.org/namespace",
          "projectcalico.org/orchestrator", "projectcalico.org/serviceaccount",
        ].contains(key)
    }
  }
}
