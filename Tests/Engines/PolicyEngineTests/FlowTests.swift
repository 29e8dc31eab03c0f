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

@Suite("The flow of changes")
struct FlowTests {
  @Test("nothing is told before the store has been read whole, and the mark comes once, last")
  func inSync() throws {
    var harness = Harness()
    #expect(try harness.feed(Make.workload("a"), Make.policy("p")) == [])
    #expect(try harness.feed(.policy(Make.policyID("p"), nil)) == [])
    let first = try harness.feed(.inSync)
    #expect(first == [.endpoint("ns/a", DesiredEndpoint(interfaceName: "calia")), .inSync])
    #expect(try harness.feed(.inSync) == [])
  }

  @Test("an empty cluster is in sync too")
  func empty() throws {
    var harness = Harness()
    #expect(try harness.feed(.inSync) == [.inSync])
  }

  @Test("an update that says what is known, and one that is taken back, say nothing")
  func noNews() throws {
    let endpoint = try Make.workload("a", nets: ["10.0.0.1"], labels: ["app": "x"])
    let policy = try Make.policy("p", ingress: [Make.allow(from: "has(app)")])
    var harness = try Harness(endpoint, policy)
    #expect(try harness.feed(endpoint, policy) == [])
    #expect(
      try harness.feed(
        .workloadEndpoint(Make.id("a"), nil), .policy(Make.policyID("p"), nil), policy, endpoint)
        == [])
  }

  @Test("what is held is counted")
  func counts() throws {
    var harness = try Harness(
      .node("here", SyncNode()), .tier("default", SyncTier(order: 1)),
      .profile("p", SyncProfile()), Make.workload("a"), Make.workload("b", interface: ""),
      Make.workload("c", node: "elsewhere"), Make.host("h", addresses: []),
      Make.policy("p", ingress: [Make.allow(from: "has(app)")]),
      Make.policy("idle", "has(nothing)"))
    var wanted = EngineCounts()
    wanted.activeLocalEndpoints = 1
    wanted.activeLocalPolicies = 1
    wanted.activeLocalSelectors = 1
    wanted.workloadEndpoints = 3
    wanted.hostEndpoints = 1
    wanted.hosts = 3
    wanted.policies = 2
    wanted.profiles = 1
    wanted.tiers = 1
    #expect(harness.engine.counts == wanted)
    try harness.feed(.node("here", nil), .workloadEndpoint(Make.id("c"), nil))
    #expect(harness.engine.counts.hosts == 2)
  }

  @Test("what labels were is forgotten: it costs nothing later")
  func forgetting() throws {
    var harness = try Harness(Make.workload("local"))
    for index in 0..<50 {
      let profile = "kns.\(index)"
      try harness.feed(
        Make.workload("w\(index)", node: "there", labels: ["app": "old"], profiles: [profile]),
        .profile(profile, SyncProfile(labels: ["pcns.zone": "old"])))
      try harness.feed(
        Make.workload("w\(index)", node: "there", labels: ["app": "new"], profiles: [profile]),
        .profile(profile, SyncProfile(labels: ["pcns.zone": "new"])))
    }
    let before = harness.engine.selectorEvaluations
    try harness.feed(
      Make.policy(
        "p", "has(nothing) || all()",
        ingress: [
          Make.allow(from: "app == 'old'"), Make.allow(from: "pcns.zone == 'old'"),
        ]))
    // The one local endpoint is asked about the policy; nothing is asked about the sets.
    #expect(harness.engine.selectorEvaluations - before == 1)
    #expect(try harness.nets("app == 'old'") == [])

    // The same for selectors that were: an endpoint with what they asked for tries none of them.
    try harness.feed(.policy(Make.policyID("p"), nil))
    try harness.feed(
      Make.policy(
        "q", ingress: [Make.allow(from: "has(other)"), Make.allow(from: "has(another)")]))
    let after = harness.engine.selectorEvaluations
    try harness.feed(
      Make.workload("w0", node: "there", labels: ["app": "old", "pcns.zone": "old"]))
    #expect(harness.engine.selectorEvaluations == after)
  }

  @Test("a change is as dear as what it touches, not as the cluster")
  func cost() throws {
    var harness = Harness()
    let label = "projectcalico.org/namespace"
    for namespace in 0..<100 {
      for pod in 0..<20 {
        harness.engine.apply(
          try Make.workload(
            "w\(namespace)-\(pod)", node: pod == 0 ? "here" : "there", nets: ["10.0.0.1"],
            labels: [label: "ns\(namespace)", "app": "a\(pod)"]))
      }
      harness.engine.apply(
        try Make.policy(
          "p\(namespace)", "\(label) == 'ns\(namespace)'",
          ingress: [
            Make.allow(from: "\(label) == 'ns\(namespace)' && app == 'a1'"),
            Make.allow(from: "\(label) == 'ns\(namespace)' && app in {'a2', 'a3'}"),
          ]))
    }
    try harness.feed(.inSync)
    #expect(harness.model.sets.count == 200)

    func cost(_ update: SyncUpdate) throws -> Int {
      let before = harness.engine.selectorEvaluations
      try harness.feed(update)
      return harness.engine.selectorEvaluations - before
    }
    // 2000 endpoints, 100 policies, 200 sets; an endpoint meets the few selectors that demand a
    // value that it has.
    let move = try Make.workload(
      "w7-0", nets: ["10.0.0.2"], labels: [label: "ns7", "app": "a1"])
    #expect(try cost(move) < 10)
    // A selector that asks for a rare label and, as negations of namespaces do, for any namespace.
    let rare = try Make.workload(
      "rare", node: "there", nets: ["10.0.0.3"], labels: [label: "ns9", "rare": "x"])
    #expect(try cost(rare) < 10)
    let negation = try Make.policy(
      "p7", "\(label) == 'ns7'",
      ingress: [
        Make.allow(from: "(has(\(label)) && pcns.env != 'x') && has(rare)"),
        Make.allow(from: "has(rare) && (has(\(label)) && pcns.env != 'x')"),
      ])
    #expect(try cost(negation) < 5)
    #expect(
      try harness.nets("(has(\(label)) && pcns.env != 'x') && has(rare)") == ["10.0.0.3/32"])
    // A new policy with a new set meets the endpoints of its namespace.
    let policy = try Make.policy(
      "new", "\(label) == 'ns8'",
      ingress: [Make.allow(from: "\(label) == 'ns8' && app != 'a1'")])
    #expect(try cost(policy) < 50)
  }
}
