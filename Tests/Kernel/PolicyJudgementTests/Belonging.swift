// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyCases
import PolicyOracle
import Resources
import TestSupport

/// Who is selected where a selector is true of labels that are missing, and where labels lie.
///
/// The answers are written by hand: judges who think alike would agree about a mistake.
enum Belonging {
  /// Whoever sends packets to `target`, a pod of namespace `good`, or gets some from it.
  enum Who: String, CaseIterable, Comparable {
    /// Pods with `app` web: of namespace `good` and service account `alpha`, and of `evil`, `beta`.
    case good, evil
    /// A pod of `good` without labels and without a service account.
    case bare
    /// A pod of `evil` without a service account that claims to be of `good` and `alpha`, in its
    /// labels and in the profiles that it names.
    case liar
    /// Network sets. That of `evil` and the global one make the same claims.
    case goodSet, evilSet, globalSet
    /// A host endpoint that makes them too.
    case host
    /// An address that nobody has.
    case nobody

    static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// Below 10 the number of a pod.
    var place: (number: Int, address: String) {
      switch self {
      case .good: (1, "10.65.0.3")
      case .evil: (2, "10.65.0.4")
      case .bare: (3, "10.65.0.5")
      case .liar: (4, "10.65.0.6")
      case .goodSet: (10, "192.0.2.7")
      case .evilSet: (10, "198.51.100.7")
      case .globalSet: (10, "203.0.113.17")
      case .host: (10, "203.0.113.40")
      case .nobody: (10, "198.51.100.99")
      }
    }
  }

  static let pods: Set<Who> = [.good, .evil, .bare, .liar]
  static let known = Set(Who.allCases).subtracting([.nobody])
  static let inGood: Set<Who> = [.good, .bare, .goodSet]
  static let inEvil: Set<Who> = [.evil, .liar, .evilSet]
  static let inAny = inGood.union(inEvil)
  static let global: Set<Who> = [.globalSet, .host]
  static let withoutApp = known.subtracting([.good, .evil])

  // MARK: Rules

  /// What a rule asks of the source, and whom it selects: in a global policy and in one of `good`.
  struct RuleCase {
    var source: EntityRule
    var global: Set<Who>
    var namespaced: Set<Who>
    /// What cannot be read allows nobody and denies everybody.
    var isReadable = true

    init(
      selector: String = "", not: String = "", namespaces: String = "", accounts: String = "",
      names: [String] = [], _ global: Set<Who>, _ namespaced: Set<Who>
    ) {
      source = EntityRule(selector: selector, namespaceSelector: namespaces)
      source.notSelector = not
      if !accounts.isEmpty || !names.isEmpty {
        var match = ServiceAccountMatch()
        (match.selector, match.names) = (accounts, names)
        source.serviceAccounts = match
      }
      (self.global, self.namespaced) = (global, namespaced)
    }

    static func unreadable(_ source: EntityRule) -> RuleCase {
      var result = RuleCase([], [])
      result.source = source
      result.isReadable = false
      return result
    }
  }

  static let rules: [RuleCase] =
    namespaceSelectors + accounts + selectors + notSelectors
    + [
      .unreadable(EntityRule(namespaceSelector: "!global()")),
      .unreadable(EntityRule(namespaceSelector: "global() || has(env)")),
      .unreadable(EntityRule(selector: "!global()")),
      .unreadable(EntityRule(selector: "app not in 'web'")),
    ]

  /// A namespace selector takes a policy out of its namespace, so that both kinds select the same.
  private static let namespaceSelectors: [RuleCase] =
    ([
      ("projectcalico.org/name == 'good'", inGood),
      ("projectcalico.org/name != 'evil'", inGood),
      ("projectcalico.org/name not in {'evil'}", inGood),
      ("!(projectcalico.org/name == 'evil')", inGood),
      ("!(projectcalico.org/name in {'evil', 'worse'})", inGood),
      ("has(projectcalico.org/name)", inAny), ("!has(projectcalico.org/name)", []),
      ("env == 'prod'", inGood), ("env != 'prod'", inEvil), ("!has(team)", inGood),
      ("!has(team) && env != 'test'", inGood), ("has(team) || env != 'test'", inAny),
      ("missing != 'x'", inAny), ("!has(missing)", inAny), ("!(has(missing))", inAny),
      ("!(missing contains 'x' || has(team))", inGood),
      ("env in {}", []), ("env not in {}", inAny), ("!(env in {})", inAny),
      ("all()", inAny), ("!all()", []), ("global()", global),
    ] as [(String, Set<Who>)]).map { RuleCase(namespaces: $0, $1, $1) }
    + ([
      ("projectcalico.org/name != 'evil'", "app != 'web'", "", [.bare, .goodSet]),
      ("projectcalico.org/name != 'evil'", "", "app == 'web'", [.bare, .goodSet]),
      ("!has(team)", "", "!has(app)", [.good]), ("!has(team)", "!has(app)", "all()", []),
      ("global()", "app != 'web'", "", global), ("global()", "", "app == 'web'", global),
      ("all()", "", "!has(app)", [.good, .evil]),
    ] as [(String, String, String, Set<Who>)]).map {
      RuleCase(selector: $1, not: $2, namespaces: $0, $3, $3)
    }

