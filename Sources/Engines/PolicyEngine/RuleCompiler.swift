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
  /// Whether there is anything that is only in the sets that rules deny by (`Doubt`).
  let isInDoubt: Bool
  private(set) var sets: [IPSetID: SetDefinition] = [:]

  /// What of the things in doubt is in a set that is asked for.
  private enum Extent { case all, none }

  init(enforced: Set<Feature>, isInDoubt: Bool = false) {
    self.enforced = enforced
    self.isInDoubt = isInDoubt
  }

  mutating func compile(_ rules: [SyncRule]) -> [DesiredRule] {
    var result: [DesiredRule] = []
    result.reserveCapacity(rules.count)
    for rule in rules {
      let missing = rule.asks.subtracting(enforced)
      let action = rule.action == .pass && !missing.isEmpty ? .deny : rule.action
      var compiled = compile(rule, action == .allow || action == .pass ? .none : .all)
      compiled.action = action
      if !missing.isEmpty, action == .allow || action == .log {
        let absences = missing.map(\.absence).sorted().joined(separator: "; ")
        compiled.neverMatches = rule.neverMatches ?? absences
      }
      result.append(compiled)
      // What else may be meant is neither passed on nor left to the rules that follow.
      guard isInDoubt, action == .pass else { continue }
      var rest = compile(rule, .all)
      guard rest != compiled else { continue }
      rest.action = .deny
      result.append(rest)
    }
    return result
  }

  private mutating func compile(_ rule: SyncRule, _ extent: Extent) -> DesiredRule {
    rule.map { compile($0, rule.transport, extent) }
  }

  private mutating func compile(
    _ match: SyncMatch, _ transport: IPProtocol?, _ extent: Extent
  ) -> SetNames {
    let names = match.names
    // What is excluded has to have the other extent than what is asked for.
    let selector = names.selector.map { extent == .none ? sure($0) : $0 }
    let notSelector = names.notSelector.map { extent == .all ? sure($0) : $0 }
    let owner = names.selector ?? .all
    var result = SetNames()
    // The set of a named port holds only what the selector matches: where every way to match goes
    // through such a set, the selector need not be asked again.
    let asksSelector = names.namedPorts.isEmpty || !match.ports.isEmpty
    if let selector, asksSelector { result.sets = [need(.nets(selector))] }
    if let notSelector { result.notSets = [need(.nets(notSelector))] }
    result.namedPortSets = need(
      names.namedPorts, of: extent == .none ? sure(owner) : owner, transport)
    result.notNamedPortSets = need(
      names.notNamedPorts, of: extent == .all ? sure(owner) : owner, transport)
    return result
  }

  private func sure(_ selector: Selector) -> Selector {
    isInDoubt ? Doubt.surely(selector) : selector
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
