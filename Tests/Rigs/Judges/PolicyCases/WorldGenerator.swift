// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyOracle
import Resources

/// Makes a world: namespaces, workloads, network sets, profiles, tiers; then policies.
struct WorldGenerator {
  var dice: Dice
  var tierNames: [String] = []
  var namespaces: [String] = []

  init(dice: Dice) { self.dice = dice }

  mutating func world() -> World {
    var world = World()
    namespaces = dice.some(2...3, of: Names.namespaces)
    world.profiles = profiles()
    for index in 0..<dice.number(8...12) { world.endpoints.append(endpoint(index)) }
    for index in 0..<dice.number(1...2) {
      var set = NetworkSet(
        name: Names.set(index, &dice), namespace: dice.pick(namespaces, or: "blue"))
      (set.metadata.labels, set.spec.nets) = (networkSetLabels(), setNets())
      world.networkSets.append(set)
    }
    for index in 0..<dice.number(1...2) {
      var set = GlobalNetworkSet(name: Names.set(index, &dice))
      (set.metadata.labels, set.spec.nets) = (networkSetLabels(), setNets())
      world.globalNetworkSets.append(set)
    }
    if dice.chance(80) { world.hostEndpoints = [hostEndpoint()] }
    world.tiers = tiers()
    for index in 0..<dice.number(3...8) {
      if dice.chance(50) {
        world.policies.append(networkPolicy(index))
      } else {
        world.globalPolicies.append(globalPolicy(index))
      }
    }
    return world
  }

  // MARK: Profiles

  /// Those of namespaces and service accounts, and `strict` and `lax` with rules of their own.
  private mutating func profiles() -> [Profile] {
    var result: [Profile] = []
    // Of some namespaces only the name is known.
    for namespace in namespaces where !dice.chance(4) {
      var profile = Profile(name: "kns.\(namespace)")
      let env = dice.pick(["prod", "test"], or: "prod")
      profile.spec.labelsToApply = [
        "pcns.projectcalico.org/name": namespace, "pcns.env": env,
      ]
      if let team = dice.pick(["red-1", "blue-1", nil]) ?? nil {
        profile.spec.labelsToApply["pcns.team"] = team
      }
      profile.spec.ingress = [Rule(.allow)]
      profile.spec.egress = [Rule(.allow)]
      result.append(profile)
      for account in Names.accounts {
        var profile = Profile(name: "ksa.\(namespace).\(account)")
        if account.utf8.count <= 63 {
          profile.spec.labelsToApply = ["pcsa.projectcalico.org/name": account]
        }
        if let role = dice.pick(["front", "back", nil]) ?? nil {
          profile.spec.labelsToApply["pcsa.role"] = role
        }
        result.append(profile)
      }
    }
    var rules = RuleMaker(dice: dice, isGlobal: true, mayPass: false)
    for name in ["strict", "lax"] {
      var profile = Profile(name: name)
      profile.spec.ingress = rules.list(.ingress, 1...2)
      profile.spec.egress = rules.list(.egress, 1...2)
      if name == "lax" { profile.spec.labelsToApply = ["canary": "true"] }
      profile.spec.labelsToApply.merge(claims(30)) { kept, _ in kept }
      result.append(profile)
    }
    dice = rules.dice
    return result
  }

  // MARK: Things with addresses

  private mutating func endpoint(_ index: Int) -> WorkloadEndpoint {
    let namespace = dice.pick(namespaces, or: "blue")
    let node = dice.pick(PolicyCase.nodes, or: "node1")
    let account = dice.pick(Names.accounts + ["alpha", "beta", ""], or: "")
    let pod = Names.pod(index, &dice)
    let name = WorkloadEndpointName(node: node, workload: pod)
    var endpoint = WorkloadEndpoint(name: name?.description ?? "", namespace: namespace)
    endpoint.metadata.labels = labels(SelectorMaker.endpoints, percent: 60)
    endpoint.metadata.labels["projectcalico.org/namespace"] = namespace
    endpoint.metadata.labels["projectcalico.org/orchestrator"] = "k8s"
    endpoint.spec.orchestrator = dice.pick(["k8s", "k8s", "k8s", "k8s", "cni", ""], or: "k8s")
    endpoint.spec.node = node
    endpoint.spec.pod = pod
    endpoint.spec.endpoint = "eth0"
    endpoint.spec.interfaceName =
      "cali\(Names.namespaces.firstIndex(of: namespace) ?? 0)p\(index)"
    endpoint.spec.profiles = ["kns.\(namespace)"]
    if !account.isEmpty {
      if account.utf8.count <= 63 {
        endpoint.metadata.labels["projectcalico.org/serviceaccount"] = account
      }
      endpoint.spec.serviceAccountName = account
      endpoint.spec.profiles.append("ksa.\(namespace).\(account)")
    }
    if dice.chance(30) {
      endpoint.spec.profiles.insert(dice.pick(["strict", "lax"], or: "lax"), at: 0)
    } else if dice.chance(4) {
      endpoint.spec.profiles.insert("missing", at: 0)
    } else if dice.chance(4) {
      endpoint.spec.profiles.removeFirst()
    }
    if dice.chance(6) {
      // Of another, or of its own once more.
      let other = dice.pick(namespaces, or: namespace)
      let profile = dice.pick(["kns.\(other)", "ksa.\(other).alpha"], or: "kns.\(other)")
      endpoint.spec.profiles.insert(profile, at: dice.number(0...endpoint.spec.profiles.count))
    }
    endpoint.metadata.labels.merge(claims(25, namespace: true)) { _, claimed in claimed }
    // Dense, so that nets of the rules divide them.
    let host = 2 + index
    let families = dice.pick([[4, 6], [4, 6], [4, 6], [4], [6]], or: [4, 6])
    endpoint.spec.ipNetworks = families.map { $0 == 4 ? "10.65.0.\(host)/32" : "fd65::\(host)/128" }
    endpoint.spec.ports = ports()
    return endpoint
  }

