// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

/// Walks the tiers and profiles of one endpoint in one direction (compatibility §4.6, endpoint
/// chain order).
struct SideEvaluation {
  let endpoint: Member
  let direction: Direction
  private var events: [Trace.Event] = []

  init(endpoint: Member, direction: Direction) {
    self.endpoint = endpoint
    self.direction = direction
  }

  /// How a list of rules came out.
  private enum Outcome {
    case decided(Trace.Decision, Verdict)
    case passed
    case undecided
  }

  mutating func run(
    _ tiers: [JudgedTier], _ profiles: [String: Profile], _ selectors: SelectorTable,
    _ judge: RuleJudge
  ) -> Trace.Side {
    var hasPolicies = false
    for tier in tiers {
      let policies = tier.policies.filter { policy in
        policy.applies(direction) && policy.applies(to: endpoint, selectors)
      }
      if policies.isEmpty { continue }
      hasPolicies = true
      events.append(.tier(name: tier.name, order: tier.order))
      switch run(policies, selectors, judge) {
      case .decided(let decision, let verdict): return side(decision, verdict)
      case .passed: continue
      case .undecided:
        events.append(.endOfTier(name: tier.name, tier.defaultAction))
        if tier.defaultAction == .deny { return side(.endOfTier(tier.name), .deny) }
      }
    }
    if !hasPolicies { events.append(.noPolicy) }
    return run(profiles, judge)
  }

  /// Ends with one event that decides.
  mutating func end(
    _ event: Trace.Event, _ decision: Trace.Decision, _ verdict: Verdict
  ) -> Trace.Side {
    events.append(event)
    return side(decision, verdict)
  }

  /// The policies of a tier: the first that decides or passes ends it.
  private mutating func run(
    _ policies: [JudgedPolicy], _ selectors: SelectorTable, _ judge: RuleJudge
  ) -> Outcome {
    for policy in policies {
      events.append(.policy(policy.key, order: policy.order))
      let outcome = run(
        policy.rules(direction), of: policy.key, onlyDenies: policy.isUnreadable(selectors), judge)
      if case .undecided = outcome { continue }
      return outcome
    }
    return .undecided
  }

  private mutating func run(_ profiles: [String: Profile], _ judge: RuleJudge) -> Trace.Side {
    for name in endpoint.profiles {
      guard let profile = profiles[name] else {
        return end(.missingProfile(name), .missingProfile(name), .deny)
      }
      events.append(.profile(name))
      let rules = direction == .ingress ? profile.spec.ingress : profile.spec.egress
      // Pass leaves a profile, and there is no tier to go to but the next profile.
      if case .decided(let decision, let verdict) = run(
        rules, of: profile.key, onlyDenies: false, judge)
      {
        return side(decision, verdict)
      }
    }
    return end(.endOfProfiles, .endOfProfiles, .deny)
  }

  /// The rules of a policy or profile: the first that matches decides, but for Log.
  private mutating func run(
    _ rules: [Rule], of owner: ResourceKey, onlyDenies: Bool, _ judge: RuleJudge
  ) -> Outcome {
    for (index, rule) in rules.enumerated() {
      let reference = RuleReference(owner: owner, direction: direction, index: index)
      var criteria = judge.criteria(of: rule, namespace: owner.namespace)
      if onlyDenies { criteria.append(Criterion(unknown: "the policy's own selector")) }
      let action = RuleJudge.action(of: rule, criteria)
      let matches = RuleJudge.matches(criteria, action)
      events.append(
        .rule(
          JudgedRule(
            reference: reference, action: action, matches: matches, criteria: criteria)))
      guard matches else { continue }
      switch action {
      case .allow: return .decided(.rule(reference, .allow), .allow)
      case .deny: return .decided(.rule(reference, .deny), .deny)
      case .pass: return .passed
      case .log: continue
      }
    }
    return .undecided
  }

  private func side(_ decision: Trace.Decision, _ verdict: Verdict) -> Trace.Side {
    Trace.Side(
      endpoint: endpoint.key, direction: direction, verdict: verdict, decision: decision,
      events: events)
  }
}
