// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink

/// One packet on its way through the rules.
struct PacketRun {
  var ruleset: Ruleset
  var packet: Packet
  let route: (IPAddress) -> String?
  var registers = Registers()
  var steps: [PacketOutcome.Step] = []
  var effects: [PacketOutcome.Effect] = []
  /// The hook and the base chain that the packet is in.
  var point = NFTHook.Point.prerouting
  var priority: Int32 = 0
  private var visits = 0

  /// More rules than any way through a sane table has.
  private static let limit = 1_000_000

  init(ruleset: Ruleset, packet: Packet, route: @escaping (IPAddress) -> String?) {
    self.ruleset = ruleset
    self.packet = packet
    self.route = route
  }

  /// How a list of rules came out.
  enum Decision {
    case accept
    case drop
    case reject
  }

  mutating func go(through hooks: [NFTHook.Point]) throws(SimulationError) -> PacketOutcome {
    let family: NFTFamily = packet.family == .v4 ? .ipv4 : .ipv6
    for hook in hooks {
      point = hook
      for chain in ruleset.baseChains(hook, family) {
        // Address translation is decided once per connection.
        if chain.hook?.type == "nat", packet.state != .new { continue }
        priority = chain.hook?.priority ?? 0
        switch try run(chain) {
        case .accept: continue
        case .drop: return outcome(.drop)
        case .reject: return outcome(.reject)
        }
      }
    }
    return outcome(.accept)
  }

  private func outcome(_ verdict: PacketOutcome.Verdict) -> PacketOutcome {
    PacketOutcome(verdict: verdict, steps: steps, effects: effects, mark: packet.mark)
  }

  /// Runs a base chain to its decision.
  private mutating func run(_ base: NFTChain) throws(SimulationError) -> Decision {
    var back: [(chain: String, rule: Int)] = []
    var chain = base.name
    var next = 0
    registers = Registers()
    while true {
      guard let rules = ruleset.tables[base.table]?.chains[chain]?.rules else {
        throw SimulationError("chain \(chain) is not there")
      }
      guard next < rules.count else {
        guard let place = back.popLast() else { return policy(of: base) }
        (chain, next) = place
        continue
      }
      visits += 1
      if visits > Self.limit { throw SimulationError("more than \(Self.limit) rules were met") }
      let index = next
      next += 1
      guard let verdict = try evaluate(rules[index], index, base.table) else { continue }
      switch verdict {
      case .accept: return .accept
      case .drop: return isRejected ? .reject : .drop
      case .continue, .break: continue
      case .jump(let target):
        back.append((chain, next))
        (chain, next) = (target, 0)
      case .goto(let target): (chain, next) = (target, 0)
      case .return:
        guard let place = back.popLast() else { return policy(of: base) }
        (chain, next) = place
      case .other(let code):
        throw SimulationError("verdict \(code) is not simulated", in: rules[index])
      }
    }
  }

  var isRejected = false

  private mutating func policy(of base: NFTChain) -> Decision {
    let isAccepted = base.hook?.policy != .drop
    steps.append(
      PacketOutcome.Step(
        hook: point, chain: base.name, rule: nil, comment: nil,
        verdict: isAccepted ? .accept : .drop))
    return isAccepted ? .accept : .drop
  }

  /// The verdict of a rule; nil when it does not match, or only acts.
  private mutating func evaluate(
    _ rule: NFTRule, _ index: Int, _ table: NFTTableID
  ) throws(SimulationError) -> NFTVerdict? {
    var verdict: NFTVerdict?
    for (position, expression) in rule.expressions.enumerated() {
      switch try evaluate(expression, in: rule, table) {
      case .matches: continue
      case .fails: return nil
      case .counts(let packets, let bytes):
        ruleset.tables[table]?.chains[rule.chain]?.rules[index].expressions[position] =
          .counter(packets: packets &+ 1, bytes: bytes &+ packet.length)
        continue
      case .decides(let decided):
        if decided == .continue { continue }
        verdict = decided
      }
      break
    }
    if verdict == .break { return nil }
    steps.append(
      PacketOutcome.Step(
        hook: point, chain: rule.chain, rule: index, comment: rule.comment, verdict: verdict))
    return verdict
  }
}
