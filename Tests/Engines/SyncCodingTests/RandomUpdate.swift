// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Features
import HostSystem
import PolicyModel
import Resources
import Selectors
import SyncModel
import TestSupport

@testable import SyncCoding

/// Random values of everything that frames carry, with the edges of each field among them.
struct RandomUpdate {
  var random: SplitMix64

  /// Texts that are alike, empty, long, or not ASCII; two that Unicode calls equal.
  static let texts = [
    "", "a", "b", "node-1", "node--1", "default", "kns.team", "x\u{301}", "e\u{301}", "\u{e9}",
    "\u{1F980}", "with space", "tab\tand\nline", "\0", "-", "--", "---eth0", "-eth0",
    String(repeating: "long", count: 80),
  ]

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func text() -> String {
    switch random.below(4) {
    case 0: random.pick(Self.texts)
    case 1: random.pick(Self.texts) + random.pick(Self.texts)
    default: "t\(random.below(40))"
    }
  }

  mutating func texts() -> [String] { (0..<random.below(4)).map { _ in text() } }
  mutating func bool() -> Bool { random.chance(50) }

  mutating func maybe<T>(_ make: (inout RandomUpdate) -> T) -> T? {
    random.chance(40) ? nil : make(&self)
  }

  mutating func labels() -> [String: String] {
    var labels: [String: String] = [:]
    for _ in 0..<random.below(5) { labels[text()] = text() }
    return labels
  }

  mutating func address() -> IPAddress {
    switch random.below(6) {
    case 0: IPAddress(v4: .max)
    case 1: IPAddress(v4: 0)
    case 2: IPAddress(v6: .max)
    case 3: IPAddress(v6: UInt128(random.below(1000)))
    default: IPAddress(v4: UInt32(random.below(1 << 20)) + 0x0a00_0000)
    }
  }

  mutating func network() -> CIDR {
    let address = address()
    let length =
      random.chance(50) ? address.family.bitWidth : random.below(address.family.bitWidth + 1)
    return CIDR(address, prefixLength: length) ?? CIDR(host: address)
  }

  mutating func networks() -> [CIDR] {
    switch random.below(4) {
    case 0: []
    case 1: [CIDR(host: address())]
    case 2: [CIDR(host: IPAddress(v4: 1)), CIDR(host: IPAddress(v6: 1))]
    default: (0..<random.below(4)).map { _ in network() }
    }
  }

  mutating func interfaceAddress() -> InterfaceAddress? {
    let address = address()
    return InterfaceAddress(address, prefixLength: random.below(address.family.bitWidth + 1))
  }

  mutating func selector() -> Selector {
    let label = random.pick(["a", "b/c", "d.e"])
    let text = random.pick([
      "all()", "has(\(label))", "\(label) == 'x\u{301}'", "!(\(label) in {'x', 'y'})",
      "\(label) contains 'q' || has(other)",
    ])
    let first = (try? Selector(text)) ?? .all
    return random.chance(30) ? first.and(selector()).negated : first
  }

  mutating func number<T: FixedWidthInteger>() -> T {
    random.pick([0, 1, T.max, T.min, T.random(in: .min ... .max, using: &random)])
  }

  mutating func hex(_ count: Int) -> String {
    String((0..<count).map { _ in random.pick(Array("0123456789abcdef")) })
  }

  mutating func time() -> String {
    let year = random.pick(["1969", "1970", "2000", "2024", "2100", "2106", "9999"])
    let month = random.pick(["00", "01", "02", "12", "13"])
    return "\(year)-\(month)-\(random.pick(["00", "01", "28", "29", "31"]))T23:59:59Z"
  }

  mutating func order() -> Double? {
    random.pick([
      nil, 0, -0.0, 1, 100.5, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
    ])
  }

  mutating func ports() -> [SyncEndpointPort] {
    (0..<random.below(3)).map { _ in
      SyncEndpointPort(
        name: text(), transport: IPProtocol(rawValue: number()), port: number())
    }
  }

