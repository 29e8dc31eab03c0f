// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyOracle
import Resources

/// How often each field and action of policy had a say.
public struct Coverage: Sendable {
  /// The counts of one field or action.
  public struct Count: Sendable, Hashable {
    /// Rules (or policies) with it that a packet met.
    public var met = 0
    /// Of those, the ones that matched (or decided).
    public var matched = 0
    /// Of those, the ones that did not match, and would have without it.
    public var refused = 0

    /// How often it had a say.
    public var hits: Int { matched + refused }
  }

  public private(set) var worlds = 0
  public private(set) var packets = 0
  public private(set) var allowed = 0
  private var counts: [String: Count] = [:]

  public init() {}

  /// The names of all fields and actions, in the order of the table.
  public static let names: [String] =
    actions + RuleFeature.all.map(\.name) + policyFeatures.map(\.name) + ends

  public subscript(name: String) -> Count { counts[name] ?? Count() }

  /// How many packets out of a hundred were allowed.
  public var allowedPercent: Double {
    packets == 0 ? 0 : 100 * Double(allowed) / Double(packets)
  }

  /// Counts all packets of a case.
  public mutating func add(_ testCase: PolicyCase) {
    let oracle = Oracle(testCase.world)
    let owners = Self.owners(testCase.world)
    worlds += 1
    for probe in testCase.probes {
      let trace = oracle.decide(probe.flow)
      packets += 1
      allowed += trace.verdict == .allow ? 1 : 0
      for side in trace.reachedSides { add(side, probe.flow, oracle, owners) }
    }
  }

  private mutating func add(
    _ side: Trace.Side, _ flow: Flow, _ oracle: Oracle, _ owners: [ResourceKey: Owner]
  ) {
    for event in side.events {
      switch event {
      case .policy(let key, _): add(policy: key, owners[key], decided: side.decision)
      case .rule(let judged):
        let rules = owners[judged.reference.owner]?.rules[judged.reference.direction] ?? []
        guard rules.indices.contains(judged.reference.index) else { continue }
        let (rule, features) = rules[judged.reference.index]
        add(judged, rule, features, flow, oracle)
      case .endOfTier(_, let action): add("end of tier: \(action.rawValue)", matched: true)
      case .noPolicy: add("no policy", matched: true)
      case .profile: add("profile", matched: false)
      case .missingProfile: add("missing profile", matched: true)
      case .endOfProfiles: add("end of profiles", matched: true)
      default: break
      }
    }
    if case .rule(let reference, _) = side.decision, reference.owner.kind == .profile {
      counts["profile", default: Count()].matched += 1
    }
  }

  private mutating func add(
    _ judged: JudgedRule, _ rule: Rule, _ features: [RuleFeature], _ flow: Flow, _ oracle: Oracle
  ) {
    let action = "action \(judged.action.rawValue)"
    add(action, matched: judged.matches)
    // Only where one criterion alone says no can taking out one field change the answer.
    let refusals = judged.criteria.count { $0.answer == .no || $0.answer == .unknown }
    for feature in features {
      add(feature.name, matched: judged.matches)
      guard !judged.matches, refusals == 1 else { continue }
      var without = rule
      feature.remove(&without)
      if oracle.matches(without, namespace: judged.reference.owner.namespace, flow) {
        counts[feature.name, default: Count()].refused += 1
      }
    }
  }

  private mutating func add(policy key: ResourceKey, _ owner: Owner?, decided: Trace.Decision) {
    guard let owner else { return }
    let isDecisive =
      if case .rule(let reference, _) = decided { reference.owner == key } else { false }
    for feature in Self.policyFeatures where feature.isUsed(owner) {
      add(feature.name, matched: isDecisive)
    }
  }

  private mutating func add(_ name: String, matched: Bool) {
    counts[name, default: Count()].met += 1
    if matched { counts[name, default: Count()].matched += 1 }
  }

  // MARK: Rows

  private static let actions = Rule.Action.allCases.map { "action \($0.rawValue)" }

  private static let ends = [
    "end of tier: Deny", "end of tier: Pass", "no policy", "profile", "missing profile",
    "end of profiles",
  ]

  /// A policy or profile, as far as the counting needs it.
  private struct Owner {
    /// With the features that each uses.
    var rules: [Direction: [(Rule, [RuleFeature])]]
    var order: Double?
    var tier = ""
    var types: [PolicyType] = []
    var selector = ""
    var accountSelector = ""
    var namespaceSelector = ""
    var isGlobal = false
    var isOnForward = false

    static func rules(
      _ ingress: [Rule], _ egress: [Rule]
    ) -> [Direction: [(Rule, [RuleFeature])]] {
      [Direction.ingress: ingress, .egress: egress].mapValues { rules in
        rules.map { rule in (rule, RuleFeature.all.filter { $0.isUsed(rule) }) }
      }
    }
  }

  private static func owners(_ world: World) -> [ResourceKey: Owner] {
    var result: [ResourceKey: Owner] = [:]
    func add(_ policy: some PolicyResource, isGlobal: Bool) {
      let spec = policy.spec
      result[policy.key] = Owner(
        rules: Owner.rules(spec.ingress, spec.egress), order: spec.order,
        tier: policy.tier, types: spec.types, selector: spec.selector,
        accountSelector: spec.serviceAccountSelector, isGlobal: isGlobal)
    }
    for policy in world.policies { add(policy, isGlobal: false) }
    for policy in world.globalPolicies {
      add(policy, isGlobal: true)
      result[policy.key]?.namespaceSelector = policy.spec.namespaceSelector
      result[policy.key]?.isOnForward = policy.spec.applyOnForward
    }
    for profile in world.profiles {
      result[profile.key] = Owner(
        rules: Owner.rules(profile.spec.ingress, profile.spec.egress))
    }
    return result
  }

  private static let policyFeatures: [(name: String, isUsed: @Sendable (Owner) -> Bool)] = [
    ("NetworkPolicy", { !$0.isGlobal }), ("GlobalNetworkPolicy", { $0.isGlobal }),
    ("order", { $0.order != nil }), ("no order", { $0.order == nil }),
    ("tier other than default", { $0.tier != "default" }), ("types", { !$0.types.isEmpty }),
    ("no types", { $0.types.isEmpty }), ("policy selector", { !$0.selector.isEmpty }),
    ("policy serviceAccountSelector", { !$0.accountSelector.isEmpty }),
    ("policy namespaceSelector", { !$0.namespaceSelector.isEmpty }),
    ("applyOnForward", { $0.isOnForward }),
  ]
}