  private static let accounts: [RuleCase] = [
    RuleCase(names: ["alpha"], [.good], [.good]),
    RuleCase(names: ["alpha", "beta"], [.good, .evil], [.good]),
    RuleCase(accounts: "role == 'front'", [.good], [.good]),
    RuleCase(accounts: "projectcalico.org/name != 'alpha'", [.evil], []),
    RuleCase(accounts: "projectcalico.org/name not in {'beta'}", [.good], [.good]),
    RuleCase(accounts: "!(role == 'back')", [.good], [.good]),
    RuleCase(accounts: "!has(missing)", [.good, .evil], [.good]),
    RuleCase(accounts: "role in {}", [], []),
    RuleCase(accounts: "role not in {}", [.good, .evil], [.good]),
    RuleCase(accounts: "all()", [.good, .evil], [.good]),
    RuleCase(accounts: "!all()", [], []),
    RuleCase(accounts: "role != 'back'", names: ["alpha", "beta"], [.good], [.good]),
    RuleCase(
      namespaces: "projectcalico.org/name != 'good'", accounts: "role != 'x'", [.evil], [.evil]),
    RuleCase(namespaces: "global()", accounts: "role != 'x'", [], []),
    RuleCase(selector: "!has(missing)", accounts: "role != 'x'", [.good, .evil], [.good]),
    RuleCase(
      not: "projectcalico.org/namespace == 'evil'", accounts: "!has(missing)", [.good], [.good]),
  ]

  private static let selectors: [RuleCase] = [
    RuleCase(selector: "app != 'web'", withoutApp, [.bare, .goodSet]),
    RuleCase(selector: "app not in {'web'}", withoutApp, [.bare, .goodSet]),
    RuleCase(selector: "!(app == 'web')", withoutApp, [.bare, .goodSet]),
    RuleCase(selector: "!has(app)", withoutApp, [.bare, .goodSet]),
    RuleCase(selector: "app in {}", [], []),
    RuleCase(selector: "app not in {}", known, inGood),
    RuleCase(selector: "all()", known, inGood), RuleCase(selector: "!all()", [], []),
    RuleCase(selector: "has(projectcalico.org/serviceaccount)", [.good, .evil], [.good]),
    RuleCase(
      selector: "projectcalico.org/serviceaccount != 'beta'", known.subtracting([.evil]), inGood),
    RuleCase(selector: "projectcalico.org/orchestrator == 'k8s'", pods, [.good, .bare]),
    RuleCase(selector: "projectcalico.org/namespace == 'good'", inGood, inGood),
    RuleCase(
      selector: "projectcalico.org/namespace != 'evil'", known.subtracting(inEvil), inGood),
    RuleCase(selector: "has(pcns.env)", inAny, inGood),
    RuleCase(selector: "pcns.env == 'prod'", inGood, inGood),
    RuleCase(selector: "!has(pcns.env)", global, []),
    RuleCase(selector: "has(pcsa.role)", [.good, .evil], [.good]),
    RuleCase(selector: "has(projectcalico.org/name)", [], []),
    RuleCase(selector: "has(app)", not: "!has(missing)", [], []),
    RuleCase(selector: "!has(missing)", not: "has(app)", withoutApp, [.bare, .goodSet]),
  ]

  /// Without anything beside it, a notSelector leaves every address but those that it selects.
  private static let notSelectors: [RuleCase] = [
    RuleCase(not: "app == 'web'", withoutApp.union([.nobody]), [.bare, .goodSet]),
    RuleCase(not: "app != 'web'", [.good, .evil, .nobody], [.good]),
    RuleCase(not: "!has(missing)", [.nobody], []), RuleCase(not: "all()", [.nobody], []),
    RuleCase(not: "!all()", Set(Who.allCases), inGood),
    RuleCase(not: "has(pcns.env)", global.union([.nobody]), []),
    RuleCase(not: "!has(pcns.env)", inAny.union([.nobody]), inGood),
  ]

