// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import KubernetesModel
import Resources
import ValueTree

/// Workload endpoints made of pods (compatibility §1.7).
struct PodConversion: Sendable {
  static let podIP = "cni.projectcalico.org/podIP"
  static let podIPs = "cni.projectcalico.org/podIPs"
  static let containerID = "cni.projectcalico.org/containerID"
  private static let awsPodIPs = "vpc.amazonaws.com/pod-ips"
  private static let floatingIPs = "cni.projectcalico.org/floatingIPs"
  private static let sourcePrefixes = "cni.projectcalico.org/allowedSourcePrefixes"
  /// The one interface of a pod.
  static let endpoint = "eth0"

  /// What the names of the interfaces on the nodes begin with.
  let interfacePrefix: String

  /// The endpoint's name; nil when the pod has none: it has no node yet, or it uses the node's
  /// network.
  static func name(of pod: KubePod) -> WorkloadEndpointName? {
    guard !pod.spec.nodeName.isEmpty, !pod.spec.hostNetwork else { return nil }
    return WorkloadEndpointName(
      node: pod.spec.nodeName, workload: pod.metadata.name, endpoint: endpoint)
  }

  /// The endpoint; nil when the pod has none.
  func endpoint(of pod: KubePod) -> WorkloadEndpoint? {
    guard let name = Self.name(of: pod) else { return nil }
    let namespace = pod.metadata.namespace
    let account = pod.spec.serviceAccountName
    var result = WorkloadEndpoint(
      metadata: Metadata(pod.metadata, name: name.description, namespace: namespace))
    result.metadata.labels = pod.metadata.labels.filter { !ReservedLabels.contains($0.key) }
    result.metadata.labels[ReservedLabels.namespace] = namespace
    result.metadata.labels[ReservedLabels.orchestrator] = "k8s"
    result.metadata.labels[ReservedLabels.serviceAccount] =
      account.isEmpty || account.utf8.count > 63 ? nil : account
    let claims = pod.metadata.labels.keys.filter { label in
      ReservedLabels.contains(label) && result.metadata.labels[label] != pod.metadata.labels[label]
    }
    result.metadata.annotations[ReservedLabels.claimsAnnotation] =
      claims.isEmpty ? nil : claims.sorted().joined(separator: ",")
    result.spec.orchestrator = "k8s"
    result.spec.node = pod.spec.nodeName
    result.spec.pod = pod.metadata.name
    result.spec.endpoint = Self.endpoint
    result.spec.containerID = pod.metadata.annotations[Self.containerID] ?? ""
    result.spec.serviceAccountName = account
    var leftOut: [LeftOut] = []
    let addresses = Self.addresses(of: pod, &leftOut)
    result.spec.ipNetworks = addresses.map { CIDR(host: $0).description }
    result.spec.ipNATs = Self.floating(to: addresses, of: pod, &leftOut)
    result.spec.profiles = [ProfileName.namespace(namespace)]
    if !account.isEmpty {
      result.spec.profiles.append(ProfileName.serviceAccount(account, in: namespace))
    }
    result.spec.interfaceName = WorkloadInterfaceName.name(
      prefix: interfacePrefix, namespace: namespace, pod: pod.metadata.name)
    result.spec.ports = Self.ports(of: pod.spec, &leftOut)
    result.spec.allowSpoofedSourcePrefixes = Self.sourcePrefixes(of: pod, &leftOut)
    result.spec.qosControls = Self.qosControls(pod.metadata.annotations, &leftOut)
    result.metadata.annotations[LeftOut.annotation] = LeftOut.text(leftOut)
    return result
  }

  /// Whether the pod has no addresses any more, whatever it says: it has ended, or its network has
  /// been taken down.
  static func isFinished(_ pod: KubePod) -> Bool {
    if ["Failed", "Succeeded", "Completed"].contains(pod.status.phase) { return true }
    return pod.metadata.hasDeletionTimestamp && pod.metadata.annotations[podIP] == ""
  }

  /// The pod's addresses: what the kubelet reports, else what was noted when it was attached.
  static func addresses(of pod: KubePod, _ leftOut: inout [LeftOut]) -> [IPAddress] {
    if isFinished(pod) { return [] }
    let annotations = pod.metadata.annotations
    func noted(_ name: String) -> (String, [String]) {
      let texts = (annotations[name] ?? "").split(separator: ",")
      return (annotation(name), texts.map { String($0.filter { !$0.isWhitespace }) })
    }
    let sources = [
      ("status.podIPs", pod.status.podIps.map(\.ip)), ("status.podIP", [pod.status.podIp]),
      noted(podIPs), noted(podIP), noted(awsPodIPs),
    ]
    for (field, texts) in sources {
      var addresses: [IPAddress] = []
      for text in texts where !text.isEmpty {
        let network = CIDR(text)
        if let address = IPAddress(text) ?? (network?.isHost == true ? network?.first : nil) {
          addresses.append(address)
        } else {
          leftOut.append(
            LeftOut(field, "must be an IP address, is \(LeftOut.shown(text)): left out"))
        }
      }
      if !addresses.isEmpty { return addresses }
    }
    return []
  }

  private static func annotation(_ name: String) -> String { "metadata.annotations[\(name)]" }

