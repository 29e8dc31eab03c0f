// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Features
import PolicyModel
import Resources
import Selectors
import ValueTree

extension SyncConverter {
  static func policyID(_ key: ResourceKey) -> PolicyID {
    key.kind == .networkPolicy
      ? PolicyID(kind: .networkPolicy, namespace: key.namespace ?? "", name: key.name)
      : PolicyID(kind: .globalNetworkPolicy, name: key.name)
  }

  func convert(_ policy: NetworkPolicy, _ found: inout Findings) -> SyncUpdate {
    found.unknown(policy.spec.unknown, in: "spec")
    let selector = selector(
      of: policy.spec, namespace: policy.metadata.namespace ?? "", namespaces: "", &found)
    return .policy(
      Self.policyID(policy.key), convert(policy, selector, unknown: policy.spec.unknown, &found))
  }

  func convert(_ policy: GlobalNetworkPolicy, _ found: inout Findings) -> SyncUpdate {
    let spec = policy.spec
    found.unknown(spec.unknown, in: "spec")
    let selector = selector(
      of: spec, namespace: nil, namespaces: spec.namespaceSelector, &found)
    var result = convert(policy, selector, unknown: spec.unknown, &found)
    result.doNotTrack = spec.doNotTrack
    result.preDNAT = spec.preDNAT
    result.applyOnForward = spec.applyOnForward
    if spec.doNotTrack { found.asks("spec.doNotTrack", for: .doNotTrack) }
    if spec.preDNAT { found.asks("spec.preDNAT", for: .preDNAT) }
    if spec.applyOnForward { found.asks("spec.applyOnForward", for: .applyOnForward) }
    return .policy(Self.policyID(policy.key), result)
  }

  /// The policy's selector complete. What cannot be read of it is left out, and then `isWhole` is
  /// false.
  private func selector(
    of spec: some PolicySpec, namespace: String?, namespaces: String, _ found: inout Findings
  ) -> (selector: Selector, isWhole: Bool) {
    var parts: [Selector] = []
    var isWhole = true
    func add(
      _ field: String, _ make: () throws(SelectorError) -> Selector
    ) {
      do throws(SelectorError) {
        parts.append(try make())
      } catch {
        found.wrong(field, "\(error)")
        isWhole = false
      }
    }
    if !spec.selector.isEmpty {
      add("spec.selector") { () throws(SelectorError) in
        try SelectorCompletion.labels(spec.selector)
      }
    }
    if let namespace {
      add("metadata.namespace") { () throws(SelectorError) in
        try SelectorCompletion.namespace(namespace)
      }
    }
    if !spec.serviceAccountSelector.isEmpty {
      add("spec.serviceAccountSelector") { () throws(SelectorError) in
        try SelectorCompletion.serviceAccounts(selecting: spec.serviceAccountSelector)
      }
    }
    if !namespaces.isEmpty {
      add("spec.namespaceSelector") { () throws(SelectorError) in
        try SelectorCompletion.namespaces(selecting: namespaces)
      }
    }
    return (SelectorCompletion.conjunction(parts) ?? .all, isWhole)
  }

  /// Fields without which is not known whom, when and in which direction a policy is for.
  private static let vital: Set = [
    "selector", "namespaceSelector", "serviceAccountSelector", "types", "order", "tier",
    "doNotTrack", "preDNAT",
  ]

