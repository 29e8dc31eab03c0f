// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import KubernetesModel

/// What network policies of Kubernetes allow, straight from the objects and from what Kubernetes'
/// documentation says of them. What the API server would never let pass allows nothing, and a policy
/// of which is not clear whom it is for is for every pod of its namespace.
struct KubernetesJudge {
  struct Packet {
    var source, destination: IPAddress
    var transport: String
    var port: Int
  }

  var pods: [KubePod]
  var namespaces: [KubeNamespace]
  var policies: [KubeNetworkPolicy]

  func allows(_ packet: Packet) -> Bool {
    let sender = pods.first { address($0) == packet.source }
    let receiver = pods.first { address($0) == packet.destination }
    if let sender, sender.metadata.name == receiver?.metadata.name { return true }
    let leaves =
      sender.map { sender in
        passes(sender, isIngress: false) { policy in
          policy.spec.egress.contains { rule in
            peers(rule.to, policy, receiver, packet.destination)
              && ports(rule.ports, packet, receiver)
          }
        }
      } ?? true
    let arrives =
      receiver.map { receiver in
        passes(receiver, isIngress: true) { policy in
          policy.spec.ingress.contains { rule in
            peers(rule.from, policy, sender, packet.source) && ports(rule.ports, packet, receiver)
          }
        }
      } ?? true
    return leaves && arrives
  }

  func address(_ pod: KubePod) -> IPAddress? {
    ["Failed", "Succeeded"].contains(pod.status.phase) ? nil : IPAddress(pod.status.podIp)
  }

  /// A pod that no policy isolates may do everything; another what one of them allows.
  private func passes(
    _ pod: KubePod, isIngress: Bool, allows: (KubeNetworkPolicy) -> Bool
  ) -> Bool {
    let isolating = policies.filter { policy in
      var types = policy.spec.policyTypes.filter { ["Ingress", "Egress"].contains($0) }
      if types.isEmpty { types = ["Ingress"] + (policy.spec.egress.isEmpty ? [] : ["Egress"]) }
      return policy.metadata.namespace == pod.metadata.namespace
        && types.contains(isIngress ? "Ingress" : "Egress")
        && selects(policy.spec.podSelector, pod.metadata.labels) ?? true
    }
    return isolating.isEmpty
      || isolating.contains { Self.isSound($0.spec.podSelector) && allows($0) }
  }

  private func peers(
    _ peers: [KubeNetworkPolicyPeer], _ policy: KubeNetworkPolicy, _ pod: KubePod?,
    _ address: IPAddress
  ) -> Bool {
    peers.isEmpty
      || peers.contains { peer in
        guard Self.isSound(peer) else { return false }
        if peer.hasIpBlock {
          return CIDR(peer.ipBlock.cidr)?.contains(address) == true
            && !peer.ipBlock.except.contains { CIDR($0)?.contains(address) == true }
        }
        guard let pod else { return false }
        if peer.hasPodSelector, selects(peer.podSelector, pod.metadata.labels) != true {
          return false
        }
        guard peer.hasNamespaceSelector else {
          return pod.metadata.namespace == policy.metadata.namespace
        }
        let namespace = namespaces.first { $0.metadata.name == pod.metadata.namespace }
        return selects(peer.namespaceSelector, namespace?.metadata.labels ?? [:]) == true
      }
  }

  private func ports(
    _ ports: [KubeNetworkPolicyPort], _ packet: Packet, _ receiver: KubePod?
  ) -> Bool {
    ports.isEmpty
      || ports.contains { port in
        guard Self.isSound(port), (port.hasProtocol ? port.`protocol` : "TCP") == packet.transport
        else { return false }
        guard port.hasPort else { return true }
        if port.port.type == 0 {
          let first = Int(port.port.intVal)
          return (first...(port.hasEndPort ? Int(port.endPort) : first)).contains(packet.port)
        }
        guard let receiver else { return false }
        let running =
          receiver.spec.containers
          + receiver.spec.initContainers.filter { $0.restartPolicy == "Always" }
        return running.flatMap(\.ports).contains { named in
          named.name == port.port.strVal && Int(named.containerPort) == packet.port
            && (named.`protocol`.isEmpty ? "TCP" : named.`protocol`) == packet.transport
        }
      }
  }

  /// Nil for a selector that is none.
  private func selects(_ selector: KubeLabelSelector, _ labels: [String: String]) -> Bool? {
    guard Self.isSound(selector) else { return nil }
    return selector.matchLabels.allSatisfy { labels[$0.key] == $0.value }
      && selector.matchExpressions.allSatisfy { expression in
        let value = labels[expression.key]
        switch expression.`operator` {
        case "In": return value.map(expression.values.contains) ?? false
        case "NotIn": return !(value.map(expression.values.contains) ?? false)
        case "Exists": return value != nil
        default: return value == nil
        }
      }
  }

  // MARK: - What the API server lets pass

  static func isSound(_ policy: KubeNetworkPolicy) -> Bool {
    let spec = policy.spec
    return isSound(spec.podSelector)
      && spec.policyTypes.allSatisfy { ["Ingress", "Egress"].contains($0) }
      && spec.ingress.allSatisfy { $0.from.allSatisfy(isSound) && $0.ports.allSatisfy(isSound) }
      && spec.egress.allSatisfy { $0.to.allSatisfy(isSound) && $0.ports.allSatisfy(isSound) }
  }

  static func isSound(_ selector: KubeLabelSelector) -> Bool {
    (selector.matchLabels.keys + selector.matchExpressions.map(\.key)).allSatisfy(isKey)
      && selector.matchExpressions.allSatisfy { expression in
        switch expression.`operator` {
        case "In", "NotIn": !expression.values.isEmpty
        case "Exists", "DoesNotExist": expression.values.isEmpty
        default: false
        }
      }
  }

  private static func isKey(_ key: String) -> Bool {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    guard let name = parts.last, name.utf8.count <= 63, parts.count <= 2,
      name.wholeMatch(of: /[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?/) != nil
    else { return false }
    return parts.count == 1
      || parts[0].wholeMatch(of: /[a-z0-9]([-.a-z0-9]*[a-z0-9])?/) != nil
  }

  private static func isSound(_ peer: KubeNetworkPolicyPeer) -> Bool {
    guard peer.hasIpBlock else {
      return (peer.hasPodSelector || peer.hasNamespaceSelector) && isSound(peer.podSelector)
        && isSound(peer.namespaceSelector)
    }
    guard let net = CIDR(peer.ipBlock.cidr), !peer.hasPodSelector, !peer.hasNamespaceSelector
    else { return false }
    return peer.ipBlock.except.allSatisfy { text in
      CIDR(text).map { $0 != net && net.contains($0) } ?? false
    }
  }

  private static func isSound(_ port: KubeNetworkPolicyPort) -> Bool {
    if port.hasProtocol, !["TCP", "UDP", "SCTP"].contains(port.`protocol`) { return false }
    guard port.hasPort else { return !port.hasEndPort }
    switch port.port.type {
    case 0:
      return (1...65535).contains(port.port.intVal)
        && (!port.hasEndPort || (port.port.intVal...65535).contains(port.endPort))
    case 1:
      return !port.hasEndPort
        && port.port.strVal.wholeMatch(of: /[-_.0-9]*[A-Za-z][-_.A-Za-z0-9]*/) != nil
    default: return false
    }
  }
}
