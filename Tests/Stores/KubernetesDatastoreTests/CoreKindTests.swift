// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import StoreRig
import TestSupport
import Testing
import ValueTree

@testable import KubernetesDatastore

/// On a real API server.
@Suite("What Kubernetes has itself") struct CoreKindTests {
  @Test("is seen in pods, and written as annotations of them") func pods() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let (namespace, node) = (unique("pods"), unique("node"))
    try await server.makeNamespace(namespace)
    let query = ListQuery(.workloadEndpoint, namespace: namespace)
    let start = try await store.list(query)
    #expect(start.items.isEmpty)
    var events = Events(try await store.watch(query, from: start.revision))
    try server.makePod("a-b", in: namespace, node: node, labels: ["app": "x"])
    let name = try #require(WorkloadEndpointName(node: node, workload: "a-b")).description
    let key = ResourceKey(kind: .workloadEndpoint, namespace: namespace, name: name)
    #expect(try await events.text() == "set \(key)")
    var endpoint = try await store.get(WorkloadEndpoint.self, name, namespace: namespace)
    #expect(endpoint.metadata.labels["app"] == "x")
    #expect(endpoint.spec.serviceAccountName == "default")
    #expect(endpoint.spec.ports.map(\.name) == ["web"] && endpoint.spec.ipNetworks.isEmpty)
    let first = endpoint

