// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import PolicyModel

/// Turns a rule into the kernel's rules: usually one, several where one of ours says "or" between
/// things that the kernel keeps in different sets (families, hosts and networks, numbered and named
/// ports). All of them have the same verdict, so their order among themselves does not matter.
struct RuleRenderer {
  /// The kernel's sets that each of ours has members in.
  var parts: (IPSetID) -> Set<SetPart>
  var passBit: UInt32
  var logPrefix: String

  /// Where an allowed packet goes on: it is accepted, or has still to meet the other end's policy.
  var allowed: NFTVerdict
  /// The chain that denied packets end in.
  var denied: String

  func render(_ rule: DesiredRule, _ id: RuleID) -> [RuleModel] {
    guard rule.neverMatches == nil else { return [] }
    return variants(of: rule).map { builder in
      var builder = builder
      act(rule.action, &builder)
      return builder.finished(comment: "\(id.place): \(rule.action.rawValue)")
    }
  }

  private func act(_ action: RuleAction, _ builder: inout RuleBuilder) {
    builder.append(.counter())
    switch action {
    case .allow:
      builder.append(.verdict(allowed))
    case .deny:
      builder.append(.verdict(.goto(denied)))
    case .pass:
      builder.setMark(passBit, to: true)
      builder.append(.verdict(.return))
    case .log:
      // The kernel's log is silent about other network namespaces than the first; NFLOG is not.
      builder.append(.log(NFTLog(.kernel(level: 5), prefix: logPrefix)))
      builder.append(.log(NFTLog(.group(1), prefix: logPrefix)))
    }
  }

  /// The criteria, once for every way in which they can be fulfilled.
  private func variants(of rule: DesiredRule) -> [RuleBuilder] {
    var result: [RuleBuilder] = []
    for family in families(of: rule) {
      for source in alternatives(of: rule.source, family) {
        for destination in alternatives(of: rule.destination, family) {
          var builder = RuleBuilder()
          if let family { builder.match(family: family) }
          guard matchTransport(rule, family, &builder) else { continue }
          add(rule.source, source, .source, family, &builder)
          add(rule.destination, destination, .destination, family, &builder)
          result.append(builder)
        }
      }
    }
    return result
  }

  /// The IP versions that the rule may match, each needing rules of its own; `[nil]` when it asks
  /// nothing that depends on the version.
  private func families(of rule: DesiredRule) -> [IPFamily?] {
    var candidates: [IPFamily] = rule.family.map { [$0] } ?? IPFamily.allCases
    let ends = [rule.source, rule.destination]
    for end in ends where !end.nets.isEmpty {
      candidates.removeAll { family in !end.nets.contains { $0.family == family } }
    }
    if rule.family != nil { return candidates }
    let asksForAddresses = ends.contains { end in
      !end.nets.isEmpty || !end.notNets.isEmpty || end.names != SetNames()
    }
    return asksForAddresses ? candidates : [nil]
  }

  private func matchTransport(
    _ rule: DesiredRule, _ family: IPFamily?, _ builder: inout RuleBuilder
  ) -> Bool {
    if let transport = rule.transport { builder.match(transport: transport) }
    if let transport = rule.notTransport { builder.match(notTransport: transport) }
    for (icmp, inverted) in [(rule.icmp, false), (rule.notICMP, true)] {
      guard let icmp else { continue }
      switch rule.transport {
      case .icmp, .icmpv6: break
      case nil: builder.match(transport: family == .v6 ? .icmpv6 : .icmp)
      default: return false
      }
      builder.match(icmpType: icmp.type, code: icmp.code, inverted: inverted)
    }
    return true
  }

  /// One way to fulfil an end's criteria: the part of each positive set, and the source of ports.
  private struct Alternative {
    var sets: [(IPSetID, SetPart)] = []
    var namedPorts: IPSetID?
    var numberedPorts = false
  }

  private func alternatives(of match: DesiredMatch, _ family: IPFamily?) -> [Alternative] {
    var result = [Alternative()]
    for id in match.names.sets {
      let present = parts(id).filter { $0.family == family }.sorted { $0.rawValue < $1.rawValue }
      result = result.flatMap { base in
        present.map { part in
          var next = base
          next.sets.append((id, part))
          return next
        }
      }
    }
    guard !match.ports.isEmpty || !match.names.namedPortSets.isEmpty else { return result }
    return result.flatMap { base -> [Alternative] in
      var ways: [Alternative] = []
      if !match.ports.isEmpty {
        var next = base
        next.numberedPorts = true
        ways.append(next)
      }
      for id in match.names.namedPortSets where parts(id).contains(where: { $0.family == family }) {
        var next = base
        next.namedPorts = id
        ways.append(next)
      }
      return ways
    }
  }

  private func add(
    _ match: DesiredMatch, _ alternative: Alternative, _ end: RuleBuilder.End, _ family: IPFamily?,
    _ builder: inout RuleBuilder
  ) {
    if let family {
      let nets = match.nets.filter { $0.family == family }
      if !nets.isEmpty { builder.match(end, nets: nets, family: family) }
      let notNets = match.notNets.filter { $0.family == family }
      // Few comparisons are faster than a set's lookup.
      if notNets.count <= 6 {
        for net in notNets { builder.match(end, nets: [net], family: family, inverted: true) }
      } else {
        builder.match(end, nets: notNets, family: family, inverted: true)
      }
      for (id, part) in alternative.sets {
        builder.match(end, set: Names.set(id, part), family: family)
      }
      for id in match.names.notSets {
        for part in parts(id).sorted(by: { $0.rawValue < $1.rawValue })
        where part.family == family {
          builder.match(end, set: Names.set(id, part), family: family, inverted: true)
        }
      }
      if let id = alternative.namedPorts {
        builder.match(
          end, portSet: Names.set(id, family == .v4 ? .ports4 : .ports6), family: family)
      }
      for id in match.names.notNamedPortSets {
        let part: SetPart = family == .v4 ? .ports4 : .ports6
        guard parts(id).contains(part) else { continue }
        builder.match(end, portSet: Names.set(id, part), family: family, inverted: true)
      }
    }
    if alternative.numberedPorts { builder.match(end, ports: match.ports) }
    if !match.notPorts.isEmpty { builder.match(end, ports: match.notPorts, inverted: true) }
  }
}
