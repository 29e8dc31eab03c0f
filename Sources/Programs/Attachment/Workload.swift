// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

/// Which interface of which pod on which node a call is about, and all names that follow from it
/// (compatibility §1.7, §3.2).
struct Workload: Sendable {
  let node: String
  let namespace: String
  let pod: String
  let containerID: String
  /// The name of the interface inside.
  let endpoint: String
  /// Whether the runtime names a pod of Kubernetes; if not, `pod` is the container's ID.
  let hasPod: Bool
  /// The name of the `WorkloadEndpoint`.
  let endpointName: String
  /// The name of the interface on the host's side.
  let interfaceName: String
  /// What the names of interfaces on the host begin with.
  private let interfacePrefix: String
  /// What versions before called the interface, if that was something else.
  let formerInterfaceName: String?
  /// What calls for any of the pod's interfaces lock: the name of its first one.
  let lockName: String
  /// The ID of the IPAM handle that holds the addresses.
  let handle: String
  /// The ID that versions before gave the handle, if that was something else.
  let formerHandle: String?

  var profileName: String { ProfileName.namespace(namespace) }
  var key: ResourceKey {
    ResourceKey(kind: .workloadEndpoint, namespace: namespace, name: endpointName)
  }
  var owner: LinkOwner {
    LinkOwner(
      interface: hasPod ? "\(namespace)/\(pod)/\(endpoint)" : "-/\(pod)/\(endpoint)",
      container: containerID)
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
    hasPod = podSource != "CNI_CONTAINERID"
    containerID = environment.containerID
    endpointName = name.description
    let prefix = environment.interfacePrefix
    interfaceName = WorkloadInterfaceName.name(
      prefix: prefix, namespace: namespace, pod: pod, endpoint: endpoint)
    interfacePrefix = prefix
    formerInterfaceName =
      endpoint == "eth0"
      ? nil : WorkloadInterfaceName.name(prefix: prefix, of: "\(namespace).\(pod).\(endpoint)")
    lockName = WorkloadInterfaceName.name(prefix: prefix, namespace: namespace, pod: pod)
    handle = Self.handle(network, containerID, endpoint)
    let former = Self.formerHandle(network, containerID, endpoint)
    formerHandle = former == handle ? nil : former
  }

  /// The interface's name while another container's has `interfaceName`.
  var pendingInterfaceName: String { pendingInterfaceName(of: containerID) }

  /// The name that the interface of any container of the pod has, or had, until it took its place.
  func pendingInterfaceName(of container: String) -> String {
    WorkloadInterfaceName.name(
      prefix: interfacePrefix, of: "\(namespace).\(pod)/\(endpoint)/\(container)")
  }

  /// The name that the interface of an earlier container has while another takes its place. No
  /// container's ID is empty, so that it is nobody's `pendingInterfaceName`.
  var asideInterfaceName: String { pendingInterfaceName(of: "") }

  /// Whether an interface has the name only until it has its place, or is removed.
  func isPassing(_ name: String) -> Bool {
    name == pendingInterfaceName || name == asideInterfaceName
  }

  /// The handle of any container's endpoint.
  static func handle(_ network: String, _ containerID: String, _ endpoint: String) -> String {
    "\(network)." + holder(containerID, endpoint)
  }

  /// A container's endpoint as a part of a handle: Calico's, which is the container's ID, for
  /// `eth0`. What could be read in two ways ends in a hash: the second interface of a container `c`
  /// would else hold the addresses of a container `c.net1`, and a container `b.c` in the network
  /// `a` those of `c` in `a.b`.
  private static func holder(_ containerID: String, _ endpoint: String) -> String {
    if endpoint == "eth0", !containerID.contains(".") { return containerID }
    return "\(containerID)-\(SHA1.hex("\(containerID)/\(endpoint)").prefix(hashLength))"
  }

  /// Hexadecimal digits of the hash that ends a handle.
  static let hashLength = 15

  private static func formerHandle(
    _ network: String, _ containerID: String, _ endpoint: String
  ) -> String {
    "\(network).\(containerID)" + (endpoint == "eth0" ? "" : ".\(endpoint)")
  }

  /// Whether an IPAM handle can be one of this container's: also one of a network that has been
  /// renamed since, and those of Calico's and our earlier versions. What such a handle holds is
  /// this pod's only if the allocation says so.
  func owns(handle other: String) -> Bool {
    other == handle || other == containerID || other == "\(namespace).\(pod)"
      || other.hasSuffix("." + Self.holder(containerID, endpoint))
      || other.hasSuffix(Self.formerHandle("", containerID, endpoint))
  }

  /// Whether an interface's name is one that this endpoint's has, or had with another prefix or in
  /// a version before.
  func isNameOfInterface(_ name: String) -> Bool {
    let digits = WorkloadInterfaceName.digitCount
    return [interfaceName, formerInterfaceName].contains { known in
      known?.suffix(digits) == name.suffix(digits)
    }
  }
}