  /// The addresses outside that lead to the pod, each to its first address of the same family.
  private static func floating(
    to addresses: [IPAddress], of pod: KubePod, _ leftOut: inout [LeftOut]
  ) -> [IPNAT] {
    guard let text = pod.metadata.annotations[floatingIPs], !text.isEmpty else { return [] }
    let field = annotation(floatingIPs)
    guard let items = (try? JSON.parse(text))?.array else {
      leftOut.append(
        LeftOut(
          field,
          "must be a list of addresses such as [\"192.0.2.1\"], is \(LeftOut.shown(text)): left out"
        ))
      return []
    }
    var result: [IPNAT] = []
    var seen: Set<IPAddress> = []
    for (index, item) in items.enumerated() {
      guard let outer = item.string.flatMap({ IPAddress($0) }) else {
        leftOut.append(
          LeftOut(
            "\(field)[\(index)]",
            "must be an IP address, is \(LeftOut.shown(JSON.encode(item))): left out"))
        continue
      }
      guard let inner = addresses.first(where: { $0.family == outer.family }) else {
        // A pod that has no address yet, or no more, has nothing to lead to.
        if !addresses.isEmpty {
          leftOut.append(
            LeftOut(
              "\(field)[\(index)]", "the pod has no address of the family of \(outer): left out"))
        }
        continue
      }
      var nat = IPNAT()
      nat.internalIP = inner.description
      nat.externalIP = outer.description
      if seen.insert(outer).inserted { result.append(nat) }
    }
    return result
  }

  /// The ports of what keeps running: the containers, and the init containers beside them.
  private static func ports(
    of spec: KubePodSpec, _ leftOut: inout [LeftOut]
  ) -> [WorkloadEndpointPort] {
    var result: [WorkloadEndpointPort] = []
    for (kind, containers) in [
      ("containers", spec.containers), ("initContainers", spec.initContainers),
    ] {
      for (index, container) in containers.enumerated() {
        if kind == "initContainers", container.restartPolicy != "Always" { continue }
        for (number, port) in container.ports.enumerated() {
          let path = "spec.\(kind)[\(index)].ports[\(number)]"
          if let port = self.port(port, at: path, &leftOut) { result.append(port) }
        }
      }
    }
    return result
  }

  /// A port that has a name or is reached through the host; others mean nothing to Calico.
  private static func port(
    _ port: KubeContainerPort, at path: String, _ leftOut: inout [LeftOut]
  ) -> WorkloadEndpointPort? {
    if port.name.isEmpty, port.hostPort == 0 { return nil }
    func wrong(_ field: String, _ reason: String) {
      leftOut.append(LeftOut("\(path).\(field)", "\(reason): left out"))
    }
    let transport = port.`protocol`.isEmpty ? "TCP" : port.`protocol`
    guard KubernetesProtocol.names.contains(transport) else {
      wrong("protocol", "must be TCP, UDP or SCTP, is \(LeftOut.shown(transport))")
      return nil
    }
    guard (1...65535).contains(port.containerPort) else {
      wrong("containerPort", "must be from 1 to 65535, is \(port.containerPort)")
      return nil
    }
    var result = WorkloadEndpointPort()
    result.transport = .name(transport)
    result.port = Int(port.containerPort)
    if port.name.isEmpty || PolicyPort.text(port.name).name != nil {
      result.name = port.name
    } else {
      wrong("name", "must be a port's name, is \(LeftOut.shown(port.name))")
    }
    if (0...65535).contains(port.hostPort) {
      result.hostPort = Int(port.hostPort)
    } else {
      wrong("hostPort", "must be from 1 to 65535, is \(port.hostPort)")
    }
    if port.hostIp.isEmpty || IPAddress(port.hostIp) != nil {
      result.hostIP = port.hostIp
    } else {
      wrong("hostIP", "must be an IP address, is \(LeftOut.shown(port.hostIp))")
    }
    return result.name.isEmpty && result.hostPort == 0 ? nil : result
  }

  private static func sourcePrefixes(of pod: KubePod, _ leftOut: inout [LeftOut]) -> [String] {
    guard let text = pod.metadata.annotations[sourcePrefixes] else { return [] }
    let items = (try? JSON.parse(text))?.array
    let prefixes = (items ?? []).compactMap { $0.string.flatMap { CIDR($0) } }
    // Half of what somebody wrote could mean something else.
    guard let items, prefixes.count == items.count else {
      leftOut.append(
        LeftOut(
          annotation(sourcePrefixes),
          "must be a list of CIDRs such as [\"192.0.2.0/24\"], is \(LeftOut.shown(text)): left out")
      )
      return []
    }
    return prefixes.map(\.description)
  }

  // MARK: - Writing

  /// The annotations that say what an endpoint says of its pod's network.
  static func annotations(of endpoint: WorkloadEndpoint) -> [String: String] {
    let networks = endpoint.spec.ipNetworks
    return [
      podIP: networks.first ?? "", podIPs: networks.joined(separator: ","),
      containerID: endpoint.spec.containerID,
    ]
  }

  /// The annotations that say that the network is gone. The container's ID stays: who is called to
  /// take it down again must see that it was this one.
  static let goneAnnotations = [podIP: "", podIPs: ""]
}
