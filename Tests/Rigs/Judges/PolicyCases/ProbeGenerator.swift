// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyOracle
import Resources

/// Makes packets that come near to what the rules of a world speak of.
struct ProbeGenerator {
  let world: World
  var dice: Dice
  private let rules: [Rule]
  private let workloads: [IPAddress]
  /// The index of the endpoint that has an address.
  private let owner: [IPAddress: Int]
  private let portNumbers: [UInt16]

  init(world: World, dice: Dice) {
    self.world = world
    self.dice = dice
    rules =
      world.policies.flatMap { $0.spec.ingress + $0.spec.egress }
      + world.globalPolicies.flatMap { $0.spec.ingress + $0.spec.egress }
      + world.profiles.flatMap { $0.spec.ingress + $0.spec.egress }
    let addresses = world.endpoints.enumerated().flatMap { index, endpoint in
      endpoint.spec.ipNetworks.compactMap { CIDR($0)?.first }.map { ($0, index) }
    }
    workloads = addresses.map(\.0)
    owner = Dictionary(addresses) { first, _ in first }
    portNumbers = world.endpoints.flatMap(\.spec.ports).compactMap { UInt16(exactly: $0.port) }
  }

  /// So many packets that a kernel can be given, then so many that it cannot.
  mutating func probes(_ count: Int, simulated: Int) -> [Probe] {
    var real: [Probe] = []
    var other: [Probe] = []
    for _ in 0..<40 * (count + simulated) {
      guard let probe = probe() else { continue }
      if probe.simulatedOnly {
        if other.count < simulated { other.append(probe) }
      } else if real.count < count {
        real.append(probe)
      }
      if real.count == count, other.count == simulated { break }
    }
    return real + other
  }

  private mutating func probe() -> Probe? {
    let rule = dice.pick(rules, or: Rule(.allow))
    let family =
      rule.family ?? family(of: rule) ?? (dice.chance(55) ? IPFamily.v4 : IPFamily.v6)
    let transport = transport(near: rule, family)
    guard let (source, destination) = ends(near: rule, family) else { return nil }
    var flow = Flow(transport, from: source, to: destination)
    switch transport {
    case .tcp, .udp, .sctp:
      let usual: [UInt16] = [80, 81, 53, 443]
      flow.sourcePort = port(near: rule.source, of: source, transport, [40000, 40000, 40000, 1023])
      flow.destinationPort = port(
        near: rule.destination, of: destination, transport, usual + portNumbers)
      // Refused before any policy is asked, as it would be VXLAN.
      if flow.destinationPort == 4789 { return nil }
    case .icmp, .icmpv6: (flow.icmpType, flow.icmpCode) = icmp(near: rule, family)
    default: break
    }
    return Probe(flow, simulatedOnly: !Self.canBeSent(flow))
  }

  /// Whether a socket can send it and connection tracking takes it as the beginning of a flow.
  private static func canBeSent(_ flow: Flow) -> Bool {
    switch flow.transport {
    case .tcp, .udp: true
    case .icmp: [8, 13, 15, 17].contains(flow.icmpType)
    case .icmpv6: flow.icmpType == 128 && flow.icmpCode == 0
    default: false
    }
  }

  private func family(of rule: Rule) -> IPFamily? {
    switch rule.transport?.ipProtocol {
    case .icmp: return .v4
    case .icmpv6: return .v6
    default: break
    }
    let nets =
      rule.source.nets + rule.source.notNets + rule.destination.nets + rule.destination.notNets
    return nets.lazy.compactMap { CIDR($0)?.family }.first
  }

  // MARK: Protocols

  private mutating func transport(near rule: Rule, _ family: IPFamily) -> IPProtocol {
    let ping: IPProtocol = family == .v4 ? .icmp : .icmpv6
    let wanted = rule.transport?.ipProtocol ?? rule.notTransport?.ipProtocol
    if let wanted, dice.chance(75), wanted != .icmp && wanted != .icmpv6 || wanted == ping {
      return wanted
    }
    return dice.pick(
      [.tcp, .tcp, .tcp, .udp, .udp, ping, .sctp, .udplite, IPProtocol(rawValue: 89)], or: .tcp)
  }