  private mutating func ports() -> [WorkloadEndpointPort] {
    let all: [(String, ProtocolMatch, [Int])] = [
      ("http", "TCP", [80, 8080]), ("sql", "TCP", [5432]), ("dns", "UDP", [53, 5353]),
      ("http", "UDP", [80, 8081]), ("sig", "SCTP", [2905]),
    ]
    return dice.some(1...4, of: all).map { name, transport, numbers in
      var port = WorkloadEndpointPort()
      (port.name, port.transport, port.port) = (name, transport, dice.pick(numbers, or: 80))
      return port
    }
  }

  private mutating func labels(
    _ vocabulary: SelectorMaker.Vocabulary, percent: Int
  ) -> [String: String] {
    var result: [String: String] = [:]
    for (name, values) in vocabulary.labels where dice.chance(percent) {
      result[name] = dice.pick(values, or: "")
    }
    return result
  }

  private mutating func networkSetLabels() -> [String: String] {
    labels(SelectorMaker.networkSets, percent: 80).merging(claims(40)) { kept, _ in kept }
  }

  /// Labels that say where something belongs, true or not; so many things out of a hundred have some.
  ///
  /// - Parameter namespace: whether the namespace's own is among them; sets may not have it.
  private mutating func claims(_ percent: Int, namespace: Bool = false) -> [String: String] {
    if !dice.chance(percent) { return [:] }
    var result = labels(SelectorMaker.origins, percent: 30)
    // What is no label's value nobody can have written.
    result = result.filter { $0.value.utf8.count <= 63 }
    if namespace, dice.chance(30) {
      result["projectcalico.org/namespace"] = dice.pick(namespaces, or: "blue")
    }
    return result
  }

  /// Nets of both families that overlap, hosts among them, also some that hold workloads.
  private mutating func setNets() -> [String] {
    dice.some(1...2, of: Places.outside(.v4)) + dice.some(0...2, of: Places.outside(.v6))
      + dice.some(0...1, of: Places.workloads(.v4) + Places.workloads(.v6))
  }

  private mutating func hostEndpoint() -> HostEndpoint {
    var endpoint = HostEndpoint(name: "far-eth0")
    endpoint.metadata.labels = labels(SelectorMaker.endpoints, percent: 60)
    endpoint.metadata.labels.merge(claims(50, namespace: true)) { kept, _ in kept }
    endpoint.spec.node = "far"
    if dice.chance(70) { endpoint.spec.profiles = ["kns.\(dice.pick(namespaces, or: "blue"))"] }
    endpoint.spec.expectedIPs = ["203.0.113.20", "2001:db8::77"]
    var port = EndpointPort()
    (port.name, port.transport, port.port) = ("http", "TCP", 8080)
    endpoint.spec.ports = [port]
    return endpoint
  }

  // MARK: Tiers

  private mutating func tiers() -> [Tier] {
    var standard = Tier(name: "default")
    standard.spec.order = 1_000_000
    var result = [standard]
    let others: [(String, Double?)] = dice.some(
      0...2, of: [("platform", 10), ("audit", 10.5), ("last", nil)])
    for (name, order) in others {
      var tier = Tier(name: name)
      tier.spec.order = order
      tier.spec.defaultAction = dice.pick([.deny, .pass, .pass], or: .deny)
      result.append(tier)
    }
    tierNames = result.map(\.metadata.name)
    return result
  }
}