  /// The worlds of a rule: in policies of both kinds, allowing and denying.
  static func worlds(_ item: RuleCase) -> [(name: String, world: World, answers: [(Flow, Bool)])] {
    var result: [(String, World, [(Flow, Bool)])] = []
    for isGlobal in [true, false] {
      for action in [Rule.Action.allow, .deny] {
        let rule = Rule(action, source: item.source)
        let ingress = action == .allow ? [rule] : [rule, Rule(.allow)]
        var world = town
        if isGlobal {
          var policy = GlobalNetworkPolicy(name: "rules")
          (policy.spec.selector, policy.spec.ingress) = ("app == 'db'", ingress)
          world.globalPolicies = [policy]
        } else {
          var policy = NetworkPolicy(name: "rules", namespace: "good")
          (policy.spec.selector, policy.spec.ingress) = ("app == 'db'", ingress)
          world.policies = [policy]
        }
        var selected = isGlobal ? item.global : item.namespaced
        if !item.isReadable { selected = action == .allow ? [] : Set(Who.allCases) }
        let answers = Who.allCases.map { who in
          (flow(from: who.place.address, to: target), selected.contains(who) == (action == .allow))
        }
        result.append(
          ("\(action.rawValue) in a \(isGlobal ? "global" : "namespaced") policy", world, answers))
      }
    }
    return result
  }

  // MARK: Policies

  /// Whom a policy is for, of the pods.
  struct PolicyCase {
    var selector = ""
    var namespaces = ""
    var accounts = ""
    /// Nil where a namespaced policy cannot say so.
    var namespaced: Set<Who>?
    var global: Set<Who>
  }

  static let policies: [PolicyCase] = [
    PolicyCase(namespaces: "projectcalico.org/name not in {'evil'}", global: [.good, .bare]),
    PolicyCase(namespaces: "projectcalico.org/name != 'good'", global: [.evil, .liar]),
    PolicyCase(namespaces: "!has(team)", global: [.good, .bare]),
    PolicyCase(namespaces: "!(env == 'prod')", global: [.evil, .liar]),
    PolicyCase(namespaces: "env not in {}", global: pods),
    PolicyCase(namespaces: "env in {}", global: []),
    PolicyCase(namespaces: "all()", global: pods), PolicyCase(namespaces: "!all()", global: []),
    PolicyCase(accounts: "role != 'back'", namespaced: [.good], global: [.good]),
    PolicyCase(accounts: "role not in {}", namespaced: [.good], global: [.good, .evil]),
    PolicyCase(accounts: "!has(role)", namespaced: [], global: []),
    PolicyCase(
      accounts: "!(projectcalico.org/name == 'alpha')", namespaced: [], global: [.evil]),
    PolicyCase(accounts: "all()", namespaced: [.good], global: [.good, .evil]),
    PolicyCase(accounts: "!all()", namespaced: [], global: []),
    PolicyCase(namespaces: "!has(team)", accounts: "role != 'x'", global: [.good]),
    PolicyCase(selector: "app != 'web'", namespaced: [.bare], global: [.bare, .liar]),
    PolicyCase(
      selector: "!has(projectcalico.org/serviceaccount)", namespaced: [.bare],
      global: [.bare, .liar]),
    PolicyCase(
      selector: "pcns.env == 'prod'", namespaced: [.good, .bare], global: [.good, .bare]),
    PolicyCase(selector: "!has(pcns.env)", namespaced: [], global: []),
    // What cannot be read leaves nobody out, and such a policy allows nothing.
    PolicyCase(namespaces: "!global()", global: pods),
    PolicyCase(accounts: "!global()", namespaced: [.good, .bare], global: pods),
  ]

  /// The worlds of a policy without rules, of both kinds: for whom it is, nothing gets in.
  static func worlds(
    _ item: PolicyCase
  ) -> [(name: String, world: World, answers: [(Flow, Bool)])] {
    func answers(_ selected: Set<Who>) -> [(Flow, Bool)] {
      pods.sorted().map { (flow(from: target, to: $0.place.address), !selected.contains($0)) }
    }
    var global = GlobalNetworkPolicy(name: "rules")
    global.spec.selector = item.selector
    global.spec.namespaceSelector = item.namespaces
    global.spec.serviceAccountSelector = item.accounts
    global.spec.types = [.ingress]
    var world = town
    world.globalPolicies = [global]
    var result = [("a global policy", world, answers(item.global))]
    if let namespaced = item.namespaced {
      var policy = NetworkPolicy(name: "rules", namespace: "good")
      policy.spec.selector = item.selector
      policy.spec.serviceAccountSelector = item.accounts
      policy.spec.types = [.ingress]
      world = town
      world.policies = [policy]
      result.append(("a namespaced policy", world, answers(namespaced)))
    }
    return result
  }

