// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources
import Selectors

/// Compares one rule with one packet, criterion by criterion (compatibility §1.3 and §1.8).
///
/// DESIGN: it never stops early and rewrites nothing; a namespace selector is asked about the
/// labels of namespaces, a service account selector about those of service accounts. What cannot
/// be answered fails closed: a Deny does without the criterion, every other rule never matches.
struct RuleJudge {
  /// One end of the packet.
  struct End {
    var address: IPAddress
    var port: UInt16?
    /// What has that address.
    var members: [Member]
  }

  let flow: Flow
  let source: End
  let destination: End
  let selectors: SelectorTable

  /// What a rule does. Nobody can say what a Pass with an unknown criterion passes on, and whatever
  /// it stops at, a later rule could allow: it denies.
  static func action(of rule: Rule, _ criteria: [Criterion]) -> Rule.Action {
    rule.action == .pass && criteria.contains { $0.answer == .unknown } ? .deny : rule.action
  }

  /// Whether a rule with this action matches, given the answers.
  static func matches(_ criteria: [Criterion], _ action: Rule.Action) -> Bool {
    criteria.allSatisfy { criterion in
      switch criterion.answer {
      case .yes: true
      case .no: false
      case .unknown: action == .deny
      }
    }
  }

  /// All that a rule asks.
  ///
  /// - Parameter namespace: of the policy; nil for global policies and profiles.
  func criteria(of rule: Rule, namespace: String?) -> [Criterion] {
    var result: [Criterion] = []
    result += version(rule)
    if let transport = rule.transport {
      result.append(compare("protocol", transport) { flow.transport == $0 })
    }
    if let transport = rule.notTransport {
      result.append(compare("notProtocol", transport) { flow.transport != $0 })
    }
    result += icmp("icmp", rule.icmp, rule, inverted: false)
    result += icmp("notICMP", rule.notICMP, rule, inverted: true)
    for (name, entity, end) in [
      ("source", rule.source, source), ("destination", rule.destination, destination),
    ] {
      let judge = EntityJudge(
        name: name, entity: entity, end: end, transport: flow.transport, namespace: namespace,
        selectors: selectors)
      result += judge.criteria(portsAllowed: rule.transport?.ipProtocol?.hasPorts == true)
    }
    if rule.http != nil { result.append(Criterion(unknown: "http, which nobody looks into")) }
    if !rule.unknown.isEmpty { result.append(Criterion(unknown: "a field that is not known here")) }
    return result
  }

  /// The version that the rule names, and the one that its CIDRs bind it to, negated ones too.
  private func version(_ rule: Rule) -> [Criterion] {
    var result: [Criterion] = []
    let family = flow.source.family
    if let version = rule.ipVersion {
      if let wanted = rule.family {
        result.append(Criterion("ipVersion \(version)", wanted == family))
      } else {
        result.append(Criterion(unknown: "ipVersion \(version), which there is not"))
      }
    }
    let texts =
      rule.source.nets + rule.source.notNets + rule.destination.nets + rule.destination.notNets
    for other in IPFamily.allCases where texts.contains(where: { CIDR($0)?.family == other }) {
      if other != family {
        result.append(Criterion("IPv\(other.rawValue), by its CIDRs", false))
      }
    }
    return result
  }

  private func compare(
    _ name: String, _ match: ProtocolMatch, _ test: (IPProtocol) -> Bool
  ) -> Criterion {
    guard let wanted = match.ipProtocol else {
      return Criterion(unknown: "\(name) \(match), which there is not")
    }
    return Criterion("\(name) \(match)", test(wanted))
  }

  private func icmp(
    _ name: String, _ fields: ICMPFields?, _ rule: Rule, inverted: Bool
  ) -> [Criterion] {
    guard let fields else { return [] }
    if !fields.unknown.isEmpty {
      return [Criterion(unknown: "\(name) with a field not known here")]
    }
    guard let type = fields.type else {
      return fields.code == nil ? [] : [Criterion(unknown: "\(name) with a code and no type")]
    }
    var text = "\(name) type \(type)"
    if let code = fields.code { text += " code \(code)" }
    guard let transport = rule.transport?.ipProtocol, transport == .icmp || transport == .icmpv6
    else { return [Criterion(unknown: "\(text) without protocol ICMP or ICMPv6")] }
    guard (0...255).contains(type), (0...255).contains(fields.code ?? 0) else {
      return [Criterion(unknown: "\(text), which there is not")]
    }
    guard let actual = flow.icmpType else { return [Criterion(text, false)] }
    var same = Int(actual) == type
    if let code = fields.code { same = same && flow.icmpCode.map { Int($0) } == code }
    return [Criterion(text, same != inverted)]
  }
}
