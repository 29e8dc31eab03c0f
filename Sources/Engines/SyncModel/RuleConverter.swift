// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Features
import PolicyModel
import Resources
import Selectors
import ValueTree

/// Converts the rules of one policy or profile.
///
/// DESIGN: a criterion that cannot be evaluated (it is wrong, or not known) must not make the rule
/// allow more. A Deny goes on without it, and denies at least what was meant; an Allow and a Log
/// never match. What a Pass with it may have passed on is denied: the next tier might deny it, and a
/// later rule of this one might allow it. Of what is right and needs somebody who can do it the rule
/// only says so (`SyncRule.asks`).
struct RuleConverter {
  /// Of the policy; nil for rules that are in none.
  let namespace: String?
  var findings: Findings
  /// Why the rule at hand cannot be evaluated in full.
  private var reasons: [String] = []
  /// What the rule at hand asks for.
  private var asked: Set<Feature> = []

  init(namespace: String?, findings: Findings) {
    self.namespace = namespace
    self.findings = findings
  }

  mutating func convert(_ rules: [Rule], at path: String) -> [SyncRule] {
    var result: [SyncRule] = []
    result.reserveCapacity(rules.count)
    for (index, rule) in rules.enumerated() {
      var converted = convert(rule, at: "\(path)[\(index)]")
      converted.index = index
      result.append(converted)
    }
    return result
  }

  private mutating func convert(_ rule: Rule, at path: String) -> SyncRule {
    reasons = []
    asked = []
    var result = SyncRule(Self.action(rule.action))
    unknown(rule.unknown, in: path)
    result.family = rule.family
    if let version = rule.ipVersion, rule.family == nil {
      wrong("\(path).ipVersion", "must be 4 or 6, is \(version)")
    }
    result.transport = transport(rule.transport, at: "\(path).protocol")
    result.notTransport = transport(rule.notTransport, at: "\(path).notProtocol")
    result.icmp = icmp(rule.icmp, result.transport, at: "\(path).icmp")
    result.notICMP = icmp(rule.notICMP, result.transport, at: "\(path).notICMP")
    result.source = match(rule.source, result.transport, at: "\(path).source")
    result.destination = match(rule.destination, result.transport, at: "\(path).destination")
    bindFamily(&result, at: path)
    if rule.http != nil { asks("\(path).http", for: .httpMatch) }
    result.asks = asked
    if reasons.isEmpty { return result }
    switch result.action {
    case .deny: break
    case .pass: result.action = .deny
    case .allow, .log: result.neverMatches = reasons.prefix(3).joined(separator: "; ")
    }
    return result
  }

  /// The CIDRs of a rule, negated ones too, bind it to their IP version.
  private mutating func bindFamily(_ rule: inout SyncRule, at path: String) {
    let nets = [rule.source, rule.destination].flatMap { $0.nets + $0.notNets }
    let families = Set(nets.map(\.family))
    if families.count > 1 {
      wrong(path, "rule contains both IPv4 and IPv6 CIDRs")
    } else if let family = families.first {
      if let wanted = rule.family, wanted != family {
        findings.wrong(
          "\(path).ipVersion", "rule IP version doesn't match CIDR version: it matches nothing")
      }
      rule.family = rule.family ?? family
    }
  }

  private static func action(_ action: Rule.Action) -> RuleAction {
    switch action {
    case .allow: .allow
    case .deny: .deny
    case .log: .log
    case .pass: .pass
    }
  }

  private mutating func transport(_ match: ProtocolMatch?, at path: String) -> IPProtocol? {
    guard let match else { return nil }
    if let known = match.ipProtocol { return known }
    wrong(path, "there is no protocol '\(match)'")
    return nil
  }

  private mutating func icmp(
    _ fields: ICMPFields?, _ transport: IPProtocol?, at path: String
  ) -> ICMPMatch? {
    guard let fields else { return nil }
    unknown(fields.unknown, in: path)
    guard let type = fields.type else {
      if fields.code != nil { wrong(path, "ICMP code specified without an ICMP type") }
      return nil
    }
    guard transport == .icmp || transport == .icmpv6 else {
      wrong(path, "ICMP fields require protocol to be ICMP or ICMPv6")
      return nil
    }
    guard let type = UInt8(exactly: type) else {
      wrong("\(path).type", "must be between 0 and 254, is \(type)")
      return nil
    }
    guard let wanted = fields.code else { return ICMPMatch(type: type) }
    guard let code = UInt8(exactly: wanted) else {
      wrong("\(path).code", "must be between 0 and 255, is \(wanted)")
      return nil
    }
    return ICMPMatch(type: type, code: code)
  }

  /// A criterion that is not right.
  mutating func wrong(_ field: String, _ reason: String) {
    findings.wrong(field, reason)
    reasons.append("\(field): \(reason)")
  }

  /// A criterion that is right, and needs somebody who can tell whether it is met.
  mutating func asks(_ field: String, for feature: Feature) {
    findings.asks(field, for: feature)
    asked.insert(feature)
  }

  /// Criteria of a newer version, or ones that could not be read.
  mutating func unknown(_ members: [UnknownMember], in path: String) {
    findings.unknown(members, in: path)
    for member in members {
      reasons.append("\(path).\(member.key): the field is not known to this version")
    }
  }
}