  mutating func ranges() -> [PortRange] {
    (0..<random.below(3)).compactMap { _ in
      let (a, b): (UInt16, UInt16) = (number(), number())
      return PortRange(first: min(a, b), last: max(a, b))
    }
  }

  mutating func match() -> SyncMatch {
    var match = SyncMatch()
    if random.chance(30) { return match }
    (match.nets, match.notNets) = (networks(), networks())
    (match.ports, match.notPorts) = (ranges(), ranges())
    match.names.selector = maybe { $0.selector() }
    match.names.notSelector = maybe { $0.selector() }
    (match.names.namedPorts, match.names.notNamedPorts) = (texts(), texts())
    return match
  }

  mutating func icmp() -> ICMPMatch { ICMPMatch(type: number(), code: maybe { $0.number() }) }

  mutating func rules() -> [SyncRule] {
    (0..<random.below(4)).map { _ in
      var rule = SyncRule(random.pick(RuleAction.allCases))
      rule.index = maybe { $0.number() }
      rule.family = random.pick([nil, .v4, .v6])
      rule.transport = maybe { IPProtocol(rawValue: $0.number()) }
      rule.notTransport = maybe { IPProtocol(rawValue: $0.number()) }
      rule.icmp = maybe { $0.icmp() }
      rule.notICMP = maybe { $0.icmp() }
      (rule.source, rule.destination) = (match(), match())
      rule.neverMatches = maybe { $0.text() }
      rule.asks = Set(random.some(Feature.allCases, atMost: 3))
      return rule
    }
  }

  mutating func endpointName() -> String {
    switch random.below(4) {
    case 0: text()
    case 1: text() + "-" + text() + "-eth0"
    default:
      "node--\(random.below(3))-k8s-web--\(random.pick(["x7k2p", "bcdfg", "aaaaa", "x7k2"]))-eth0"
    }
  }

  mutating func workload() -> SyncWorkloadEndpoint {
    SyncWorkloadEndpoint(
      node: random.pick(["node-1", "node-0", text()]),
      interfaceName: random.pick(["cali" + hex(11), "cali" + hex(10), text()]), nets: networks(),
      mac: maybe { MACAddress(bits: .random(in: 0..<1 << 48, using: &$0.random)) } ?? nil,
      created: maybe { $0.random.pick([$0.time(), $0.text()]) },
      containerID: random.pick(["", hex(64), hex(63), hex(64).uppercased(), text()]),
      labels: labels(), profiles: texts(), labelProfiles: maybe { $0.texts() }, ports: ports(),
      allowedSourcePrefixes: networks(), allowsNothing: bool())
  }

  mutating func host() -> SyncHostEndpoint {
    SyncHostEndpoint(
      node: text(), interfaceName: text(),
      addresses: (0..<random.below(4)).map { _ in address() }, labels: labels(),
      profiles: texts(), labelProfiles: maybe { $0.texts() }, ports: ports(),
      allowsNothing: bool())
  }

  mutating func policyID() -> PolicyID {
    PolicyID(
      kind: random.pick(PolicyID.Kind.allCases), namespace: maybe { $0.text() }, name: text())
  }

  mutating func policy() -> SyncPolicy {
    SyncPolicy(
      tier: text(), order: order(), selector: selector(), appliesToIngress: bool(),
      appliesToEgress: bool(), ingress: rules(), egress: rules(), doNotTrack: bool(),
      preDNAT: bool(), applyOnForward: bool())
  }

  mutating func tier() -> SyncTier {
    SyncTier(
      order: order(), defaultAction: random.pick(TierDefaultAction.allCases), onlyDenies: bool())
  }

  mutating func pool() -> SyncPool {
    SyncPool(
      ipip: random.pick(SyncPool.Encapsulation.allCases),
      vxlan: random.pick(SyncPool.Encapsulation.allCases), natOutgoing: bool(), disabled: bool(),
      disableBGPExport: bool())
  }

  mutating func node() -> SyncNode {
    SyncNode(
      ipv4: interfaceAddress(), ipv6: maybe { $0.interfaceAddress() } ?? nil,
      asNumber: maybe { $0.number() }, routeReflectorClusterID: maybe { $0.text() },
      labels: labels())
  }

