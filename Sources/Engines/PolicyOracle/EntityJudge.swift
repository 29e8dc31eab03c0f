// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources
import Selectors

/// Compares what a rule asks of one end with that end of a packet.
struct EntityJudge {
  /// "source" or "destination".
  let name: String
  let entity: EntityRule
  let end: RuleJudge.End
  /// Of the packet.
  let transport: IPProtocol
  /// Of the policy.
  let namespace: String?
  let selectors: SelectorTable

  /// - Parameter portsAllowed: whether the rule's protocol is one that may have ports.
  func criteria(portsAllowed: Bool) -> [Criterion] {
    var result: [Criterion] = []
    result += nets("nets", entity.nets) { $0 }
    result += nets("notNets", entity.notNets) { !$0 }
    result += who()
    result += ports("ports", entity.ports, allowed: portsAllowed) { $0 }
    result += ports("notPorts", entity.notPorts, allowed: portsAllowed) { !$0 }
    if entity.services != nil {
      result.append(Criterion(unknown: "\(name).services, whose endpoints are not known"))
    }
    if !entity.unknown.isEmpty || entity.serviceAccounts?.unknown.isEmpty == false {
      result.append(Criterion(unknown: "\(name) with a field that is not known here"))
    }
    return result
  }

  // MARK: Addresses

  private func nets(
    _ field: String, _ texts: [String], _ holds: (_ isInside: Bool) -> Bool
  ) -> [Criterion] {
    if texts.isEmpty { return [] }
    let asked = "\(name).\(field) \(Self.list(texts))"
    var isInside = false
    for text in texts {
      guard let net = CIDR(text) else { return [Criterion(unknown: "\(asked): not a CIDR")] }
      if net.contains(end.address) { isInside = true }
    }
    return [Criterion(asked, holds(isInside))]
  }

  // MARK: Endpoints and network sets

  private var accountNames: [String] { entity.serviceAccounts?.names ?? [] }
  private var accountSelector: String { entity.serviceAccounts?.selector ?? "" }

  /// A rule of a namespaced policy that asks for endpoints in any way means those of its namespace,
  /// unless it says which namespaces it means.
  private var impliedNamespace: String? {
    let asksForEndpoints =
      !entity.selector.isEmpty || !entity.notSelector.isEmpty || !accountNames.isEmpty
      || !accountSelector.isEmpty
    return entity.namespaceSelector.isEmpty && asksForEndpoints ? namespace : nil
  }

  /// Whether the end must be something that is known, and not just any address.
  private var asksForMembers: Bool {
    !entity.namespaceSelector.isEmpty || !entity.selector.isEmpty || !accountNames.isEmpty
      || !accountSelector.isEmpty || impliedNamespace != nil
  }

  /// Whether a member fulfils everything that is asked but notSelector; nil if that cannot be said.
  private func isWanted(_ member: Member) -> Bool? {
    if let impliedNamespace, member.namespace != impliedNamespace { return false }
    if !entity.namespaceSelector.isEmpty {
      guard let selector = selectors.any(entity.namespaceSelector) else { return nil }
      if selector.canonical == "global()" {
        if member.namespace != nil { return false }
      } else {
        if selector.usesGlobal { return nil }
        // Namespaces are selected, and what is in none is in none that is selected.
        if member.namespace == nil || !selector.matches(member.namespaceLabels) { return false }
      }
    }
    if !accountNames.isEmpty {
      guard let account = member.account, accountNames.contains(account) else { return false }
    }
    if !accountSelector.isEmpty {
      guard let selector = selectors.labels(accountSelector) else { return nil }
      if member.account == nil || !selector.matches(member.accountLabels) { return false }
    }
    guard let selector = selectors.labels(entity.selector) else { return nil }
    return selector.matches(member.labels)
  }

  private func isExcluded(_ member: Member) -> Bool? {
    if entity.notSelector.isEmpty { return false }
    return selectors.labels(entity.notSelector)?.matches(member.labels)
  }

  /// Whether all selectors can be read.
  private var isReadable: Bool {
    let readable = [entity.selector, entity.notSelector, accountSelector].allSatisfy {
      selectors.labels($0) != nil
    }
    guard readable, let spaces = selectors.any(entity.namespaceSelector) else { return false }
    return !spaces.usesGlobal || spaces.canonical == "global()"
  }

  private func who() -> [Criterion] {
    if !asksForMembers, entity.notSelector.isEmpty { return [] }
    guard isReadable else { return [Criterion(unknown: "\(whoText): cannot be read")] }
    guard asksForMembers else {
      // Any address, known or not, that nothing excluded has.
      return [Criterion(whoText, !end.members.contains { isExcluded($0) == true })]
    }
    // One and the same member must be wanted and not excluded.
    let found = end.members.contains { isWanted($0) == true && isExcluded($0) == false }
    return [Criterion(whoText, found)]
  }

  private var whoText: String {
    var parts: [String] = []
    if !entity.selector.isEmpty { parts.append("\(name).selector \(entity.selector)") }
    if !entity.notSelector.isEmpty { parts.append("\(name).notSelector \(entity.notSelector)") }
    if !accountNames.isEmpty {
      parts.append("\(name).serviceAccounts \(Self.list(accountNames))")
    }
    if !accountSelector.isEmpty {
      parts.append("\(name).serviceAccounts.selector \(accountSelector)")
    }
    if !entity.namespaceSelector.isEmpty {
      parts.append("\(name).namespaceSelector \(entity.namespaceSelector)")
    }
    if let impliedNamespace { parts.append("in namespace \(impliedNamespace)") }
    return parts.joined(separator: ", ")
  }

  // MARK: Ports

  private func ports(
    _ field: String, _ ports: [PolicyPort], allowed: Bool, _ holds: (_ isListed: Bool) -> Bool
  ) -> [Criterion] {
    if ports.isEmpty { return [] }
    let asked = "\(name).\(field) \(Self.list(ports.map(\.description)))"
    guard allowed, ports.allSatisfy({ $0.range != nil || $0.name?.isEmpty == false }) else {
      return [Criterion(unknown: "\(asked): needs protocol TCP, UDP or SCTP and valid ports")]
    }
    guard transport.hasPorts, let number = end.port else { return [Criterion(asked, false)] }
    let isListed = ports.contains { port in
      if let range = port.range { return range.contains(number) }
      guard let wanted = port.name else { return false }
      return isNamed(wanted, number)
    }
    return [Criterion(asked, holds(isListed))]
  }

  /// Whether an endpoint that the rule selects here calls the packet's port by this name.
  private func isNamed(_ wanted: String, _ number: UInt16) -> Bool {
    end.members.contains { member in
      let isSelected =
        !asksForMembers || !isReadable || isWanted(member) == true && isExcluded(member) == false
      return isSelected
        && member.ports.contains { port in
          port.name == wanted && port.transport == transport && port.number == Int(number)
        }
    }
  }

  /// The first few of a list in words.
  private static func list(_ items: [String]) -> String {
    let shown = items.prefix(4).joined(separator: ", ")
    return items.count > 4 ? "\(shown) and \(items.count - 4) more" : shown
  }
}
