// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import TestSupport

/// Objects of Kubernetes by chance, as a server may send them, or with rubbish wherever the form of
/// the message lets it be. Names are as they must be, because a server keeps objects under them.
struct RandomCluster {
  static let nodes = ["n1", "n2"]
  static let outside = ["192.0.2.1", "192.0.2.200"]

  var random: SplitMix64
  /// In how many of a hundred fields there is rubbish.
  let rubbish: Int

  private(set) var namespaces: [KubeNamespace] = []
  private(set) var accounts: [KubeServiceAccount] = []
  private(set) var pods: [KubePod] = []
  private(set) var policies: [KubeNetworkPolicy] = []

  init(_ random: SplitMix64, rubbish: Int) {
    self.random = random
    self.rubbish = rubbish
    namespaces = ["red", "blue"].map { name in
      var namespace = KubeNamespace()
      namespace.metadata = meta(name, labels: labels(["team", "env"]))
      namespace.metadata.labels["kubernetes.io/metadata.name"] = name
      return namespace
    }
    accounts = ["red", "blue"].map { namespace in
      var account = KubeServiceAccount()
      account.metadata = meta("robot", namespace, labels: labels(["role"]))
      return account
    }
    for index in 1...6 { pods.append(pod(index)) }
    for index in 0..<self.random.below(5) { policies.append(policy(index)) }
  }

  private static let texts = [
    "", "a'b", "a\"'b", "x == 'a' || all()", "a || has(app)", "all()", "80", "1:65535", "0-65535",
    "a\nb", "é", "-", "a b", "global()", "projectcalico.org/x y", "[]", "[7]", "{", "null", "1e999",
    "-1", "10.0.0.0/33", "fd00::/129", "0.0.0.0/0", "::/0", "TCP,UDP", "icmp", "6",
    String(repeating: "x", count: 300),
  ]

  /// What is right, or sometimes rubbish.
  private mutating func text(_ right: [String]) -> String {
    random.chance(rubbish) ? random.pick(Self.texts) : random.pick(right)
  }

  private mutating func number(_ right: [Int32]) -> Int32 {
    random.chance(rubbish) ? random.pick([0, -1, .min, .max, 65536, 70_000]) : random.pick(right)
  }

  private mutating func labels(_ keys: [String]) -> [String: String] {
    var labels: [String: String] = [:]
    for key in keys where random.chance(60) { labels[key] = random.pick(["a", "b", ""]) }
    return labels
  }

  private mutating func pod(_ index: Int) -> KubePod {
    var pod = KubePod()
    pod.metadata = meta(
      "p\(index)", random.pick(["red", "blue"]), labels: labels(["app", "env"]))
    pod.spec.nodeName = random.pick(Self.nodes)
    if random.chance(70) { pod.spec.serviceAccountName = "robot" }
    pod.status.phase = text(["Running", "Running", "Running", "Failed", ""])
    pod.status.podIp = text(["10.0.0.\(index)"])
    for _ in 0..<2 {
      var container = KubeContainer()
      container.restartPolicy = text(["", "Always", "OnFailure"])
      for _ in 0..<random.below(3) {
        var port = KubeContainerPort()
        port.name = text(["web", "dns", ""])
        port.`protocol` = text(["", "TCP", "UDP", "SCTP"])
        port.containerPort = number([80, 53, 8080])
        if random.chance(20) { port.hostPort = number([8000]) }
        if random.chance(20) { port.hostIp = text(["192.0.2.9"]) }
        container.ports.append(port)
      }
      if random.chance(50) {
        pod.spec.containers.append(container)
      } else {
        pod.spec.initContainers.append(container)
      }
    }
    if rubbish > 0 {
      for name in [
        "cni.projectcalico.org/floatingIPs", "cni.projectcalico.org/allowedSourcePrefixes",
        "cni.projectcalico.org/podIP", "cni.projectcalico.org/podIPs", "qos.projectcalico.org/dscp",
        "qos.projectcalico.org/ingressBandwidth", "qos.projectcalico.org/ingressBurst",
        "qos.projectcalico.org/egressPeakrate", "kubernetes.io/egress-bandwidth",
        "qos.projectcalico.org/egressPacketRate", "projectcalico.org/left-out",
      ] where random.chance(30) {
        pod.metadata.annotations[name] = random.pick(Self.texts + ["1M", "[\"192.0.2.7\"]"])
      }
    }
    return pod
  }

