// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Selectors

/// A policy of either kind, as far as evaluation needs it.
struct JudgedPolicy: Sendable {
  var key: ResourceKey
  var tier: String
  var order: Double?
  var appliesToIngress: Bool
  var appliesToEgress: Bool
  var ingress: [Rule]
  var egress: [Rule]
  var selector: String
  var accountSelector: String
  /// Only of global policies.
  var namespaceSelector = ""

  init(_ policy: NetworkPolicy) {
    self.init(policy, policy.spec)
  }

  /// Nil for a policy that workloads never meet: one before connection tracking or DNAT.
  init?(_ policy: GlobalNetworkPolicy) {
    if policy.spec.doNotTrack || policy.spec.preDNAT { return nil }
    self.init(policy, policy.spec)
    namespaceSelector = policy.spec.namespaceSelector
  }

  private init(_ policy: some PolicyResource, _ spec: some PolicySpec) {
    key = policy.key
    tier = policy.tier
    order = spec.order.flatMap { $0.isNaN ? nil : $0 }
    ingress = spec.ingress
    egress = spec.egress
    selector = spec.selector
    accountSelector = spec.serviceAccountSelector
    if spec.types.isEmpty {
      appliesToEgress = !egress.isEmpty
      appliesToIngress = !ingress.isEmpty || egress.isEmpty
    } else {
      appliesToIngress = spec.types.contains(.ingress)
      appliesToEgress = spec.types.contains(.egress)
    }
  }

  func rules(_ direction: Direction) -> [Rule] { direction == .ingress ? ingress : egress }

  func applies(_ direction: Direction) -> Bool {
    direction == .ingress ? appliesToIngress : appliesToEgress
  }

  /// Whether the policy is for an endpoint. A selector that cannot be read leaves nobody out.
  func applies(to endpoint: Member, _ selectors: SelectorTable) -> Bool {
    if let namespace = key.namespace, endpoint.namespace != namespace { return false }
    // Service accounts and namespaces are selected: who has none is in none of them.
    let asked = [
      (selector, true, endpoint.labels),
      (accountSelector, endpoint.account != nil, endpoint.accountLabels),
      (namespaceSelector, endpoint.namespace != nil, endpoint.namespaceLabels),
    ]
    return asked.allSatisfy { text, hasAny, labels in
      if text.isEmpty { return true }
      guard let selector = selectors.labels(text) else { return true }
      return hasAny && selector.matches(labels)
    }
  }

  /// Whether a selector cannot be read; then the policy allows nothing.
  func isUnreadable(_ selectors: SelectorTable) -> Bool {
    [selector, accountSelector, namespaceSelector].contains { selectors.labels($0) == nil }
  }

  /// Lower orders first, those without one last; then by name, and what is left by namespace and
  /// kind.
  static func precedes(_ a: JudgedPolicy, _ b: JudgedPolicy) -> Bool {
    let (first, second) = (a.order ?? .infinity, b.order ?? .infinity)
    if first != second { return first < second }
    if (a.order == nil) != (b.order == nil) { return b.order == nil }
    if a.key.name != b.key.name { return a.key.name < b.key.name }
    return (a.key.namespace ?? "", a.key.kind.rawValue)
      < (b.key.namespace ?? "", b.key.kind.rawValue)
  }
}