  mutating func block() -> SyncBlock {
    var borrowed: [IPAddress: String] = [:]
    for _ in 0..<random.below(4) { borrowed[address()] = text() }
    return SyncBlock(node: maybe { $0.text() }, borrowed: borrowed)
  }

  mutating func peer() -> SyncBGPPeer {
    SyncBGPPeer(
      node: maybe { $0.text() }, address: maybe { $0.address() }, port: maybe { $0.number() },
      asNumber: maybe { $0.number() })
  }

  mutating func bgp() -> SyncBGPConfiguration {
    SyncBGPConfiguration(
      asNumber: maybe { $0.number() }, listenPort: maybe { $0.number() },
      logSeverity: maybe { $0.random.pick(SyncBGPConfiguration.LogSeverity.allCases) },
      meshEnabled: bool())
  }

  mutating func concern() -> SyncConcern {
    switch random.below(4) {
    case 0: .nothing
    case 1: .tier(text())
    case 2: .workloadEndpoint(WorkloadEndpointID(namespace: text(), name: endpointName()))
    default: .hostEndpoint(text())
    }
  }

  /// An update of each kind, whatever kinds there are.
  mutating func update(_ kind: ItemKind) -> SyncUpdate? {
    switch kind {
    case .workloadEndpoint:
      .workloadEndpoint(
        WorkloadEndpointID(namespace: text(), name: endpointName()), maybe { $0.workload() })
    case .hostEndpoint: .hostEndpoint(text(), maybe { $0.host() })
    case .policy: .policy(policyID(), maybe { $0.policy() })
    case .tier: .tier(text(), maybe { $0.tier() })
    case .profile:
      .profile(
        text(),
        maybe { SyncProfile(ingress: $0.rules(), egress: $0.rules(), labels: $0.labels()) })
    case .networkSet:
      .networkSet(
        NetworkSetID(namespace: maybe { $0.text() }, name: text()),
        maybe {
          SyncNetworkSet(
            nets: $0.networks(), labels: $0.labels(), profiles: $0.texts(),
            allowsNothing: $0.bool())
        })
    case .pool: .pool(network(), maybe { $0.pool() })
    case .node: .node(text(), maybe { $0.node() })
    case .block: .block(network(), maybe { $0.block() })
    case .bgpPeer: .bgpPeer(text(), maybe { $0.peer() })
    case .bgpConfiguration: .bgpConfiguration(text(), maybe { $0.bgp() })
    case .felixConfiguration:
      .felixConfiguration(
        text(),
        maybe {
          SyncFelixConfiguration(
            nodeSelector: $0.maybe { $0.selector() }, parameters: $0.labels())
        })
    case .inSync: .inSync
    case .findings, .status: nil
    }
  }

  mutating func unknown() -> SyncUpdate {
    .unknown(
      UnknownUpdateID(kind: 40 + random.below(20), name: text()), maybe { $0.concern() })
  }

  mutating func update() -> SyncUpdate {
    update(random.pick(ItemKind.allCases)) ?? unknown()
  }

  mutating func key() -> ResourceKey {
    ResourceKey(
      kind: random.pick(Kind.allCases), namespace: maybe { $0.text() },
      name: random.pick([text(), "default.\(text())", "default.default.x", "knp.default.y"]))
  }

  mutating func findings() -> ObjectFindings {
    let key = key()
    var asks = Asks(key)
    for _ in 0..<random.below(6) {
      asks.add(text(), random.pick([nil, .httpMatch, .bgpPeer]))
    }
    if random.chance(10) { for _ in 0..<Asks.limit + 3 { asks.add("many", .natOutgoing) } }
    let problems = (0..<random.below(3)).map { _ in
      ConversionProblem(
        key: random.chance(80) ? key : self.key(), field: text(), reason: text())
    }
    return ObjectFindings(key: key, node: maybe { $0.text() }, problems: problems, asks: asks)
  }
}
