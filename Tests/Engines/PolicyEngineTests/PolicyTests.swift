// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Features
import PolicyEngine
import PolicyModel
import Selectors
import SyncModel
import TestSupport
import Testing

@Suite("Policies and tiers")
struct PolicyTests {
  @Test("rules keep the places that they have in the object as written, whatever was left out")
  func places() throws {
    var policy = SyncPolicy()
    policy.ingress = [
      SyncRule(.log, index: 1), SyncRule(.allow, index: 4, family: .v4),
      SyncRule(.allow, index: 4, family: .v6), SyncRule(.deny),
    ]
    let harness = try Harness(
      Make.workload("a"), .policy(Make.policyID("p"), policy))
    #expect(
      harness.model.policies[Make.policyID("p")]?.ingress.map(\.index) == [1, 4, 4, nil])
  }

  @Test("tiers come by order, those without last, and by name among equals")
  func tierOrder() throws {
    let harness = try Harness(
      .tier("late", SyncTier(order: 100)), .tier("none-b", SyncTier(order: nil)),
      .tier("none-a", SyncTier(order: nil)), .tier("same-b", SyncTier(order: 5)),
      .tier("same-a", SyncTier(order: 5)), .tier("early", SyncTier(order: -1)),
      Make.workload("a"),
      Make.policy("1", tier: "none-a"), Make.policy("2", tier: "none-b"),
      Make.policy("3", tier: "same-a"), Make.policy("4", tier: "same-b"),
      Make.policy("5", tier: "early"), Make.policy("6", tier: "late"))
    #expect(
      harness.model.endpoints["ns/a"]?.tiers.normal.map(\.name)
        == ["early", "same-a", "same-b", "late", "none-a", "none-b"])
  }

  @Test("policies come by order, those without last, then by name, namespace and kind")
  func policyOrder() throws {
    func policy(_ kind: PolicyID.Kind, _ namespace: String?, _ name: String) -> PolicyID {
      PolicyID(kind: kind, namespace: namespace, name: name)
    }
    let wanted = [
      policy(.globalNetworkPolicy, nil, "z-first"),
      policy(.globalNetworkPolicy, nil, "same"), policy(.networkPolicy, "a", "same"),
      policy(.kubernetesNetworkPolicy, "b", "same"), policy(.networkPolicy, "b", "same"),
      policy(.globalNetworkPolicy, nil, "a-none"), policy(.globalNetworkPolicy, nil, "b-none"),
    ]
    let orders: [Double?] = [-2.5, 1, 1, 1, 1, nil, nil]
    var harness = try Harness(Make.workload("a"))
    for (id, order) in zip(wanted, orders).reversed() {
      harness.engine.apply(.policy(id, SyncPolicy(order: order)))
    }
    try harness.flush()
    #expect(harness.model.endpoints["ns/a"]?.tiers.normal.map(\.ingress) == [wanted])
  }

  @Test("an order that is no number is none")
  func notANumber() throws {
    let harness = try Harness(
      Make.workload("a"), Make.policy("a", order: .nan), Make.policy("b", order: 1e300))
    #expect(
      harness.model.endpoints["ns/a"]?.tiers.normal.first?.ingress
        == [Make.policyID("b"), Make.policyID("a")])
  }

  @Test("a tier that is not stored stands last and denies")
  func missingTier() throws {
    var harness = try Harness(
      .tier("zz", SyncTier(order: 1e9, defaultAction: .pass)), Make.workload("a"),
      Make.policy("p", tier: "aa"), Make.policy("q", tier: "zz"))
    func tiers() -> [DesiredTier]? { harness.model.endpoints["ns/a"]?.tiers.normal }
    let p = DesiredTier(name: "aa", ingress: [Make.policyID("p")], defaultAction: .deny)
    let q = DesiredTier(name: "zz", ingress: [Make.policyID("q")], defaultAction: .pass)
    #expect(tiers() == [q, p])
    let changes = try harness.feed(.tier("aa", SyncTier(order: 1, defaultAction: .pass)))
    #expect(changes.count == 1)
    #expect(tiers()?.map(\.name) == ["aa", "zz"])
    #expect(tiers()?.first?.defaultAction == .pass)
    try harness.feed(.tier("aa", nil))
    #expect(tiers() == [q, p])
  }

  @Test("a policy stands only in the directions that it is for, with the rules of those")
  func directions() throws {
    let harness = try Harness(
      Make.workload("a"),
      Make.policy("in", ingress: [SyncRule(.allow)], egress: [SyncRule(.deny)]) {
        $0.appliesToEgress = false
      },
      Make.policy("out", egress: [SyncRule(.deny)]) { $0.appliesToIngress = false },
      Make.policy("never") { $0.appliesToIngress = false })
    let (inward, outward) = (Make.policyID("in"), Make.policyID("out"))
    #expect(
      harness.model.endpoints["ns/a"]?.tiers.normal
        == [DesiredTier(name: "default", ingress: [inward], egress: [outward])])
    #expect(
      harness.model.policies == [
        inward: DesiredPolicy(tier: "default", ingress: [DesiredRule(.allow)]),
        outward: DesiredPolicy(tier: "default", egress: [DesiredRule(.deny)]),
      ])
  }

  @Test("untracked and pre-DNAT policies are not for workloads, those for forwarded traffic are")
  func hostPolicies() throws {
    var harness = try Harness(
      Make.workload("a"), Make.policy("untracked") { $0.doNotTrack = true },
      Make.policy("predNAT") { $0.preDNAT = true },
      Make.policy("forward") { $0.applyOnForward = true })
    #expect(harness.model.endpoints["ns/a"]?.policyIDs == [Make.policyID("forward")])
    try harness.feed(Make.policy("untracked"))
    #expect(harness.model.endpoints["ns/a"]?.policyIDs.count == 2)
    try harness.feed(Make.policy("untracked") { $0.doNotTrack = true })
    #expect(harness.model.endpoints["ns/a"]?.policyIDs == [Make.policyID("forward")])
  }

  @Test("only policies of local endpoints are told")
  func activity() throws {
    var harness = try Harness(
      Make.workload("a", labels: ["app": "x"]),
      Make.workload("b", node: "there", labels: ["app": "y"]), Make.policy("x", "app == 'x'"),
      Make.policy("y", "app == 'y'"))
    #expect(Set(harness.model.policies.keys) == [Make.policyID("x")])
    let changes = try harness.feed(Make.workload("a", labels: ["app": "y"]))
    #expect(
      changes == [
        .policy(Make.policyID("y"), DesiredPolicy(tier: "default")),
        .endpoint(
          "ns/a",
          DesiredEndpoint(
            interfaceName: "calia",
            tiers: DesiredTiers(
              normal: [DesiredTier(name: "default", ingress: [Make.policyID("y")])]))),
        .policyRemoved(Make.policyID("x")),
      ])
  }

  @Test("a change of rules says nothing of endpoints, one of order nothing of the policy")
  func minimality() throws {
    var harness = try Harness(
      Make.workload("a"), Make.policy("p", order: 1), Make.policy("q", order: 2))
    let rules = try harness.feed(Make.policy("p", order: 1, ingress: [SyncRule(.allow)]))
    #expect(
      rules == [
        .policy(
          Make.policyID("p"), DesiredPolicy(tier: "default", ingress: [DesiredRule(.allow)]))
      ])
    let order = try harness.feed(Make.policy("p", order: 3, ingress: [SyncRule(.allow)]))
    #expect(order.count == 1)
    #expect(
      harness.model.endpoints["ns/a"]?.policyIDs == [Make.policyID("q"), Make.policyID("p")])
  }

  @Test(
    "a rule that asks for what nobody does allows nothing by it; where somebody does, it is as asked",
    arguments: RuleAction.allCases)
  func asks(_ action: RuleAction) throws {
    let rule = SyncRule(action, transport: .tcp, asks: [.httpMatch, .serviceMatch])
    func compiled(_ enforced: Set<Feature>) throws -> DesiredRule? {
      var engine = PolicyEngine(scope: .node("here"), enforced: enforced)
      for update in try [Make.workload("a"), Make.policy("p", ingress: [rule]), .inSync] {
        engine.apply(update)
      }
      return engine.flush().compactMap { change in
        if case .policy(_, let policy) = change { policy.ingress.first } else { nil }
      }.first
    }
    let http = "HTTP requests are not looked into"
    let services = "the endpoints of services are not known"
    let cases: [(Set<Feature>, String?)] = [
      ([], "\(http); \(services)"), ([.serviceMatch], http), ([.httpMatch], services),
      ([.httpMatch, .serviceMatch], nil),
    ]
    for (enforced, absence) in cases {
      var wanted = DesiredRule(action, transport: .tcp)
      if absence != nil, action == .pass { wanted.action = .deny }
      if action == .allow || action == .log { wanted.neverMatches = absence }
      #expect(try compiled(enforced) == wanted, "\(enforced)")
    }
  }

  @Test("rules are carried whole")
  func ruleFields() throws {
    var rule = SyncRule(
      .pass, family: .v4, transport: .icmp, notTransport: .udp, icmp: ICMPMatch(type: 8, code: 0),
      notICMP: ICMPMatch(type: 3), neverMatches: "because")
    rule.source.nets = try Make.nets(["10.0.0.0/8"])
    rule.source.notNets = try Make.nets(["10.1.0.0/16"])
    rule.destination.ports = [PortRange(80)]
    rule.destination.notPorts = [PortRange(81)]
    let harness = try Harness(Make.workload("a"), Make.policy("p", ingress: [rule]))
    var wanted = DesiredRule(
      .pass, family: .v4, transport: .icmp, notTransport: .udp, icmp: ICMPMatch(type: 8, code: 0),
      notICMP: ICMPMatch(type: 3), neverMatches: "because")
    wanted.source.nets = rule.source.nets
    wanted.source.notNets = rule.source.notNets
    wanted.destination.ports = [PortRange(80)]
    wanted.destination.notPorts = [PortRange(81)]
    #expect(harness.model.policies[Make.policyID("p")]?.ingress == [wanted])
  }
}
