// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import PolicyEngine
import PolicyModel
import Selectors
import SyncModel
import TestSupport
import Testing

@Suite("Of what only a newer version knows enough")
struct DoubtTests {
  private static func workload(_ name: String, allowsNothing: Bool) throws -> SyncUpdate {
    .workloadEndpoint(
      Make.id(name),
      SyncWorkloadEndpoint(
        node: "here", interfaceName: "cali\(name)", nets: try Make.nets(["10.0.0.1"]),
        labels: ["a": "x"], profiles: ["p"], allowsNothing: allowsNothing))
  }

  @Test("an endpoint gets neither policies nor profiles, and both again when more is known")
  func endpoint() throws {
    var harness = try Harness(
      .profile("p", SyncProfile(ingress: [SyncRule(.allow)])),
      Make.policy("q", "has(a)", ingress: [SyncRule(.allow)]),
      Self.workload("w", allowsNothing: true))
    let cut = try #require(harness.model.endpoints["ns/w"])
    #expect(cut.tiers == DesiredTiers())
    #expect(cut.profiles.isEmpty)
    // It is there for all else.
    #expect(cut.ipv4Nets == (try Make.nets(["10.0.0.1"])))

    try harness.feed(Self.workload("w", allowsNothing: false))
    #expect(harness.model.endpoints["ns/w"]?.policyIDs == [Make.policyID("q")])
    #expect(harness.model.endpoints["ns/w"]?.profiles == ["p"])
    try harness.feed(Self.workload("w", allowsNothing: true))
    #expect(harness.model.endpoints["ns/w"] == cut)
  }

  @Test("an update concerns an endpoint for as long as it stands, whichever comes first")
  func concern() throws {
    let (one, two) = (
      UnknownUpdateID(kind: 60, name: "one"), UnknownUpdateID(kind: 60, name: "two")
    )
    let concern = SyncConcern.workloadEndpoint(Make.id("w"))
    var harness = try Harness(
      .unknown(one, concern), .profile("p", SyncProfile()),
      Self.workload("w", allowsNothing: false))
    #expect(harness.model.endpoints["ns/w"]?.profiles == [])
    try harness.feed(.unknown(two, concern))
    try harness.feed(.unknown(one, nil))
    #expect(harness.model.endpoints["ns/w"]?.profiles == [])
    // It concerns something else from now on.
    try harness.feed(.unknown(two, .nothing))
    #expect(harness.model.endpoints["ns/w"]?.profiles == ["p"])
    try harness.feed(.unknown(two, concern))
    #expect(harness.model.endpoints["ns/w"]?.profiles == [])
    #expect(try harness.feed(.unknown(two, concern)).isEmpty)
  }

  @Test("a tier that is concerned only denies")
  func tier() throws {
    let id = UnknownUpdateID(kind: 60, name: "u")
    var harness = try Harness(
      .tier("t", SyncTier(order: 1)), Make.workload("w", labels: ["a": "x"]),
      Make.policy("q", tier: "t", "has(a)", ingress: [SyncRule(.allow), SyncRule(.deny)]))
    let policy = Make.policyID("q")
    #expect(harness.model.policies[policy]?.ingress.map(\.action) == [.allow, .deny])
    try harness.feed(.unknown(id, .tier("t")))
    #expect(harness.model.policies[policy]?.ingress.map(\.action) == [.pass, .deny])
    try harness.feed(.unknown(id, nil))
    #expect(harness.model.policies[policy]?.ingress.map(\.action) == [.allow, .deny])
  }

  /// A rule of each action from what a selector selects, and one from all else.
  private static func policy() throws -> SyncUpdate {
    var rules: [SyncRule] = []
    for action in [RuleAction.allow, .deny, .pass, .log] {
      var rule = SyncRule(action)
      rule.source.names.selector = try Selector("has(a)")
      rules.append(rule)
      rule.source.names = SelectorNames()
      rule.source.names.notSelector = try Selector("has(a)")
      rules.append(rule)
    }
    return try Make.policy("q", ingress: rules)
  }

  /// The rules with the sets that each asks for, and those that it excludes.
  private static func asked(_ harness: Harness) -> [String] {
    let rules = harness.model.policies[Make.policyID("q")]?.ingress ?? []
    return rules.map { rule in
      let names = rule.source.names
      return "\(rule.action) \(names.sets.isEmpty ? "not " : "")"
        + (Self.names(names.sets, harness) + Self.names(names.notSets, harness)).joined()
    }
  }

  private static func names(_ ids: [IPSetID], _ harness: Harness) -> [String] {
    ids.map { harness.model.sets[$0]?.comment == "has(a)" ? "all" : "sure" }
  }

  @Test(
    "a network set is where rules deny and nowhere where they allow; what is passed on is denied")
  func networkSet() throws {
    func set(_ name: String, _ net: String, allowsNothing: Bool) throws -> SyncUpdate {
      .networkSet(
        NetworkSetID(namespace: nil, name: name),
        SyncNetworkSet(
          nets: try Make.nets([net]), labels: ["a": "x"], allowsNothing: allowsNothing))
    }
    var harness = try Harness(
      Make.workload("w", nets: []), Self.policy(), set("s", "192.0.2.0/25", allowsNothing: false),
      set("d", "198.51.100.0/24", allowsNothing: false))
    let usual = [
      "allow all", "allow not all", "deny all", "deny not all", "pass all", "pass not all",
      "log all", "log not all",
    ]
    #expect(Self.asked(harness) == usual)
    #expect(harness.model.sets.count == 1)

    try harness.feed(set("d", "198.51.100.0/24", allowsNothing: true))
    #expect(
      Self.asked(harness) == [
        "allow sure", "allow not all", "deny all", "deny not sure", "pass sure", "deny all",
        "pass not all", "deny not sure", "log all", "log not sure",
      ])
    #expect(try harness.nets("has(a)") == ["192.0.2.0/25", "198.51.100.0/24"])
    #expect(
      harness.model.sets[IPSetID(try Selector("has(a)").and(Selector("!has(_doubtful)")).id)]?
        .members.count == 1)

    // The same for an endpoint elsewhere; and without any in doubt nothing differs.
    try harness.feed(set("d", "198.51.100.0/24", allowsNothing: false))
    #expect(Self.asked(harness) == usual)
    #expect(harness.model.sets.count == 1)
    let host = SyncHostEndpoint(
      node: "there", interfaceName: "eth0", labels: ["a": "x"], allowsNothing: true)
    try harness.feed(.hostEndpoint("h", host))
    #expect(Self.asked(harness) != usual)
    try harness.feed(.hostEndpoint("h", nil))
    #expect(Self.asked(harness) == usual)
  }
}