  private mutating func selector(_ keys: [String]) -> KubeLabelSelector {
    var selector = KubeLabelSelector()
    if random.chance(30) { return selector }
    if random.chance(50) {
      selector.matchLabels[text(keys)] = text(["a", "b", ""])
    }
    for _ in 0..<random.below(3) {
      var expression = KubeLabelSelectorRequirement()
      expression.key = text(keys)
      expression.`operator` = text(["In", "NotIn", "Exists", "DoesNotExist"])
      let wantsValues = ["In", "NotIn"].contains(expression.`operator`)
      if wantsValues != random.chance(rubbish) {
        expression.values = (0...random.below(2)).map { _ in text(["a", "b", ""]) }
      }
      selector.matchExpressions.append(expression)
    }
    return selector
  }

  private mutating func peer() -> KubeNetworkPolicyPeer {
    var peer = KubeNetworkPolicyPeer()
    let choice = random.below(4)
    if choice == 0 || random.chance(rubbish / 2) {
      peer.ipBlock.cidr = text(["10.0.0.0/24", "10.0.0.0/30", "0.0.0.0/0", "192.0.2.7/24", "::/0"])
      if peer.ipBlock.cidr == "0.0.0.0/0" || peer.ipBlock.cidr == "192.0.2.7/24" {
        peer.ipBlock.except = (0..<random.below(3)).map { _ in text(["192.0.2.128/25"]) }
      }
    }
    if choice == 1 || choice == 2 { peer.podSelector = selector(["app", "env"]) }
    if choice >= 2 { peer.namespaceSelector = selector(["team", "env"]) }
    if random.chance(rubbish / 4) { peer = KubeNetworkPolicyPeer() }
    return peer
  }

  private mutating func port() -> KubeNetworkPolicyPort {
    var port = KubeNetworkPolicyPort()
    if random.chance(70) { port.`protocol` = text(["TCP", "UDP", "SCTP"]) }
    switch random.below(4) {
    case 0: break
    case 1:
      port.port.type = 1
      port.port.strVal = text(["web", "dns"])
    default:
      port.port.intVal = number([80, 53])
      if random.chance(30) { port.endPort = number([80, 8080]) }
    }
    if random.chance(rubbish / 2) { port.endPort = number([80]) }
    if random.chance(rubbish / 4) { port.port.type = random.pick([-1, 1, 2]) }
    return port
  }

  private mutating func policy(_ index: Int) -> KubeNetworkPolicy {
    var policy = KubeNetworkPolicy()
    policy.metadata = meta("np\(index)", random.pick(["red", "blue"]))
    policy.spec.podSelector = selector(["app", "env"])
    if random.chance(60) {
      policy.spec.policyTypes = random.pick([["Ingress"], ["Egress"], ["Ingress", "Egress"]])
        .map { text([$0]) }
    }
    for _ in 0..<random.below(3) {
      var rule = KubeNetworkPolicyIngressRule()
      rule.from = (0..<random.below(3)).map { _ in peer() }
      rule.ports = (0..<random.below(3)).map { _ in port() }
      policy.spec.ingress.append(rule)
    }
    for _ in 0..<random.below(3) {
      var rule = KubeNetworkPolicyEgressRule()
      rule.to = (0..<random.below(3)).map { _ in peer() }
      rule.ports = (0..<random.below(3)).map { _ in port() }
      policy.spec.egress.append(rule)
    }
    return policy
  }
}
