// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

extension LabCluster {
  /// Makes a pod and joins it to the network by the CNI plugin.
  ///
  /// - Parameters:
  ///   - namespace: The Kubernetes namespace.
  ///   - ports: Ports with names, for policies.
  ///   - settings: Further members of the network configuration; one of the same key is replaced.
  public func attach(
    pod: String, namespace: String, node: LabNode, labels: [String: String] = [:],
    ports: [PodPort] = [], settings: [Value.Member] = []
  ) throws(LabError) -> LabPod {
    let member = LabPod(
      pod: pod, kubernetesNamespace: namespace,
      namespace: identity.namespace("\(namespace).\(pod)"), node: node,
      containerID: "\(name)-\(namespace)-\(pod)",
      configuration: configuration(labels, ports, settings))
    try LabCommand.checked(["ip", "netns", "add", member.namespace])
    try batch(member.namespace, "link set lo up")
    pods.append(member)
    if hasKubernetes { try createPod(member, labels: labels, ports: ports) }
    try add(member)
    return member
  }

  /// Calls ADD for a pod.
  public func add(_ pod: LabPod) throws(LabError) {
    let answer = try pod.callPlugin("ADD")
    let parsed = try? JSON.parse(answer.output)
    guard answer.succeeded, let parsed else {
      throw .attachmentFailed(
        pod: pod.name,
        message: parsed?["msg"]?.string.map { message in
          [message, parsed?["details"]?.string ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
        } ?? "status \(answer.status): \(answer.output)\(answer.errors)")
    }
    pod.result = parsed
    pod.addresses = (parsed["ips"]?.array ?? []).compactMap {
      $0["address"]?.string?.split(separator: "/").first.map(String.init)
    }
  }

  /// Calls DEL for a pod, ends what runs in it and takes its namespace away.
  public func detach(_ pod: LabPod) throws(LabError) {
    let answer = try pod.callPlugin("DEL")
    guard answer.succeeded else {
      throw .attachmentFailed(pod: pod.name, message: "DEL: \(answer.output)\(answer.errors)")
    }
    if hasKubernetes { try deletePod(pod) }
    LabRemoval.endProcesses(in: pod.namespace)
    try LabCommand.checked(["ip", "netns", "delete", pod.namespace])
    pods.removeAll { $0 === pod }
  }

  /// What a container runtime has in /etc/cni/net.d; without Kubernetes, with what it would know of
  /// the pod.
  private func configuration(
    _ labels: [String: String], _ ports: [PodPort], _ settings: [Value.Member]
  ) -> Value {
    let pairs = labels.sorted { $0.key < $1.key }.map { Value.Member($0.key, .string($0.value)) }
    let named = ports.map { port in
      Value.object([
        .init("name", .string(port.name)),
        .init("protocol", .string(port.transport.rawValue.uppercased())),
        .init("port", .int(Int64(port.port))),
      ])
    }
    var members: [Value.Member] = [
      .init("cniVersion", .string("1.0.0")), .init("name", .string("k8s-pod-network")),
      .init("type", .string("calico")), .init("log_level", .string("Info")),
      .init("log_file_path", .string(folder + "/cni.log")),
      .init("ipam", .object([.init("type", .string("calico-ipam"))])),
    ]
    if !hasKubernetes {
      members.append(
        .init(
          "args", .object([.init("labels", .object(pairs)), .init("ports", .array(named))])))
    }
    members += store.pluginSettings
    members.removeAll { member in settings.contains { $0.key == member.key } }
    return .object(members + settings)
  }
}
