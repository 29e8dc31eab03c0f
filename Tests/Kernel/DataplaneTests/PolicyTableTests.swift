// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import HostSystem
import Netlink
import PolicyModel
import TestSupport
import Testing

@testable import Dataplane

@Suite("What is kept of the table")
struct PolicyTableTests {
  /// The memory that a set lies in, which is another once the set was copied.
  private func memory<Element>(of set: Set<Element>?) -> UInt {
    set.map { unsafeBitCast($0, to: UInt.self) } ?? 0
  }

  private func hosts(_ range: Range<UInt32>) -> Set<IPSetMember> {
    Set(range.map { .net(CIDR(host: IPAddress(v4: 0x0a00_0000 | $0))) })
  }

  @Test("changes one member of a large set without copying the others")
  func oneMember() {
    let id = IPSetID("s:many")
    var table = PolicyTable(DataplaneConfiguration())
    table.apply(.set(id, DesiredSet(type: .nets, comment: "many", members: hosts(0..<20_000))))
    let name = Names.set(id, .hosts4)
    let members = memory(of: table.sets[id]?.members)
    let elements = memory(of: table.model.sets[name]?.elements)
    #expect(members != 0 && elements != 0)
    // What is taken out makes room for what is added, so that nothing has to grow.
    for number: UInt32 in 0..<10 {
      table.apply(
        .setMembers(
          id, added: Array(hosts(30_000 + number..<30_001 + number)),
          removed: Array(hosts(number..<number + 1))))
    }
    #expect(table.sets[id]?.members == hosts(10..<20_000).union(hosts(30_000..<30_010)))
    #expect(memory(of: table.sets[id]?.members) == members)
    #expect(memory(of: table.model.sets[name]?.elements) == elements)
  }

  private static let names = ["a", "b", "c"].map { PolicyID(kind: .globalNetworkPolicy, name: $0) }

  private func change(_ random: inout SplitMix64) -> DesiredChange {
    func rules() -> [DesiredRule] {
      (0..<Int.random(in: 0...2, using: &random)).map { _ in
        DesiredRule([.allow, .deny, .pass].randomElement(using: &random) ?? .deny, transport: .tcp)
      }
    }
    func some<T>(_ list: [T]) -> [T] { list.filter { _ in Bool.random(using: &random) } }
    let policy = Self.names.randomElement(using: &random) ?? Self.names[0]
    let profile = Bool.random(using: &random) ? "one" : "two"
    let pod = Bool.random(using: &random) ? "x" : "y"
    let key: EndpointID = "pod/\(pod)"
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      return .policy(policy, DesiredPolicy(tier: "default", ingress: rules(), egress: rules()))
    case 1: return .policyRemoved(policy)
    case 2: return .profile(profile, DesiredProfile(ingress: rules(), egress: rules()))
    case 3: return .profileRemoved(profile)
    case 4: return .endpointRemoved(key)
    default:
      let tiers = some(["default", "security"]).map { name in
        DesiredTier(
          name: name, ingress: some(Self.names), egress: some(Self.names),
          defaultAction: Bool.random(using: &random) ? .deny : .pass)
      }
      return .endpoint(
        key,
        DesiredEndpoint(
          interfaceName: "cali" + pod, tiers: DesiredTiers(normal: tiers),
          profiles: some(["one", "two"])))
    }
  }

  @Test("a rule says which it is of the object as written, whatever was split or left out")
  func ruleIdentities() {
    let policy = Self.names[0]
    let set = IPSetID("s:x")
    var source = DesiredMatch()
    source.names.sets = [set]
    var table = PolicyTable(DataplaneConfiguration())
    let tiers = [DesiredTier(name: "default", ingress: [policy])]
    var claims = EndpointClaims(prefixes: ["cali"])
    let changes: [DesiredChange] = [
      .set(set, DesiredSet(type: .nets, comment: "x")),
      .setMembers(set, added: [.net(CIDR(host: IPAddress(v4: 1)))], removed: []),
      .policy(
        policy,
        DesiredPolicy(
          tier: "default",
          ingress: [
            DesiredRule(.log, index: 1), DesiredRule(.allow, index: 4, source: source),
            DesiredRule(.pass, index: 4, family: .v6), DesiredRule(.deny),
          ])),
      .endpoint(
        "pod/x",
        DesiredEndpoint(interfaceName: "cali1", tiers: DesiredTiers(normal: tiers))),
    ]
    table.apply(changes, &claims)
    let chain = table.model.chains[Names.policy(policy, .ingress)]
    #expect(
      chain?.rules.map(\.comment) == [
        "rule 1: log", "rule 4: allow", "rule 4: pass", "in place of its rules: deny",
      ])
    let comment = table.model.sets[Names.set(set, .hosts4)]?.definition.comment
    #expect(comment == "\(policy) ingress rule 4: x")
  }

  @Test("only what is asked for by the normal hook decides about a workload's packets")
  func hooks() {
    let tiers = [DesiredTier(name: "default", ingress: [Self.names[0]])]
    func model(_ tiers: DesiredTiers) -> TableModel {
      var table = PolicyTable(DataplaneConfiguration())
      var claims = EndpointClaims(prefixes: ["cali"])
      let endpoint = DesiredEndpoint(interfaceName: "cali1", tiers: tiers)
      table.apply(
        [
          .policy(Self.names[0], DesiredPolicy(tier: "default")), .endpoint("pod/x", endpoint),
        ], &claims)
      return table.model
    }
    let others = DesiredTiers(forward: tiers, untracked: tiers, preDNAT: tiers)
    #expect(model(others) == model(DesiredTiers()))
    #expect(model(DesiredTiers(normal: tiers)) != model(DesiredTiers()))
  }

  @Test("has recipes for just the chains that something leads to, whatever comes and goes")
  func recipes() {
    var random = SplitMix64(for: "recipes of chains")
    let base = Set(PolicyTable(DataplaneConfiguration()).model.chains.keys)
    for _ in 0..<20 {
      var table = PolicyTable(DataplaneConfiguration())
      var claims = EndpointClaims(prefixes: ["cali"])
      for _ in 0..<200 {
        let changes = (0..<Int.random(in: 1...3, using: &random)).map { _ in change(&random) }
        table.apply(changes, &claims)
        #expect(
          Set(table.recipes.keys) == Set(table.model.chains.keys).subtracting(base),
          "CALICO_TEST_SEED=\(random.seed)")
      }
      table.apply([.endpointRemoved("pod/x"), .endpointRemoved("pod/y")], &claims)
      #expect(table.recipes.isEmpty && Set(table.model.chains.keys) == base)
    }
  }
}
