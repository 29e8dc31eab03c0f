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
    rules.map { rule in rule.map { compile($0, rule.transport) } }
  }

  private mutating func compile(_ match: SyncMatch, _ transport: IPProtocol?) -> SetNames {
    let names = match.names
    var result = SetNames()
    // The set of a named port holds only what the selector matches: where every way to match goes
    // through such a set, the selector need not be asked again.
    let asksSelector = names.namedPorts.isEmpty || !match.ports.isEmpty
    if let selector = names.selector, asksSelector { result.sets = [need(.nets(selector))] }
    if let selector = names.notSelector { result.notSets = [need(.nets(selector))] }
    let owner = names.selector ?? .all
    result.namedPortSets = need(names.namedPorts, of: owner, transport)
    result.notNamedPortSets = need(names.notNamedPorts, of: owner, transport)
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
