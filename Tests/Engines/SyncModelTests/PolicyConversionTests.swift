// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyModel
import Resources
import Selectors
import SyncModel
import Testing
import ValueTree

@Suite("Policies and profiles, converted")
struct PolicyConversionTests {
  private let namespaced = "projectcalico.org/namespace == \"ns\""

  @Test("a network policy selects in its namespace")
  func namespaceConjunct() throws {
    let plain = Converted.networkPolicy { _ in }
    #expect(plain.policy?.selector.canonical == namespaced)
    let all = Converted.networkPolicy { $0.selector = "all()" }
    #expect(all.policy?.selector.canonical == namespaced)
    let labelled = Converted.networkPolicy { $0.selector = "app == 'x'" }
    #expect(labelled.policy?.selector.canonical == "(app == \"x\" && \(namespaced))")
    let either = Converted.networkPolicy { $0.selector = "a == 'x' || b == 'y'" }
    let selector = try #require(either.policy?.selector)
    #expect(!selector.matches(["a": "x", "projectcalico.org/namespace": "other"]))
    #expect(selector.matches(["b": "y", "projectcalico.org/namespace": "ns"]))
  }

  @Test("selectors of service accounts and namespaces ask for inherited labels")
  func prefixedSelectors() {
    let namespaced = Converted.networkPolicy { $0.serviceAccountSelector = "role == 'db'" }
    #expect(
      namespaced.policy?.selector.canonical == "(\(self.namespaced) && pcsa.role == \"db\")")
    let global = Converted.globalPolicy {
      $0.selector = "has(app)"
      $0.serviceAccountSelector = "role == 'db'"
      $0.namespaceSelector = "zone in {'red', 'blue'}"
    }
    #expect(
      global.policy?.selector.canonical
        == "((has(app) && pcsa.role == \"db\") && pcns.zone in {\"blue\", \"red\"})")
    #expect(Converted.globalPolicy { _ in }.policy?.selector == .all)
  }

  @Test(
    "a selector of namespaces or accounts that is true without labels asks for one first",
    arguments: [
      "a != 'x'", "a not in {'x'}", "a not in {}", "!has(a)", "!(a == 'x')", "!(a in {})",
      "has(a) || b != 'x'",
    ])
  func negations(text: String) throws {
    let inner = try Selector(text)
    let spaces = Converted.globalPolicy { $0.namespaceSelector = text }
    #expect(
      spaces.policy?.selector.canonical
        == "(has(projectcalico.org/namespace) && \(inner.prefixingLabels(with: "pcns.")))")
    let accounts = Converted.globalPolicy { $0.serviceAccountSelector = text }
    #expect(
      accounts.policy?.selector.canonical
        == "(has(pcsa.projectcalico.org/name) && \(inner.prefixingLabels(with: "pcsa.")))")
  }

  @Test("all namespaces and all accounts are not what has none")
  func allOfThem() {
    let spaces = Converted.globalPolicy { $0.namespaceSelector = "all()" }
    #expect(spaces.policy?.selector.canonical == "has(projectcalico.org/namespace)")
    let accounts = Converted.globalPolicy { $0.serviceAccountSelector = "all()" }
    #expect(accounts.policy?.selector.canonical == "has(pcsa.projectcalico.org/name)")
    let none = Converted.globalPolicy { $0.namespaceSelector = "!all()" }
    #expect(none.policy?.selector.canonical == "!all()")
    for text in ["global()", "!global()"] {
      let wrong = Converted.globalPolicy { $0.namespaceSelector = text }
      #expect(wrong.wrongFields == ["spec.namespaceSelector"])
    }
  }

  @Test(
    "directions are as said, else after the rules that there are",
    arguments: [
      (ingress: false, egress: false, [PolicyType](), [PolicyType.ingress]),
      (ingress: true, egress: false, [], [.ingress]),
      (ingress: false, egress: true, [], [.egress]),
      (ingress: true, egress: true, [], [.ingress, .egress]),
      (ingress: true, egress: false, [.egress], [.egress]),
    ])
  func types(ingress: Bool, egress: Bool, given: [PolicyType], wanted: [PolicyType]) {
    let converted = Converted.globalPolicy {
      if ingress { $0.ingress = [Rule(.allow)] }
      if egress { $0.egress = [Rule(.allow)] }
      $0.types = given
    }
    #expect(converted.policy?.appliesToIngress == wanted.contains(.ingress))
    #expect(converted.policy?.appliesToEgress == wanted.contains(.egress))
  }

  @Test("tier, order and identity are kept, and removal takes back the same identity")
  func identity() {
    var policy = NetworkPolicy(name: "t1.p", namespace: "ns")
    policy.spec.order = 2.5
    var converted = Converted(policy)
    let id = PolicyID(kind: .networkPolicy, namespace: "ns", name: "t1.p")
    #expect(converted.policy?.tier == "t1")
    #expect(converted.policy?.order == 2.5)
    #expect(converted.updates == [.policy(id, converted.policy)])
    #expect(converted.converter.convert(.removed(policy.key)) == [.policy(id, nil)])

    // The prefix of the tier `default` is no part of the identity.
    let plain = Converted(GlobalNetworkPolicy(name: "default.p"))
    #expect(
      plain.updates
        == [.policy(PolicyID(kind: .globalNetworkPolicy, name: "p"), plain.policy)])
    #expect(plain.policy?.tier == "default")
  }

  @Test("a policy whose selector cannot be read stands for all whom it may be for, and only denies")
  func unreadableSelector() {
    let namespaced = Converted.networkPolicy {
      $0.order = 7
      $0.selector = "app = 'x'"
      $0.ingress = [Rule(.allow), Rule(.deny, transport: "TCP"), Rule(.pass), Rule(.log)]
      $0.types = [.ingress]
    }
    #expect(namespaced.wrongFields == ["spec.selector"])
    #expect(namespaced.policy?.selector.canonical == self.namespaced)
    #expect(
      namespaced.policy?.ingress.map { $0.neverMatches != nil } == [true, false, false, true])
    #expect(namespaced.policy?.ingress.map(\.action) == [.allow, .deny, .deny, .log])
    #expect(namespaced.policy?.ingress[1] == SyncRule(.deny, index: 1, transport: .tcp))
    #expect(namespaced.policy?.order == 7)
    #expect(namespaced.policy?.appliesToEgress == false)

    let global = Converted.globalPolicy {
      $0.selector = "has(app)"
      $0.namespaceSelector = "global()"
      $0.egress = [Rule(.allow)]
    }
    #expect(global.wrongFields == ["spec.namespaceSelector"])
    #expect(global.policy?.selector.canonical == "has(app)")
    #expect(global.policy?.egress.first?.neverMatches != nil)
  }

  @Test("fields of a newer version are reported")
  func unknownFields() {
    let field = UnknownMember("novel", true)
    #expect(Converted.networkPolicy { $0.unknown = [field] }.askingFields == ["spec.novel"])
    #expect(Converted.globalPolicy { $0.unknown = [field] }.askingFields == ["spec.novel"])
    var tier = Tier(name: "t")
    tier.spec.unknown = [field]
    #expect(Converted(tier).askingFields == ["spec.novel"])
    var profile = Profile(name: "p")
    profile.spec.unknown = [field]
    #expect(Converted(profile).askingFields == ["spec.novel"])
  }

  @Test("kinds of traffic that are not policed are kept and reported")
  func hostTraffic() {
    let converted = Converted.globalPolicy {
      $0.doNotTrack = true
      $0.applyOnForward = true
    }
    #expect(converted.policy?.doNotTrack == true)
    #expect(converted.policy?.applyOnForward == true)
    #expect(converted.policy?.preDNAT == false)
    #expect(converted.askingFields == ["spec.applyOnForward", "spec.doNotTrack"])
    let early = Converted.globalPolicy { $0.preDNAT = true }
    #expect(early.policy?.preDNAT == true)
    #expect(early.askingFields == ["spec.preDNAT"])
  }

  @Test("a profile has rules and the labels that its endpoints inherit")
  func profile() {
    var profile = Profile(name: "kns.ns")
    profile.spec.ingress = [Rule(.allow)]
    profile.spec.egress = [Rule(.deny, source: EntityRule(selector: "app == 'x'"))]
    profile.spec.labelsToApply = ["pcns.zone": "red", "projectcalico.org/namespace": "forged"]
    var converted = Converted(profile)
    #expect(converted.profile?.ingress == [SyncRule(.allow, index: 0)])
    #expect(converted.profile?.egress.first?.source.names.selector?.canonical == "app == \"x\"")
    #expect(converted.profile?.labels == ["pcns.zone": "red"])
    #expect(converted.wrongFields == ["spec.labelsToApply"])
    #expect(converted.converter.convert(.removed(profile.key)) == [.profile("kns.ns", nil)])
  }

  @Test("a profile gives labels of the namespace or service account that it is of, of no other")
  func profileLabels() {
    var claims = EndpointConversionTests.claims
    claims["projectcalico.org/namespace"] = "ns"
    claims["team"] = "a"
    func converted(_ name: String) -> Converted {
      var profile = Profile(name: name)
      profile.spec.labelsToApply = claims
      return Converted(profile)
    }
    #expect(converted("mine").profile?.labels == ["team": "a"])
    #expect(converted("kns.ns").profile?.labels == ["team": "a", "pcns.env": "prod"])
    #expect(converted("ksa.ns.sa").profile?.labels == ["team": "a", "pcsa.role": "admin"])
    for name in ["mine", "kns.ns", "ksa.ns.sa"] {
      #expect(converted(name).wrongFields == ["spec.labelsToApply"])
    }
    // The names that are true.
    #expect(
      converted("kns.other").profile?.labels == [
        "team": "a", "pcns.env": "prod", "pcns.projectcalico.org/name": "other",
      ])
    #expect(
      converted("ksa.ns.admin").profile?.labels == [
        "team": "a", "pcsa.role": "admin", "pcsa.projectcalico.org/name": "admin",
      ])
  }

  @Test("a tier has its order and what happens at its end")
  func tier() {
    var tier = Tier(name: "t")
    tier.spec.order = 10
    tier.spec.defaultAction = .pass
    var converted = Converted(tier)
    #expect(converted.updates == [.tier("t", SyncTier(order: 10, defaultAction: .pass))])
    #expect(converted.converter.convert(.removed(tier.key)) == [.tier("t", nil)])
    #expect(
      Converted(Tier(name: "default")).updates
        == [.tier("default", SyncTier(order: 1_000_000, defaultAction: .deny))])
    tier.spec.order = .nan
    let broken = Converted(tier)
    #expect(broken.updates == [.tier("t", SyncTier(order: nil, defaultAction: .pass))])
    #expect(broken.wrongFields == ["spec.order"])
  }
}
