// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import StoreRig
import ValueTree

extension LabCluster {
  /// Starts what a datastore needs, and has all programs use it that are started from now on. With
  /// Kubernetes, it has our definitions and roles, and the lab's nodes.
  public func startStore(_ kind: LabDatastore) throws(LabError) {
    let place = RigPlace(namespace: switchNamespace, address: Self.gateway)
    switch kind {
    case .local:
      break
    case .etcdv3:
      let server = try Waiting.result(of: "etcd") {
        try await EtcdServer.start(EtcdServer.Options(place: place))
      }
      etcd = server
      use(.etcd(endpoints: server.endpoint))
    case .kubernetes:
      let server = try Waiting.result(of: "the Kubernetes API server") {
        let server = try await KubernetesServer(KubernetesServer.Options(place: place))
        try await server.installCalico()
        return server
      }
      kubernetes = server
      use(.kubernetes(server))
      for node in nodes {
        try kubectl(
          "apply", "-f", "-",
          input: """
            apiVersion: v1
            kind: Node
            metadata:
              name: \(node.name)
              labels:
                kubernetes.io/hostname: \(node.name)
            """)
      }
    }
  }

  /// Whether pods and namespaces are Kubernetes'.
  public var hasKubernetes: Bool { kubernetes != nil }

  /// Runs kubectl as the cluster's administrator; it must succeed.
  @discardableResult
  public func kubectl(_ words: String..., input: String? = nil) throws(LabError) -> String {
    guard let kubernetes else { throw .notFound("a Kubernetes API server in this lab") }
    try Interruption.check()
    let outcome: RigCommand.Outcome
    do throws(RigError) {
      outcome = try kubernetes.outcome(words, input: input)
    } catch {
      throw .ended(what: "kubectl", last: "\(error)")
    }
    guard outcome.status == 0 else {
      throw .ended(
        what: "kubectl \(words.joined(separator: " "))", last: outcome.output + outcome.errors)
    }
    return outcome.output
  }

  /// Makes the pod in Kubernetes, bound to its node, and its namespace if there is none.
  func createPod(_ pod: LabPod, labels: [String: String], ports: [PodPort]) throws(LabError) {
    guard let kubernetes else { return }
    let namespace = pod.kubernetesNamespace
    if try !kubectl("get", "namespaces", "-o", "name").contains("namespace/\(namespace)\n") {
      try Waiting.result(of: "the namespace \(namespace)") {
        try await kubernetes.makeNamespace(namespace)
      }
    }
    let pairs = labels.sorted { $0.key < $1.key }.map { Value.Member($0.key, .string($0.value)) }
    let named = ports.map { port -> Value in
      [
        "name": .string(port.name), "containerPort": .int(Int64(port.port)),
        "protocol": .string(port.transport.rawValue.uppercased()),
      ]
    }
    let object: Value = [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": .string(pod.pod), "namespace": .string(namespace), "labels": .object(pairs),
      ],
      "spec": [
        "nodeName": .string(pod.node.name), "terminationGracePeriodSeconds": 0,
        "containers": [
          ["name": "main", "image": "lab/probe:1", "ports": .array(named)]
        ],
      ],
    ]
    try kubectl("create", "-f", "-", input: JSON.encode(object))
  }

  /// Takes the pod out of Kubernetes.
  func deletePod(_ pod: LabPod) throws(LabError) {
    try kubectl(
      "delete", "pod", pod.pod, "-n", pod.kubernetesNamespace, "--grace-period=0", "--force",
      "--wait=false")
  }
}

extension LabStore {
  /// A Kubernetes API server, for each program by its own credentials.
  static func kubernetes(_ server: KubernetesServer) -> LabStore {
    func settings(_ user: KubernetesUser) -> [String: String] {
      ["DATASTORE_TYPE": "kubernetes", "KUBECONFIG": server.kubeconfigFile(of: user)]
    }
    return LabStore(
      agentSettings: settings(.node), calicoctlSettings: settings(.calicoctl),
      typhaSettings: settings(.typha).merging(["TYPHA_CONNECTIONREBALANCINGMODE": "kubernetes"]) {
        $1
      },
      pluginSettings: [
        .init("datastore_type", .string("kubernetes")),
        .init(
          "kubernetes",
          .object([.init("kubeconfig", .string(server.kubeconfigFile(of: .cni)))])),
      ])
  }
}
