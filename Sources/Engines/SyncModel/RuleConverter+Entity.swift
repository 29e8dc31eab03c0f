// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Features
import PolicyModel
import Resources
import Selectors

extension RuleConverter {
  /// Converts what a rule asks of one end of a packet.
  mutating func match(
    _ entity: EntityRule, _ transport: IPProtocol?, at path: String
  ) -> SyncMatch {
    var result = SyncMatch()
    unknown(entity.unknown, in: path)
    result.nets = nets(entity.nets, at: "\(path).nets")
    result.notNets = nets(entity.notNets, at: "\(path).notNets")
    (result.names.selector, result.names.notSelector) = selectors(entity, at: path)
    (result.ports, result.names.namedPorts) =
      ports(entity.ports, transport, at: "\(path).ports")
    (result.notPorts, result.names.notNamedPorts) =
      ports(entity.notPorts, transport, at: "\(path).notPorts")
    if entity.services != nil {
      asks("\(path).services", for: .serviceMatch)
    }
    return result
  }

  private mutating func nets(_ texts: [String], at path: String) -> [CIDR] {
    var nets: [CIDR] = []
    for (index, text) in texts.enumerated() {
      guard let net = CIDR(text) else {
        wrong("\(path)[\(index)]", "must be an IP address or a CIDR, is '\(text)'")
        return []
      }
      nets.append(net)
    }
    return nets
  }

  private mutating func ports(
    _ ports: [PolicyPort], _ transport: IPProtocol?, at path: String
  ) -> ([PortRange], [String]) {
    if ports.isEmpty { return ([], []) }
    guard transport?.hasPorts == true else {
      wrong(path, "rules that specify ports must set protocol to TCP or UDP or SCTP")
      return ([], [])
    }
    var ranges: [PortRange] = []
    var names: [String] = []
    for (index, port) in ports.enumerated() {
      if let range = port.range {
        ranges.append(range)
      } else if let name = port.name, !name.isEmpty {
        names.append(name)
      } else {
        wrong("\(path)[\(index)]", "must be a port, a range n:m or a port's name, is '\(port)'")
        return ([], [])
      }
    }
    return (ranges, names)
  }

  /// Selector, namespace selector, service accounts and notSelector in one (compatibility §1.8 and
  /// §2); a notSelector that stands alone apart.
  private mutating func selectors(
    _ entity: EntityRule, at path: String
  ) -> (selector: Selector?, notSelector: Selector?) {
    let accounts = entity.serviceAccounts
    let names = accounts?.names ?? []
    let accountSelector = accounts?.selector ?? ""
    unknown(accounts?.unknown ?? [], in: "\(path).serviceAccounts")
    let asksEndpoints =
      !entity.selector.isEmpty || !entity.notSelector.isEmpty || !names.isEmpty
      || !accountSelector.isEmpty

    var parts: [Selector] = []
    var field = "\(path).namespaceSelector"
    do throws(SelectorError) {
      if !entity.namespaceSelector.isEmpty {
        parts.append(try SelectorCompletion.ruleNamespaces(entity.namespaceSelector))
      } else if let namespace, asksEndpoints {
        parts.append(try SelectorCompletion.namespace(namespace))
      }
      field = "\(path).selector"
      if !entity.selector.isEmpty { parts.append(try SelectorCompletion.labels(entity.selector)) }
      field = "\(path).serviceAccounts.names"
      if !names.isEmpty { parts.append(try SelectorCompletion.serviceAccounts(names)) }
      field = "\(path).serviceAccounts.selector"
      if !accountSelector.isEmpty {
        parts.append(try SelectorCompletion.serviceAccounts(selecting: accountSelector))
      }
      field = "\(path).notSelector"
      if !entity.notSelector.isEmpty {
        let excluded = try SelectorCompletion.labels(entity.notSelector)
        if parts.isEmpty { return (nil, excluded) }
        parts.append(excluded.negated)
      }
    } catch {
      wrong(field, "\(error)")
      return (nil, nil)
    }
    return (SelectorCompletion.conjunction(parts), nil)
  }
}
