// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

/// Which interface of which pod on which node a call is about, and all names that follow from it
/// (facts §1.7, §3.2).
struct Workload: Sendable {
  let node: String
  let namespace: String
  let pod: String
  let containerID: String
  /// The name of the interface inside.
  let endpoint: String
  /// The name of the `WorkloadEndpoint`.
  let endpointName: String
  /// The name of the interface on the host's side.
  let interfaceName: String
  /// The ID of the IPAM handle that holds the addresses.
  let handle: String

  var profileName: String { "kns.\(namespace)" }
  var key: ResourceKey {
    ResourceKey(kind: .workloadEndpoint, namespace: namespace, name: endpointName)
  }

  init(
    _ environment: CNIEnvironment, network: String, node: String
  ) throws(CNIError) {
    func argument(_ name: String, else standard: String) -> (String, String) {
      if let text = environment.arguments[name], !text.isEmpty {
        return (text, "CNI_ARGS: \(name)")
      }
      return (standard, "CNI_CONTAINERID")
    }
    let (pod, podSource) = argument("K8S_POD_NAME", else: environment.containerID)
    let (namespace, namespaceSource) = argument("K8S_POD_NAMESPACE", else: "default")
    let endpoint = environment.interfaceName
    let name = WorkloadEndpointName(node: node, workload: pod, endpoint: endpoint)
    var sample = WorkloadEndpoint(name: "x", namespace: namespace)
    if let problem = sample.validate().first {
      throw CNIError(
        .invalidEnvironment,
        "\(namespaceSource) '\(Words.shortened(namespace))': \(problem.message)")
    }
    sample.metadata.name = name?.description ?? "x"
    let problem = name == nil ? "it begins or ends with '-'" : sample.validate().first?.message
    guard let name, problem == nil else {
      throw CNIError(
        .invalidEnvironment,
        "\(podSource) '\(Words.shortened(pod))' cannot be a part of an endpoint's name: "
          + (problem ?? ""))
    }
    self.node = node
    self.namespace = namespace
    self.pod = pod
    self.endpoint = endpoint
    containerID = environment.containerID
    endpointName = name.description
    interfaceName =
      environment.interfacePrefix
      + String(SHA1.hex("\(namespace).\(pod)\(Self.suffix(endpoint))").prefix(11))
    handle = Self.handle(network, containerID, endpoint)
  }

  /// The handle of any container's endpoint.
  static func handle(_ network: String, _ containerID: String, _ endpoint: String) -> String {
    "\(network).\(containerID)\(suffix(endpoint))"
  }

  /// A pod's second interface needs names of its own; those of `eth0` are Calico's.
  private static func suffix(_ endpoint: String) -> String {
    endpoint == "eth0" ? "" : ".\(endpoint)"
  }

  /// Whether an IPAM handle is one of this container's: also one of a network that has been renamed
  /// since, and those of Calico's earlier versions.
  func owns(handle other: String) -> Bool {
    other == handle || other == containerID || other == "\(namespace).\(pod)"
      || other.hasSuffix(Self.handle("", containerID, endpoint))
  }
}
