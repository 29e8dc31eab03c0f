// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import KubernetesModel
import Resources

/// Reads the parts of one network policy of Kubernetes.
struct PolicyReader {
  /// As many ports as a rule may have.
  private static let portsOfARule = 50

  /// Which protocol, and which of its ports; nil and none are all.
  struct Ports {
    var transport: ProtocolMatch?
    var ports: [PolicyPort] = []
  }

  private(set) var leftOut: [LeftOut] = []

  mutating func wrong(_ field: String, _ reason: String) {
    leftOut.append(LeftOut(field, reason))
  }

  mutating func types(_ spec: KubeNetworkPolicySpec) -> [PolicyType] {
    var named: [PolicyType] = []
    for (index, text) in spec.policyTypes.enumerated() {
      guard let type = PolicyType(rawValue: text) else {
        wrong(
          "spec.policyTypes[\(index)]",
          "must be Ingress or Egress, is \(LeftOut.shown(text)): left out")
        continue
      }
      if !named.contains(type) { named.append(type) }
    }
    if !named.isEmpty { return named }
    return spec.egress.isEmpty ? [.ingress] : [.ingress, .egress]
  }

  /// One rule for each protocol and peer.
  ///
  /// - Parameter list: what the list of peers is called: "from" or "to".
  mutating func rules(
    _ peers: [KubeNetworkPolicyPeer], _ list: String, _ ports: [KubeNetworkPolicyPort],
    at path: String, make: (EntityRule, Ports) -> Rule
  ) -> [Rule] {
    var entities: [EntityRule] = peers.isEmpty ? [EntityRule()] : []
    for (index, peer) in peers.enumerated() {
      if let entity = entity(peer, at: "\(path).\(list)[\(index)]") { entities.append(entity) }
    }
    let groups = grouped(ports, at: path)
    return groups.flatMap { ports in entities.map { make($0, ports) } }
  }

  /// The ports by protocol, in the order in which the protocols come first.
  private mutating func grouped(_ ports: [KubeNetworkPolicyPort], at path: String) -> [Ports] {
    if ports.isEmpty { return [Ports()] }
    var order: [String] = []
    var groups: [String: [PolicyPort]] = [:]
    // Of a protocol without a port all ports are meant, whatever else is named.
    var whole: Set<String> = []
    for (index, port) in ports.enumerated() {
      let place = "\(path).ports[\(index)]"
      let name = port.hasProtocol ? port.`protocol` : "TCP"
      guard KubernetesProtocol.names.contains(name) else {
        wrong(
          "\(place).protocol", "must be TCP, UDP or SCTP, is \(LeftOut.shown(name)): left out")
        continue
      }
      if !order.contains(name) { order.append(name) }
      if !port.hasPort, !port.hasEndPort {
        whole.insert(name)
      } else if let converted = self.port(port, at: place) {
        groups[name, default: []].append(converted)
      }
    }
    return order.flatMap { name -> [Ports] in
      let transport = ProtocolMatch.name(name)
      if whole.contains(name) { return [Ports(transport: transport)] }
      // None that can be read is none, not all.
      let ports = groups[name] ?? []
      return stride(from: 0, to: ports.count, by: Self.portsOfARule).map { start in
        let end = min(start + Self.portsOfARule, ports.count)
        return Ports(transport: transport, ports: Array(ports[start..<end]))
      }
    }
  }

  /// Nil for what is no port: all that it could be taken for might be more than was meant.
  private mutating func port(_ port: KubeNetworkPolicyPort, at path: String) -> PolicyPort? {
    guard port.hasPort else {
      wrong("\(path).endPort", "means nothing without a port: left out")
      return nil
    }
    switch port.port.type {
    case 0:
      let first = Int(port.port.intVal)
      guard (1...65535).contains(first) else {
        wrong("\(path).port", "must be from 1 to 65535, is \(first): left out")
        return nil
      }
      guard port.hasEndPort else { return .number(first) }
      let last = Int(port.endPort)
      guard last >= first, last <= 65535 else {
        wrong("\(path).endPort", "must be from \(first) to 65535, is \(last): left out")
        return nil
      }
      return .text("\(first):\(last)")
    case 1:
      // A text is the name of a port and nothing else: no number and no range.
      let named = PolicyPort.text(port.port.strVal)
      guard named.name != nil else {
        wrong(
          "\(path).port",
          "must be a number or a port's name, is \(LeftOut.shown(port.port.strVal)): left out")
        return nil
      }
      guard !port.hasEndPort else {
        wrong("\(path).endPort", "means nothing with the name of a port: left out")
        return nil
      }
      return named
    default:
      wrong("\(path).port", "is neither a number nor a text: left out")
      return nil
    }
  }

  /// Nil for a peer that cannot be read.
  private mutating func entity(_ peer: KubeNetworkPolicyPeer, at path: String) -> EntityRule? {
    if peer.hasIpBlock {
      guard !peer.hasPodSelector, !peer.hasNamespaceSelector else {
        wrong(path, "has a block of addresses and a selector, which nothing can be: left out")
        return nil
      }
      return block(peer.ipBlock, at: "\(path).ipBlock")
    }
    guard peer.hasPodSelector || peer.hasNamespaceSelector else {
      wrong(path, "has neither a block of addresses nor a selector: left out")
      return nil
    }
    var field = "podSelector"
    do throws(LabelSelectorText.Problem) {
      var rule = EntityRule(
        selector: try LabelSelectorText.pods(peer.hasPodSelector ? peer.podSelector : nil))
      field = "namespaceSelector"
      if peer.hasNamespaceSelector {
        rule.namespaceSelector = try LabelSelectorText.namespaces(peer.namespaceSelector)
      }
      return rule
    } catch {
      wrong("\(path).\(field)\(error.field)", "\(error.reason): the peer is left out")
      return nil
    }
  }

  private mutating func block(_ block: KubeIPBlock, at path: String) -> EntityRule? {
    guard let net = CIDR(block.cidr) else {
      wrong(
        "\(path).cidr", "must be a CIDR, is \(LeftOut.shown(block.cidr)): the peer is left out")
      return nil
    }
    var rule = EntityRule(nets: [block.cidr])
    var seen: Set<String> = []
    for (index, text) in block.except.enumerated() {
      let field = "\(path).except[\(index)]"
      guard let except = CIDR(text), net.contains(except), net != except else {
        wrong(
          field, "must be a part of \(net), is \(LeftOut.shown(text)): the peer is left out")
        return nil
      }
      if seen.insert(text).inserted { rule.notNets.append(text) }
    }
    return rule
  }
}
