// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Features
import HostSystem
import PolicyModel
import Selectors
import SyncModel
import TestSupport

/// Random small clusters, in which names, labels and addresses meet often.
struct RandomCluster {
  var random: SplitMix64

  private static let labels = ["a", "b", "c", "pcns.zone"]
  private static let values = ["x", "y", "z"]
  private static let profiles = ["p1", "p2", "p3", "missing"]
  private static let tiers = ["t1", "t2", "default", "nowhere"]
  private static let nets = [
    "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "fd00::1", "fd00::2",
  ].compactMap { CIDR($0) }
  private static let ranges = ["10.0.0.0/24", "10.0.0.1", "192.0.2.0/25", "fd00::/64"]
    .compactMap { CIDR($0) }

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// For each key a history of one to four values; no value is a deletion.
  mutating func histories() -> [[SyncUpdate]] {
    var result: [[SyncUpdate]] = []
    for index in 0..<7 {
      let id = WorkloadEndpointID(namespace: "ns\(index % 2)", name: "w\(index)")
      result.append(history { cluster in .workloadEndpoint(id, cluster.workload(index)) })
    }
    for name in ["h1", "h2"] {
      result.append(history { cluster in .hostEndpoint(name, cluster.host()) })
    }
    for name in ["s1", "s2", "s3"] {
      let id = NetworkSetID(namespace: nil, name: name)
      result.append(history { cluster in .networkSet(id, cluster.networkSet()) })
    }
    for name in ["p1", "p2", "p3"] {
      result.append(history { cluster in .profile(name, cluster.profile()) })
    }
    for name in ["t1", "t2", "default"] {
      result.append(history { cluster in .tier(name, cluster.tier()) })
    }
    for name in ["u1", "u2"] {
      let id = UnknownUpdateID(kind: 60, name: name)
      result.append(history { cluster in .unknown(id, cluster.concern()) })
    }
    for index in 0..<8 {
      let id =
        index % 2 == 0
        ? PolicyID(kind: .globalNetworkPolicy, name: "q\(index / 4)\(index % 4)")
        : PolicyID(kind: .networkPolicy, namespace: "ns\(index % 3)", name: "q\(index / 4)")
      result.append(history { cluster in .policy(id, cluster.policy()) })
    }
    return result
  }

  private mutating func history(_ make: (inout RandomCluster) -> SyncUpdate) -> [SyncUpdate] {
    let count = Int.random(in: 1...4, using: &random)
    return (0..<count).map { _ in make(&self) }
  }

  private mutating func ownLabels() -> [String: String] {
    var labels: [String: String] = [:]
    for name in random.some(Self.labels, atMost: 3) { labels[name] = random.pick(Self.values) }
    return labels
  }

  private mutating func ports() -> [SyncEndpointPort] {
    let count = Int.random(in: 0...2, using: &random)
    return (0..<count).map { _ in
      SyncEndpointPort(
        name: random.pick(["http", "dns"]), transport: random.pick([.tcp, .udp]),
        port: random.pick([80, 53, 8080]))
    }
  }

  private mutating func workload(_ index: Int) -> SyncWorkloadEndpoint? {
    if random.chance(15) { return nil }
    return SyncWorkloadEndpoint(
      node: random.pick(["here", "here", "there"]),
      interfaceName: random.chance(20) ? "" : "cali\(index)",
      nets: random.some(Self.nets, atMost: 3),
      created: random.pick([nil, "2024-01-01T00:00:00Z", "2024-01-01T00:00:01Z"]),
      containerID: random.pick(["", "c1", "c2"]),
      labels: ownLabels(),
      profiles: random.some(Self.profiles, atMost: 2) + (random.chance(10) ? ["p1"] : []),
      labelProfiles: random.chance(30) ? random.some(Self.profiles, atMost: 2) : nil,
      ports: ports(), allowedSourcePrefixes: random.some(Self.ranges, atMost: 1),
      allowsNothing: random.chance(5))
  }

