// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyOracle
import Resources

/// Makes valid rules with every field.
///
/// Few criteria a rule: otherwise hardly anything would ever match.
struct RuleMaker {
  var dice: Dice
  /// Rules of a policy without a namespace.
  let isGlobal: Bool
  let mayPass: Bool

  mutating func list(_ direction: Direction, _ count: ClosedRange<Int>) -> [Rule] {
    var rules: [Rule] = []
    for _ in 0..<dice.number(count) { rules.append(rule(direction)) }
    // An end that lets through what is left keeps the share of allowed packets up.
    if dice.chance(25) { rules.append(Rule(.allow)) }
    return rules
  }

  private mutating func rule(_ direction: Direction) -> Rule {
    var actions: [Rule.Action] = [.allow, .allow, .allow, .allow, .deny, .deny, .log]
    if mayPass { actions.append(.pass) }
    var rule = Rule(dice.pick(actions, or: .allow))
    if dice.chance(55) {
      transport(&rule)
    } else if dice.chance(15) {
      rule.notTransport = protocolMatch([.tcp, .udp, .icmp, .icmpv6])
    }
    // CIDRs of both families may not stand in one rule.
    let family = family(of: rule)
    if rule.ipVersion == nil, dice.chance(12) { rule.ipVersion = Int(family.rawValue) }
    if dice.chance(5) { http(&rule, direction) }
    let isService = dice.chance(4)
    if isService {
      var service = ServiceMatch()
      (service.name, service.namespace) = ("web", "blue")
      if direction == .ingress {
        rule.source.services = service
      } else {
        rule.destination.services = service
      }
    }
    let hasPorts = rule.transport?.ipProtocol?.hasPorts == true && !isService
    let isBare = hasPorts && dice.chance(60)
    for end in [\Rule.source, \Rule.destination] where !isService && !isBare {
      if dice.chance(14) { nets(&rule[keyPath: end], family) }
      if dice.chance(34) { members(&rule[keyPath: end]) }
    }
    if hasPorts { ports(&rule) }
    return rule
  }

  // MARK: Protocols

  private mutating func protocolMatch(_ choices: [IPProtocol]) -> ProtocolMatch {
    let chosen = dice.pick(choices, or: .tcp)
    guard let name = chosen.name, dice.chance(65) else { return .number(Int(chosen.rawValue)) }
    return .name(dice.chance(15) ? name.lowercased() : name)
  }

  private mutating func transport(_ rule: inout Rule) {
    let chosen = protocolMatch([
      .tcp, .tcp, .tcp, .tcp, .udp, .udp, .udp, .icmp, .icmp, .icmp, .icmpv6, .icmpv6, .icmpv6,
      .sctp, .udplite, IPProtocol(rawValue: 89),
    ])
    rule.transport = chosen
    if chosen.ipProtocol == .icmp || chosen.ipProtocol == .icmpv6, dice.chance(85) {
      let types = chosen.ipProtocol == .icmp ? [0, 3, 8, 8, 11, 13] : [1, 128, 128, 129]
      var icmp = ICMPFields(type: dice.pick(types, or: 8))
      if dice.chance(50) { icmp.code = dice.pick([0, 0, 1, 4], or: 0) }
      if dice.chance(50) { rule.icmp = icmp } else { rule.notICMP = icmp }
    } else if dice.chance(8) {
      rule.notTransport = protocolMatch([.udp, .sctp])
    }
  }

  private mutating func family(of rule: Rule) -> IPFamily {
    switch rule.transport?.ipProtocol {
    case .icmp: .v4
    case .icmpv6: .v6
    default: dice.chance(55) ? .v4 : .v6
    }
  }

  private mutating func http(_ rule: inout Rule, _ direction: Direction) {
    guard rule.action == .allow, direction == .ingress,
      rule.transport?.ipProtocol ?? .tcp == .tcp
    else { return }
    var http = HTTPMatch()
    http.methods = ["GET"]
    rule.http = http
  }

  // MARK: Ends

  private mutating func nets(_ entity: inout EntityRule, _ family: IPFamily) {
    let choices = Places.outside(family) + Places.workloads(family) + Places.workloads(family)
    if dice.chance(75) {
      entity.nets = dice.some(1...3, of: choices)
      if dice.chance(8) { entity.nets = [CIDR.everything(family).description] }
    }
    if entity.nets.isEmpty || dice.chance(25) { entity.notNets = dice.some(1...2, of: choices) }
  }

  private mutating func members(_ entity: inout EntityRule) {
    let labels = SelectorMaker(SelectorMaker.endpoints, SelectorMaker.networkSets)
    if dice.chance(55) {
      entity.selector =
        dice.chance(85)
        ? labels.selector(&dice) : SelectorMaker(SelectorMaker.origins).selector(&dice)
    }
    if dice.chance(20) { entity.notSelector = labels.selector(&dice) }
    if dice.chance(isGlobal ? 20 : 35) {
      entity.namespaceSelector =
        switch dice.number(0...6) {
        case 0: "all()"
        case 1: "global()"
        case 2, 3: SelectorMaker(SelectorMaker.namespaces).negation(&dice)
        default: SelectorMaker(SelectorMaker.namespaces).selector(&dice)
        }
    }
    if dice.chance(15) {
      var accounts = ServiceAccountMatch()
      if dice.chance(60) { accounts.names = dice.some(1...2, of: Names.accounts + ["gamma"]) }
      if accounts.names.isEmpty || dice.chance(30) {
        let labels = SelectorMaker(SelectorMaker.accounts)
        accounts.selector = dice.chance(40) ? labels.negation(&dice) : labels.selector(&dice)
      }
      entity.serviceAccounts = accounts
    }
  }

  private mutating func ports(_ rule: inout Rule) {
    let lists: [PolicyPort] = [80, 53, 5432, 8080, 2905, "80:90", "1:79", "5000:6000", "81:65535"]
    let names: [PolicyPort] =
      switch rule.transport?.ipProtocol {
      case .tcp: ["http", "sql", "http", "sql", "nobody"]
      case .udp: ["dns", "http", "dns", "sql"]
      default: ["sig", "sig", "http"]
      }
    let sources: [PolicyPort] =
      [40000, 1023, "1024:39999", "30000:65535"] + names.prefix(2)
    // Mostly one of the four lists, so that it decides alone.
    for _ in 0..<dice.pick([1, 1, 1, 2], or: 1) {
      switch dice.number(0...9) {
      case 0...3:
        let named = dice.chance(45) ? dice.some(1...2, of: names) : []
        rule.destination.ports = dice.some(0...2, of: lists) + named
        // A port's name is looked for among those whom the rule selects.
        if !named.isEmpty, dice.chance(30) {
          rule.destination.selector = SelectorMaker(SelectorMaker.endpoints).selector(&dice)
        }
      case 4, 5:
        rule.destination.notPorts =
          dice.some(0...1, of: lists) + (dice.chance(55) ? dice.some(1...1, of: names) : [])
      case 6, 7: rule.source.ports = dice.some(1...3, of: sources)
      default: rule.source.notPorts = dice.some(1...2, of: sources)
      }
    }
  }
}