  /// A policy of which is not known whom it is for, or when, stands for all whom it may be for, and
  /// allows nothing: what its Deny rules leave is for later policies and the tier's end. One whose
  /// rules cannot be read denies everything in their direction.
  private func convert(
    _ policy: some PolicyResource, _ selector: (selector: Selector, isWhole: Bool),
    unknown: [UnknownMember], _ found: inout Findings
  ) -> SyncPolicy {
    let spec = policy.spec
    let all = Self.vital.union(["ingress", "egress"])
    let isSpecRead = !policy.unknown.contains { $0.key == "spec" }
    let unread = isSpecRead ? all.intersection(unknown.map(\.key)) : all
    var result = SyncPolicy(
      tier: policy.tier, order: order(spec.order, &found), selector: selector.selector)
    if unread.contains("types") {
      (result.appliesToIngress, result.appliesToEgress) = (true, true)
    } else if spec.types.isEmpty {
      let hasIngress = !spec.ingress.isEmpty || unread.contains("ingress")
      result.appliesToEgress = !spec.egress.isEmpty || unread.contains("egress")
      result.appliesToIngress = hasIngress || !result.appliesToEgress
    } else {
      result.appliesToIngress = spec.types.contains(.ingress)
      result.appliesToEgress = spec.types.contains(.egress)
    }
    // Before everything that its Deny rules may have been meant to stand before.
    if unread.contains("order") { result.order = -.infinity }
    var rules = RuleConverter(namespace: policy.metadata.namespace, findings: found)
    result.ingress = rules.convert(spec.ingress, at: "spec.ingress")
    result.egress = rules.convert(spec.egress, at: "spec.egress")
    found = rules.findings
    if unread.contains("ingress") { result.ingress = [SyncRule(.deny)] }
    if unread.contains("egress") { result.egress = [SyncRule(.deny)] }
    if !selector.isWhole || !unread.isDisjoint(with: Self.vital) {
      Self.onlyDeny(&result.ingress)
      Self.onlyDeny(&result.egress)
    }
    return result
  }

  /// Makes rules that can only take away: what they would have passed on is denied too, as else a
  /// later rule of the tier would get it.
  private static func onlyDeny(_ rules: inout [SyncRule]) {
    for index in rules.indices {
      switch rules[index].action {
      case .deny: break
      case .pass: rules[index].action = .deny
      case .allow, .log:
        rules[index].neverMatches = "it cannot be read whom the policy is for, or when"
      }
    }
  }

  func convert(_ profile: Profile, _ found: inout Findings) -> SyncUpdate {
    let spec = profile.spec
    found.unknown(spec.unknown, in: "spec")
    var rules = RuleConverter(namespace: nil, findings: found)
    var result = SyncProfile(
      ingress: rules.convert(spec.ingress, at: "spec.ingress"),
      egress: rules.convert(spec.egress, at: "spec.egress"))
    found = rules.findings
    // Else an earlier profile's Deny would be lost, and a later one could allow.
    let unread = Set((spec.unknown + profile.unknown).map(\.key))
    if !unread.isDisjoint(with: ["ingress", "spec"]) { result.ingress = [SyncRule(.deny)] }
    if !unread.isDisjoint(with: ["egress", "spec"]) { result.egress = [SyncRule(.deny)] }
    result.labels = Self.labels(of: profile, &found)
    return .profile(profile.metadata.name, result)
  }

  func convert(_ tier: Tier, _ found: inout Findings) -> SyncUpdate {
    found.unknown(tier.spec.unknown, in: "spec")
    let spec = tier.inForce
    let action: TierDefaultAction =
      switch spec.defaultAction {
      case .deny: .deny
      case .pass: .pass
      }
    var result = SyncTier(order: order(spec.order, &found), defaultAction: action)
    // Before all others, so that none of them allows what it was to deny before them; and what it
    // allows is left to them, as they may have been meant to deny it first. A built-in tier has its
    // place.
    let unread = Set((tier.spec.unknown + tier.unknown).map(\.key))
    if spec.order == nil, !unread.isDisjoint(with: ["order", "spec"]) {
      result.order = -.infinity
      result.onlyDenies = true
    }
    return .tier(tier.metadata.name, result)
  }

  private func order(_ order: Double?, _ found: inout Findings) -> Double? {
    guard let order, order.isNaN else { return order }
    found.wrong("spec.order", "must be a number")
    return nil
  }
}