  private mutating func host() -> SyncHostEndpoint? {
    if random.chance(20) { return nil }
    return SyncHostEndpoint(
      node: random.pick(["here", "there"]), interfaceName: "eth0",
      addresses: random.some(Self.nets, atMost: 2).map(\.address), labels: ownLabels(),
      profiles: random.some(Self.profiles, atMost: 1),
      labelProfiles: random.chance(30) ? random.some(Self.profiles, atMost: 1) : nil,
      ports: ports(), allowsNothing: random.chance(5))
  }

  private mutating func networkSet() -> SyncNetworkSet? {
    if random.chance(20) { return nil }
    return SyncNetworkSet(
      nets: random.some(Self.ranges, atMost: 3), labels: ownLabels(),
      profiles: random.some(Self.profiles, atMost: 1), allowsNothing: random.chance(10))
  }

  private mutating func concern() -> SyncConcern? {
    random.pick([
      nil, nil, nil, .nothing, .tier("t1"), .hostEndpoint("h1"),
      .workloadEndpoint(WorkloadEndpointID(namespace: "ns0", name: "w0")),
      .workloadEndpoint(WorkloadEndpointID(namespace: "ns1", name: "w1")),
    ])
  }

  private mutating func profile() -> SyncProfile? {
    if random.chance(20) { return nil }
    return SyncProfile(ingress: rules(), egress: rules(), labels: ownLabels())
  }

  private mutating func tier() -> SyncTier? {
    if random.chance(20) { return nil }
    return SyncTier(
      order: random.pick([nil, 1, 2]), defaultAction: random.pick([.deny, .pass]),
      onlyDenies: random.chance(20))
  }

  private mutating func policy() -> SyncPolicy? {
    if random.chance(20) { return nil }
    return SyncPolicy(
      tier: random.pick(Self.tiers), order: random.pick([nil, nil, 1, 2, 2.5]),
      selector: selector(), appliesToIngress: random.chance(70),
      appliesToEgress: random.chance(60), ingress: rules(), egress: rules(),
      doNotTrack: random.chance(10), preDNAT: random.chance(10),
      applyOnForward: random.chance(20))
  }

  private mutating func rules() -> [SyncRule] {
    let count = Int.random(in: 0...3, using: &random)
    return (0..<count).map { _ in
      var rule = SyncRule(random.pick(RuleAction.allCases))
      if random.chance(30) { rule.family = random.pick([.v4, .v6]) }
      if random.chance(10) { rule.neverMatches = "because" }
      if random.chance(10) { rule.asks = [random.pick(Feature.allCases), .httpMatch] }
      rule.transport = random.pick([.tcp, .udp])
      rule.source = match()
      rule.destination = match()
      return rule
    }
  }

  private mutating func match() -> SyncMatch {
    var match = SyncMatch()
    if random.chance(20) { match.nets = random.some(Self.ranges, atMost: 2) }
    if random.chance(10) { match.notNets = random.some(Self.ranges, atMost: 2) }
    if random.chance(40) {
      match.names.selector = selector()
    } else if random.chance(20) {
      match.names.notSelector = selector()
    }
    if random.chance(20) { match.ports = [PortRange(80)] }
    if random.chance(20) { match.names.namedPorts = random.some(["http", "dns"], atMost: 2) }
    if random.chance(10) { match.notPorts = [PortRange(81)] }
    if random.chance(10) { match.names.notNamedPorts = random.some(["http", "dns"], atMost: 2) }
    return match
  }

  private mutating func selector() -> Selector {
    var result = term()
    if random.chance(40) { result = result.and(term()) }
    return random.chance(10) ? result.negated : result
  }

  private mutating func term() -> Selector {
    let (label, other) = (random.pick(Self.labels), random.pick(Self.labels))
    let (value, second) = (random.pick(Self.values), random.pick(Self.values))
    let text = random.pick([
      "all()", "\(label) == '\(value)'", "\(label) == '\(value)'", "\(label) != '\(value)'",
      "\(label) in {'\(value)', '\(second)'}", "\(label) not in {'\(value)'}", "has(\(label))",
      "!has(\(label))", "\(label) == '\(value)' || \(other) == '\(second)'",
      "\(label) starts with '\(value)'",
    ])
    // What is written above parses; were it not so, everything would select everything.
    return (try? Selector(text)) ?? .all
  }
}