  private mutating func icmp(near rule: Rule, _ family: IPFamily) -> (UInt8, UInt8) {
    let fields = rule.icmp ?? rule.notICMP
    let type = fields?.type.flatMap { UInt8(exactly: $0) }
    let usual: [UInt8] = family == .v4 ? [8, 8, 8, 13, 3, 0] : [128, 128, 1, 129]
    guard let type, dice.chance(70) else { return (dice.pick(usual, or: 8), 0) }
    let code = fields?.code.flatMap { UInt8(exactly: $0) } ?? 0
    return (type, dice.chance(75) ? code : code ^ 1)
  }

  /// A port of the end's lists or just beside one, one that has a name in them, or a usual one.
  private mutating func port(
    near entity: EntityRule, of address: IPAddress, _ transport: IPProtocol, _ usual: [UInt16]
  ) -> UInt16 {
    let listed = entity.ports + entity.notPorts
    let edges = listed.compactMap(\.range).flatMap { range in
      [range.first, range.last, range.first &- 1, range.last &+ 1]
    }
    let names = listed.compactMap(\.name)
    let ownNamed = ports(of: address).filter { port in
      names.contains(port.name) && port.transport.ipProtocol == transport
    }
    let othersNamed = world.endpoints.flatMap(\.spec.ports).filter { names.contains($0.name) }
    let named = (dice.chance(70) && !ownNamed.isEmpty ? ownNamed : othersNamed)
      .compactMap { UInt16(exactly: $0.port) }
    let aimed = dice.chance(50) && !named.isEmpty ? named : edges + named
    let chosen = dice.chance(80) ? dice.pick(aimed) : nil
    return [chosen, dice.pick(usual), 80].lazy.compactMap { $0 }.first { $0 > 0 } ?? 80
  }

  // MARK: Addresses

  /// Two different addresses, at least one of them of a workload.
  private mutating func ends(
    near rule: Rule, _ family: IPFamily
  ) -> (source: IPAddress, destination: IPAddress)? {
    let own = workloads.filter { $0.family == family }
    guard let first = pick(own, near: rule.source), let second = pick(own, near: rule.destination)
    else { return nil }
    var (source, destination) = (first, second)
    switch dice.number(0...9) {
    case 0, 1: source = outside(near: rule.source, family) ?? source
    case 2, 3: destination = outside(near: rule.destination, family) ?? destination
    default: break
    }
    return owner[source] != nil && owner[source] == owner[destination] ? nil : (source, destination)
  }

  private func ports(of address: IPAddress) -> [WorkloadEndpointPort] {
    owner[address].map { world.endpoints[$0].spec.ports } ?? []
  }

  /// One of the workloads' addresses, half the time at an edge of the rule's nets, or one of a
  /// workload that has a port which the rule names.
  private mutating func pick(_ own: [IPAddress], near entity: EntityRule) -> IPAddress? {
    let edges = self.edges(of: entity.nets + entity.notNets)
    let names = (entity.ports + entity.notPorts).compactMap(\.name)
    let near = own.filter { address in
      edges.contains(address) || ports(of: address).contains { names.contains($0.name) }
    }
    return !near.isEmpty && dice.chance(50) ? dice.pick(near) : dice.pick(own)
  }

  /// An address of nobody, mostly at an edge of the nets of the rule or of a network set.
  private mutating func outside(near entity: EntityRule, _ family: IPFamily) -> IPAddress? {
    let sets = world.networkSets.flatMap(\.spec.nets) + world.globalNetworkSets.flatMap(\.spec.nets)
    let hosts = world.hostEndpoints.flatMap(\.spec.expectedIPs).compactMap { IPAddress($0) }
    // One address among the many of the sets would hardly ever be met.
    if dice.chance(25), let host = dice.pick(hosts.filter({ $0.family == family })) { return host }
    let aimed = edges(of: entity.nets + entity.notNets) + edges(of: sets) + hosts
    let allowed = aimed.filter { address in
      address.family == family && PolicyCase.outsideNets.contains { $0.contains(address) }
    }
    let usual = PolicyCase.outsideNets.filter { $0.family == family }
      .compactMap { $0.first.advanced(by: 9) }
    return dice.pick(!allowed.isEmpty && dice.chance(85) ? allowed : usual)
  }

  /// The first and last address of each net, and those just outside.
  private func edges(of texts: [String]) -> [IPAddress] {
    texts.compactMap { CIDR($0) }.flatMap { net in
      [net.first, net.last, net.first.advanced(by: -1), net.last.advanced(by: 1)]
        .compactMap { $0 }
    }
  }
}