    // What the network plugin does.
    endpoint.spec.ipNetworks = ["10.1.2.3/32", "fd00::1/128"]
    endpoint.spec.containerID = "c1"
    let attached = try await store.updated(endpoint)
    #expect(
      attached.spec.ipNetworks == endpoint.spec.ipNetworks && attached.spec.containerID == "c1")
    #expect(attached.metadata.resourceVersion != endpoint.metadata.resourceVersion)
    #expect(try await events.text() == "set \(key)")
    let annotations = try server.get("pod", "a-b", "-n", namespace)["metadata"]?["annotations"]
    #expect(annotations?["cni.projectcalico.org/podIP"] == "10.1.2.3/32")
    #expect(annotations?["cni.projectcalico.org/podIPs"] == "10.1.2.3/32,fd00::1/128")
    #expect(annotations?["cni.projectcalico.org/containerID"] == "c1")
    let stale = await failure { () async throws(DatastoreError) in try await store.update(first) }
    #expect("\(stale)" == "update conflict: \(key)")

    // Of the node, and of another whose name begins the same.
    let prefix = WorkloadEndpointName.prefix(node: node, orchestrator: "k8s")
    #expect(
      try await store.list(ListQuery(.workloadEndpoint, namePrefix: prefix)).items.map(\.key) == [
        key
      ])
    #expect(
      try await store.list(ListQuery(.workloadEndpoint, namePrefix: "x\(prefix)")).items.isEmpty)

    let deleted = try await store.delete(key, revision: nil)
    #expect((deleted as? WorkloadEndpoint)?.spec.ipNetworks == endpoint.spec.ipNetworks)
    let gone = try await store.get(WorkloadEndpoint.self, name, namespace: namespace)
    // The container's ID stays, so that a second call finds whose it was.
    #expect(gone.spec.ipNetworks.isEmpty && gone.spec.containerID == "c1")
    #expect(try await events.text() == "set \(key)")
    try server.kubectl(
      "delete", "pod", "a-b", "-n", namespace, "--force", "--grace-period=0", "--wait=false")
    // A pod that is deleted is changed first.
    var last = try await events.text()
    if last == "set \(key)" { last = try await events.text() }
    #expect(last == "deleted \(key)")
    #expect(try await store.find(WorkloadEndpoint.self, name, namespace: namespace) == nil)
    await store.close()
  }

  @Test("makes endpoints itself, and says so to who wants to make one") func noPod() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let (namespace, node) = (unique("pods"), unique("node"))
    try await server.makeNamespace(namespace)
    try server.makePod("there", in: namespace, node: node)
    func create(_ pod: String) async throws -> DatastoreError {
      let name = try #require(WorkloadEndpointName(node: node, workload: pod)).description
      return await failure { () async throws(DatastoreError) in
        try await store.create(WorkloadEndpoint(name: name, namespace: namespace))
      }
    }
    #expect(try await "\(create("there"))".hasPrefix("resource already exists"))
    let missing = try await create("missing")
    #expect("\(missing)".contains("there must be a pod of that name"), "\(missing)")
    let odd = ResourceKey(kind: .workloadEndpoint, namespace: namespace, name: "no-pod")
    #expect(
      await "\(failure { () async throws(DatastoreError) in try await store.get(odd) })"
        == "resource does not exist: \(odd)")
    await store.close()
  }

  @Test("shows namespaces and service accounts as profiles, which are read-only")
  func profiles() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let namespace = unique("profiles")
    let list = try await store.list(ListQuery(.profile))
    #expect(list.revision.split(separator: "/").count == 2)
    #expect(list.items.map(\.key.name).contains("projectcalico-default-allow"))
    #expect(list.items.map(\.key.name).contains("kns.default"))
    #expect(list.items.map(\.key) == list.items.map(\.key).sorted())
    var events = Events(try await store.watch(ListQuery(.profile), from: list.revision)) {
      $0.name.contains(namespace)
    }
    try await server.makeNamespace(namespace, labels: ["team": "a"])
    var seen: Set<String> = []
    while seen.count < 2, let text = try await events.text() { seen.insert(text) }
    #expect(seen == ["set Profile(kns.\(namespace))", "set Profile(ksa.\(namespace).default)"])
    var profile = try await store.get(Profile.self, "kns.\(namespace)")
    #expect(
      profile.spec.labelsToApply["pcns.team"] == "a" && profile.spec.ingress == [Rule(.allow)])
    let account = try await store.get(Profile.self, "ksa.\(namespace).default")
    #expect(account.spec.labelsToApply == ["pcsa.projectcalico.org/name": "default"])
    for name in ["kns.none-such", "ksa.\(namespace).none", "kns.", "ksa.", "ksa.x", "other"] {
      #expect(try await store.find(Profile.self, name) == nil, "\(name)")
    }
    profile.spec.egress = []
    let refused = await failure { () async throws(DatastoreError) in try await store.update(profile)
    }
    #expect(
      "\(refused)".hasPrefix("operation Update is not supported on Profile(kns.\(namespace))"))
    try server.kubectl("label", "namespace", namespace, "team=b", "--overwrite")
    // The account is still being given its secrets.
    var text = try await events.text()
    while text == "set Profile(ksa.\(namespace).default)" { text = try await events.text() }
    #expect(text == "set Profile(kns.\(namespace))")
    await store.close()
  }

  @Test("shows its network policies beside Calico's") func policies() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let namespace = unique("policies")
    try await server.makeNamespace(namespace)
    let query = ListQuery(.networkPolicy, namespace: namespace)
    let start = try await store.list(query)
    var events = Events(try await store.watch(query, from: start.revision))
    try server.apply([
      "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
      "metadata": ["name": "web", "namespace": .string(namespace)],
      "spec": [
        "podSelector": ["matchLabels": ["app": "web"]],
        "ingress": [
          [
            "from": [["namespaceSelector": [:]], ["ipBlock": ["cidr": "10.0.0.0/8"]]],
            "ports": [["port": 80], ["port": "https", "protocol": "TCP"]],
          ]
        ],
      ],
    ])
    #expect(try await events.text() == "set NetworkPolicy(\(namespace)/knp.default.web)")
    let policy = try await store.get(NetworkPolicy.self, "knp.default.web", namespace: namespace)
    #expect(
      policy.spec.selector == "projectcalico.org/orchestrator == 'k8s' && app == 'web'")
    #expect(policy.spec.ingress.count == 2 && policy.spec.types == [.ingress])
    #expect(policy.spec.ingress.first?.destination.ports == [80, "https"])
    #expect(policy.spec.ingress.first?.source.namespaceSelector == "all()")
    var own = NetworkPolicy(name: "own", namespace: namespace)
    own.spec.selector = "all()"
    _ = try await store.create(own)
    #expect(try await events.text() == "set NetworkPolicy(\(namespace)/own)")
    #expect(
      try await store.list(query).items.map(\.key.name) == ["knp.default.web", "own"])
    let refused = await failure { () async throws(DatastoreError) in
      try await store.delete(policy.key, revision: nil)
    }
    #expect("\(refused)".contains("change it with kubectl"))
    try server.kubectl("delete", "networkpolicies.networking.k8s.io", "web", "-n", namespace)
    #expect(try await events.text() == "deleted NetworkPolicy(\(namespace)/knp.default.web)")
    await store.close()
  }

  @Test("keeps what Calico knows of nodes in their annotations") func nodes() async throws {
    let server = try await KubernetesServer.shared()
    let store = try server.store()
    let name = unique("node")
    try server.apply([
      "apiVersion": "v1", "kind": "Node",
      "metadata": ["name": .string(name), "labels": ["zone": "a"]],
    ])
    var node = try await store.get(Node.self, name)
    #expect(node.metadata.labels["zone"] == "a" && node.spec.bgp == nil)
    let first = node
    var bgp = NodeBGPSpec()
    bgp.ipv4Address = "172.16.0.1/24"
    node.spec.bgp = bgp
    node.metadata.labels["own"] = "1"
    let updated = try await store.updated(node)
    #expect(updated.spec.bgp?.ipv4Address == "172.16.0.1/24")
    #expect(updated.metadata.labels["own"] == "1")
    let stored = try server.get("node", name)["metadata"]
    #expect(stored?["annotations"]?["projectcalico.org/IPv4Address"] == "172.16.0.1/24")
    #expect(stored?["labels"]?["own"] == nil)
    let stale = await failure { () async throws(DatastoreError) in try await store.update(first) }
    #expect("\(stale)" == "update conflict: Node(\(name))")
    var cleared = updated
    cleared.spec.bgp = nil
    cleared.metadata.labels["own"] = nil
    #expect(try await store.updated(cleared).spec.bgp == nil)
    #expect(
      try server.get("node", name)["metadata"]?["annotations"]?["projectcalico.org/labels"] == nil)
    for error in [
      await failure { () async throws(DatastoreError) in try await store.create(Node(name: "n")) },
      await failure { () async throws(DatastoreError) in
        try await store.delete(first.key, revision: nil)
      },
    ] {
      guard case .notSupported = error else {
        Issue.record("\(error)")
        continue
      }
    }
    try server.kubectl("delete", "node", name)
    await store.close()
  }
}
