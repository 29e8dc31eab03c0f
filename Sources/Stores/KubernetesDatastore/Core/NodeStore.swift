// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import KubernetesModel
import Resources
import ValueTree

/// Nodes, which are Kubernetes' own. They come and go with those; what is written are annotations.
struct NodeStore: KindStore {
  private let client: KubernetesClient
  private let calls: CoreCalls<KubeNode>

  init(_ client: KubernetesClient) {
    self.client = client
    calls = CoreCalls(client: client, resource: .nodes)
  }

  func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    throw .notSupported(
      operation: "Create", key: resource.key,
      reason: "nodes are made by Kubernetes, when their kubelet joins the cluster")
  }

  func delete(
    _ key: ResourceKey, revision: String?
  ) async throws(DatastoreError) -> any Resource {
    throw .notSupported(
      operation: "Delete", key: key,
      reason: "nodes are Kubernetes' own; to remove one: kubectl delete node \(key.name)")
  }

  func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    let key = resource.key
    let source = try await calls.get(key, namespace: nil, name: key.name)
    guard let node = resource as? Node,
      source.metadata.resourceVersion == resource.metadata.resourceVersion
    else { throw .updateConflict(key) }
    let changes: [Value.Member]
    switch NodeConversion.changes(to: node, from: source) {
    case .success(let found): changes = found
    case .failure(let problem): throw .validation([problem])
    }
    if changes.isEmpty { return NodeConversion.node(of: source) }
    let patch: Value = [
      "metadata": [
        "uid": .string(source.metadata.uid),
        "resourceVersion": .string(source.metadata.resourceVersion),
        "annotations": .object(changes),
      ]
    ]
    let patched = try await calls.calling(key) { () async throws(KubernetesError) in
      try calls.decode(
        try await client.patch(.nodes, name: key.name, subresource: "status", .merge, patch))
    }
    return NodeConversion.node(of: patched)
  }

  func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    NodeConversion.node(of: try await calls.get(key, namespace: nil, name: key.name))
  }

  func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    let (nodes, revision) = try await calls.list(query.kind)
    let items = nodes.map(NodeConversion.node).filter { query.selects($0.key) }
    return ListResult(items: items, revision: revision)
  }

  func sources(_ query: ListQuery) -> [WatchSource] {
    [
      WatchSource(resource: .nodes, selection: .init()) { [calls] change throws(KubernetesError) in
        switch change {
        case .set(let object): [.set(NodeConversion.node(of: try calls.decode(object)))]
        case .deleted(let object):
          [.deleted(NodeConversion.node(of: try calls.decode(object)).key)]
        }
      }
    ]
  }
}
