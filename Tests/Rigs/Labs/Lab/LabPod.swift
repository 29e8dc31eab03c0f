// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// A pod: a namespace that the CNI plugin has joined to the network.
public final class LabPod: LabPlace {
  /// `namespace/pod`, as Kubernetes says it.
  public var name: String { "\(kubernetesNamespace)/\(pod)" }
  public let namespace: String
  public let pod: String
  public let kubernetesNamespace: String
  public let node: LabNode
  public let containerID: String
  let configuration: Value
  /// What ADD answered.
  public internal(set) var result: Value = .null
  /// Its addresses, without prefix length.
  public internal(set) var addresses: [String] = []

  /// The first address; empty while the pod is not attached.
  public var address: String { addresses.first ?? "" }

  /// The interface on the node's side.
  public var hostInterface: String { result["interfaces"]?.array?.first?["name"]?.string ?? "" }

  /// The name of its WorkloadEndpoint: dashes inside of a part are doubled.
  public var endpointName: String {
    "\(node.name.replacing("-", with: "--"))-k8s-\(pod.replacing("-", with: "--"))-eth0"
  }

  init(
    pod: String, kubernetesNamespace: String, namespace: String, node: LabNode,
    containerID: String, configuration: Value
  ) {
    self.pod = pod
    self.kubernetesNamespace = kubernetesNamespace
    self.namespace = namespace
    self.node = node
    self.containerID = containerID
    self.configuration = configuration
  }

  /// Calls the CNI plugin on the pod's node, as a container runtime does.
  ///
  /// - Parameter command: ADD, DEL, CHECK.
  public func callPlugin(_ command: String) throws(LabError) -> CommandResult {
    var input = configuration
    if command == "CHECK", case .object(var members) = input {
      members.append(.init("prevResult", result))
      input = .object(members)
    }
    try Interruption.check()
    return try RunningCommand(
      node.here([node.programs.path("calico")]),
      environment: [
        "CNI_COMMAND": command, "CNI_CONTAINERID": containerID,
        "CNI_NETNS": "\(LabIdentity.namespaceFolder)/\(namespace)", "CNI_IFNAME": "eth0",
        "CNI_PATH": node.programs.folder,
        "CNI_ARGS":
          "IgnoreUnknown=1;K8S_POD_NAMESPACE=\(kubernetesNamespace);K8S_POD_NAME=\(pod)",
        "CALICO_RUN_DIR": node.runFolder, "CALICO_LIB_DIR": node.libFolder,
      ], isolated: true, input: JSON.encode(input)
    ).finish()
  }
}
