// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import KubernetesModel
import Resources
import ValueTree

/// Workload endpoints made of pods (facts §1.7).
struct PodConversion: Sendable {
  static let podIP = "cni.projectcalico.org/podIP"
  static let podIPs = "cni.projectcalico.org/podIPs"
  static let containerID = "cni.projectcalico.org/containerID"
  private static let awsPodIPs = "vpc.amazonaws.com/pod-ips"
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
    result.spec.ipNetworks = Self.addresses(of: pod).map { CIDR(host: $0).description }
    result.spec.profiles = ["\(ProfileConversion.namespacePrefix)\(namespace)"]
    if !account.isEmpty {
      result.spec.profiles.append("\(ProfileConversion.accountPrefix)\(namespace).\(account)")
    }
    result.spec.interfaceName = WorkloadInterfaceName.name(
      prefix: interfacePrefix, namespace: namespace, pod: pod.metadata.name)
    result.spec.ports = pod.spec.containers.flatMap(\.ports).compactMap(Self.port)
    result.spec.allowSpoofedSourcePrefixes = Self.sourcePrefixes(of: pod)
    result.spec.qosControls = Self.qosControls(pod.metadata.annotations)
    return result
  }

  /// Whether the pod has no addresses any more, whatever it says: it has ended, or its network has
  /// been taken down.
  static func isFinished(_ pod: KubePod) -> Bool {
    if ["Failed", "Succeeded", "Completed"].contains(pod.status.phase) { return true }
    return pod.metadata.hasDeletionTimestamp && pod.metadata.annotations[podIP] == ""
  }

  /// The pod's addresses: what the kubelet reports, else what was noted when it was attached.
  static func addresses(of pod: KubePod) -> [IPAddress] {
    if isFinished(pod) { return [] }
    let annotations = pod.metadata.annotations
    func split(_ text: String?) -> [String] {
      (text ?? "").split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
    }
    let sources = [
      pod.status.podIps.map(\.ip), [pod.status.podIp], split(annotations[podIPs]),
      split(annotations[podIP]), split(annotations[awsPodIPs]),
    ]
    for source in sources {
      let addresses = source.compactMap { text in
        IPAddress(text) ?? CIDR(text).flatMap { $0.isHost ? $0.first : nil }
      }
      if !addresses.isEmpty { return addresses }
    }
    return []
  }

  /// A port that has a name or is reached through the host; others mean nothing to Calico.
  private static func port(_ port: KubeContainerPort) -> WorkloadEndpointPort? {
    guard !port.name.isEmpty || port.hostPort != 0, (1...65535).contains(port.containerPort),
      (0...65535).contains(port.hostPort)
    else { return nil }
    var result = WorkloadEndpointPort()
    result.name = port.name
    result.transport = .name(port.`protocol`.isEmpty ? "TCP" : port.`protocol`)
    result.port = Int(port.containerPort)
    result.hostPort = Int(port.hostPort)
    if IPAddress(port.hostIp) != nil { result.hostIP = port.hostIp }
    return result
  }

  private static func sourcePrefixes(of pod: KubePod) -> [String] {
    guard let text = pod.metadata.annotations[sourcePrefixes],
      let items = (try? JSON.parse(text))?.array
    else { return [] }
    let prefixes = items.compactMap { $0.string.flatMap { CIDR($0) } }
    // Half of what somebody wrote could mean something else.
    return prefixes.count == items.count ? prefixes.map(\.description) : []
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
