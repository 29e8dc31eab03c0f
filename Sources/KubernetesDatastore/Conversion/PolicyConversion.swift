// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import KubernetesModel
import Resources
import Selectors

/// Calico's network policies made of those of Kubernetes (facts §1.7).
///
/// These only ever allow. So a peer or port that cannot be read allows nothing, and where it cannot
/// be read whom a policy is for, it is for every pod of its namespace and allows nothing.
enum PolicyConversion {
  /// What the names begin with.
  static let prefix = "knp.default."
  private static let order = 1000.0

  /// Which protocol, and which of its ports; nil and none are all.
  private struct Ports {
    var transport: ProtocolMatch?
    var ports: [PolicyPort] = []
  }

  static func policy(of source: KubeNetworkPolicy) -> NetworkPolicy {
    let name = prefix + source.metadata.name
    var metadata = Metadata(source.metadata, name: name, namespace: source.metadata.namespace)
    metadata.uid = metadata.uid.map(ReversedUID.make)
    var policy = NetworkPolicy(metadata: metadata)
    policy.spec.tier = "default"
    policy.spec.order = order
    policy.spec.types = types(source.spec)
    do throws(LabelSelectorText.Problem) {
      let selector = try LabelSelectorText.pods(source.spec.podSelector)
      guard Self.isSelector(selector) else { throw .init(reason: "it is no selector") }
      policy.spec.selector = selector
    } catch {
      policy.spec.selector = LabelSelectorText.orchestrator
      return policy
    }
    policy.spec.ingress = source.spec.ingress.flatMap { rule in
      rules(rule.from, rule.ports) { peer, ports in
        Rule(
          .allow, transport: ports.transport, source: peer,
          destination: EntityRule(ports: ports.ports))
      }
    }
    policy.spec.egress = source.spec.egress.flatMap { rule in
      rules(rule.to, rule.ports) { peer, ports in
        var destination = peer
        destination.ports = ports.ports
        return Rule(.allow, transport: ports.transport, destination: destination)
      }
    }
    return policy
  }

  private static func types(_ spec: KubeNetworkPolicySpec) -> [PolicyType] {
    let named = spec.policyTypes.compactMap(PolicyType.init(rawValue:))
    if !named.isEmpty { return named }
    return spec.egress.isEmpty ? [.ingress] : [.ingress, .egress]
  }

  /// One rule for each protocol and peer.
  private static func rules(
    _ peers: [KubeNetworkPolicyPeer], _ ports: [KubeNetworkPolicyPort],
    make: (EntityRule, Ports) -> Rule
  ) -> [Rule] {
    let entities = peers.isEmpty ? [EntityRule()] : peers.compactMap(entity)
    return grouped(ports).flatMap { ports in entities.map { make($0, ports) } }
  }

  /// The ports by protocol, in the order in which the protocols come first.
  private static func grouped(_ ports: [KubeNetworkPolicyPort]) -> [Ports] {
    if ports.isEmpty { return [Ports()] }
    var groups: [Ports] = []
    var whole: Set<String> = []
    for port in ports {
      let name = port.hasProtocol && !port.`protocol`.isEmpty ? port.`protocol` : "TCP"
      let transport = ProtocolMatch.name(name)
      if !groups.contains(where: { $0.transport == transport }) {
        groups.append(Ports(transport: transport))
      }
      guard let index = groups.firstIndex(where: { $0.transport == transport }) else { continue }
      guard port.hasPort else {
        // Of a protocol without a port all ports are meant, whatever else is named.
        whole.insert(name)
        continue
      }
      if let converted = self.port(port) { groups[index].ports.append(converted) }
    }
    return groups.compactMap { group in
      if whole.contains(group.transport?.description ?? "") {
        return Ports(transport: group.transport)
      }
      // None that can be read is none, not all.
      return group.ports.isEmpty ? nil : group
    }
  }

  private static func port(_ port: KubeNetworkPolicyPort) -> PolicyPort? {
    if port.port.type == 1 {
      let name = port.port.strVal
      return name.isEmpty || port.hasEndPort ? nil : .text(name)
    }
    let first = Int(port.port.intVal)
    guard (1...65535).contains(first) else { return nil }
    guard port.hasEndPort, port.endPort != 0 else { return .number(first) }
    let last = Int(port.endPort)
    return (first...65535).contains(last) ? .text("\(first):\(last)") : nil
  }

  /// Nil for a peer that cannot be read.
  private static func entity(_ peer: KubeNetworkPolicyPeer) -> EntityRule? {
    if peer.hasIpBlock {
      let nets = [peer.ipBlock.cidr]
      guard (nets + peer.ipBlock.except).allSatisfy({ CIDR($0) != nil }) else { return nil }
      var rule = EntityRule(nets: nets)
      rule.notNets = peer.ipBlock.except
      return rule
    }
    guard peer.hasPodSelector || peer.hasNamespaceSelector else { return nil }
    guard
      let selector = try? LabelSelectorText.pods(peer.hasPodSelector ? peer.podSelector : nil),
      isSelector(selector)
    else { return nil }
    var rule = EntityRule(selector: selector)
    if peer.hasNamespaceSelector {
      guard let namespaces = try? LabelSelectorText.namespaces(peer.namespaceSelector),
        isSelector(namespaces)
      else { return nil }
      rule.namespaceSelector = namespaces
    }
    return rule
  }

  private static func isSelector(_ text: String) -> Bool {
    (try? Selector(text)) != nil
  }
}