  // MARK: The town

  private static let target = "10.65.0.2"

  private static func flow(from source: String, to destination: String) -> Flow {
    let (from, to) = (IPAddress(source), IPAddress(destination))
    return Flow(
      .tcp, from: from ?? IPAddress(v4: 0), port: 40000, to: to ?? IPAddress(v4: 0), port: 80)
  }

  /// What the liars say of themselves.
  private static let claims = [
    "pcns.projectcalico.org/name": "good", "pcns.env": "prod", "pcsa.role": "front",
    "pcsa.projectcalico.org/name": "alpha", "projectcalico.org/name": "good",
    "projectcalico.org/orchestrator": "k8s", "projectcalico.org/serviceaccount": "alpha",
  ]

  private static let town: World = {
    var world = World()
    world.tiers = [Tier(name: "default")]
    world.tiers[0].spec.order = 1_000_000
    world.hostAddresses = HostProbes.addresses
    world.profiles = [
      profile("kns.good", ["pcns.projectcalico.org/name": "good", "pcns.env": "prod"]),
      profile(
        "kns.evil", ["pcns.projectcalico.org/name": "evil", "pcns.env": "test", "pcns.team": "x"]),
      profile("ksa.good.alpha", ["pcsa.projectcalico.org/name": "alpha", "pcsa.role": "front"]),
      profile("ksa.evil.beta", ["pcsa.projectcalico.org/name": "beta", "pcsa.role": "back"]),
    ]
    world.endpoints = [
      pod(0, target, in: "good", account: "alpha", ["app": "db"]),
      pod(.good, in: "good", account: "alpha", ["app": "web"]),
      pod(.evil, in: "evil", account: "beta", ["app": "web"]), pod(.bare, in: "good"),
      pod(.liar, in: "evil", claims),
    ]
    world.endpoints[4].metadata.labels["projectcalico.org/namespace"] = "good"
    world.endpoints[4].spec.profiles = ["kns.good", "ksa.good.alpha"]
    var set = NetworkSet(name: "set", namespace: "good")
    set.spec.nets = ["192.0.2.0/28"]
    world.networkSets = [set]
    set = NetworkSet(name: "set", namespace: "evil")
    (set.metadata.labels, set.spec.nets) = (claims, ["198.51.100.0/28"])
    world.networkSets.append(set)
    var known = GlobalNetworkSet(name: "set")
    (known.metadata.labels, known.spec.nets) = (claims, ["203.0.113.16/28"])
    world.globalNetworkSets = [known]
    var host = HostEndpoint(name: "host")
    host.metadata.labels = claims
    host.metadata.labels["projectcalico.org/namespace"] = "good"
    host.spec.node = "far"
    host.spec.expectedIPs = [Who.host.place.address]
    host.spec.profiles = ["kns.good", "ksa.good.alpha"]
    world.hostEndpoints = [host]
    return world
  }()

  private static func profile(_ name: String, _ labels: [String: String]) -> Profile {
    var profile = Profile(name: name)
    profile.spec.labelsToApply = labels
    profile.spec.ingress = [Rule(.allow)]
    profile.spec.egress = [Rule(.allow)]
    return profile
  }

  private static func pod(
    _ who: Who, in namespace: String, account: String = "", _ labels: [String: String] = [:]
  ) -> WorkloadEndpoint {
    pod(who.place.number, who.place.address, in: namespace, account: account, labels)
  }

  private static func pod(
    _ number: Int, _ address: String, in namespace: String, account: String,
    _ labels: [String: String]
  ) -> WorkloadEndpoint {
    let node = PolicyCases.PolicyCase.nodes[number % 2]
    var pod = WorkloadEndpoint(name: "\(node)-k8s-pod\(number)-eth0", namespace: namespace)
    pod.metadata.labels = labels
    pod.spec.orchestrator = "k8s"
    pod.spec.node = node
    pod.spec.pod = "pod\(number)"
    pod.spec.endpoint = "eth0"
    pod.spec.interfaceName = "calibel\(number)"
    pod.spec.ipNetworks = ["\(address)/32"]
    pod.spec.serviceAccountName = account
    pod.spec.profiles = ["kns.\(namespace)"]
    if !account.isEmpty { pod.spec.profiles.append("ksa.\(namespace).\(account)") }
    return pod
  }
}
