// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Features
import PolicyModel
import Selectors
import SyncModel

/// Turns rules with selectors into rules with sets, and collects the sets that they need.
///
/// DESIGN: a criterion that nobody here can evaluate must not make a rule allow more. A Deny goes on
/// without it, and denies at least what was meant; an Allow and a Log never match. What a Pass with
/// it may have passed on is denied: the next tier might deny it, and a later rule of this one might
/// allow it.
struct RuleCompiler {
  /// What is put into force on this node.
  let enforced: Set<Feature>
  private(set) var sets: [IPSetID: SetDefinition] = [:]

  init(enforced: Set<Feature>) { self.enforced = enforced }

  mutating func compile(_ rules: [SyncRule]) -> [DesiredRule] {
    rules.map { rule in
      var result = rule.map { compile($0, rule.transport) }
      let missing = rule.asks.subtracting(enforced)
      if missing.isEmpty { return result }
      switch rule.action {
      case .deny: break
      case .pass: result.action = .deny
      case .allow, .log:
        let absences = missing.map(\.absence).sorted().joined(separator: "; ")
        result.neverMatches = rule.neverMatches ?? absences
      }
      return result
    }
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
