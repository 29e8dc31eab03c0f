// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyOracle
import Resources
import Testing

/// One rule of a policy for the ingress of `db`, one packet, and whether the rule matches it: an
/// Allow that does not match leaves the packet to the end of the tier, which denies it, and a Deny
/// that does not match leaves it to an Allow behind it.
struct RuleCase: Sendable, CustomTestStringConvertible {
  enum Place: Sendable {
    case global
    /// In namespace `shop`.
    case namespaced
  }

  var name: String
  var place: Place
  var rule: Rule
  var flow: Flow
  var matches: Bool

  init(
    _ name: String, _ flow: Flow, _ matches: Bool, in place: Place = .global,
    _ action: Rule.Action = .allow, _ change: (inout Rule) -> Void
  ) {
    self.name = name
    self.place = place
    self.flow = flow
    self.matches = matches
    rule = Rule(action)
    change(&rule)
  }

  var testDescription: String { name }

  var world: World {
    var world = Town.world
    let rules = [rule] + (rule.action == .allow ? [] : [Rule(.allow)])
    switch place {
    case .global: world.globalPolicies = [Town.global(ingress: rules)]
    case .namespaced: world.policies = [Town.namespaced(ingress: rules)]
    }
    return world
  }

  var expected: Verdict { matches == (rule.action == .allow) ? .allow : .deny }
}

@Suite("One rule and one packet")
struct RuleCaseTests {
  @Test("a rule matches exactly the packets that it asks for", arguments: RuleCase.all)
  func rule(_ testCase: RuleCase) {
    let oracle = Oracle(testCase.world)
    let namespace = testCase.place == .global ? nil : "shop"
    #expect(
      oracle.matches(testCase.rule, namespace: namespace, testCase.flow) == testCase.matches)
    let trace = oracle.decide(testCase.flow)
    #expect(trace.verdict == testCase.expected, "\(trace.text)")
  }

  @Test("every case has a name of its own")
  func names() {
    #expect(Set(RuleCase.all.map(\.name)).count == RuleCase.all.count)
    #expect(RuleCase.all.count >= 80)
  }
}

extension RuleCase {
  static var all: [RuleCase] { packets + ports + addresses + members + unanswerable }
}
