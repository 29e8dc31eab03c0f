// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import PolicyModel
import Selectors
import SyncModel

/// Turns rules with selectors into rules with sets, and collects the sets that they need.
struct RuleCompiler {
  private(set) var sets: [IPSetID: SetDefinition] = [:]

  mutating func compile(_ rules: [SyncRule]) -> [DesiredRule] {
    rules.map { rule in
      DesiredRule(
        rule.action, family: rule.family, transport: rule.transport,
        notTransport: rule.notTransport, icmp: rule.icmp, notICMP: rule.notICMP,
        source: compile(rule.source, rule.transport),
        destination: compile(rule.destination, rule.transport), neverMatches: rule.neverMatches)
    }
  }

  private mutating func compile(_ match: SyncMatch, _ transport: IPProtocol?) -> DesiredMatch {
    var result = DesiredMatch()
    result.nets = match.nets
    result.notNets = match.notNets
    result.ports = match.ports
    result.notPorts = match.notPorts
    // The set of a named port holds only what the selector matches: where every way to match goes
    // through such a set, the selector need not be asked again.
    let asksSelector = match.namedPorts.isEmpty || !match.ports.isEmpty
    if let selector = match.selector, asksSelector { result.sets = [need(.nets(selector))] }
    if let selector = match.notSelector { result.notSets = [need(.nets(selector))] }
    let owner = match.selector ?? .all
    result.namedPortSets = need(match.namedPorts, of: owner, transport)
    result.notNamedPortSets = need(match.notNamedPorts, of: owner, transport)
    return result
  }

  private mutating func need(
    _ ports: [String], of selector: Selector, _ transport: IPProtocol?
  ) -> [IPSetID] {
    ports.map { name in
      // Without a protocol nobody has the port; the converter lets no such rule through.
      let port = SetDefinition.NamedPort(
        name: name, transport: transport ?? IPProtocol(rawValue: 0))
      return need(SetDefinition(selector: selector, port: port))
    }
  }

  private mutating func need(_ definition: SetDefinition) -> IPSetID {
    let id = definition.id
    sets[id] = definition
    return id
  }
}
