// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import KubernetesModel
import Resources
import ValueTree

/// Workload endpoints, which are pods. What is written of them are annotations of the pod.
struct PodStore: KindStore {
  private static let attempts = 20

  private let client: KubernetesClient
  private let calls: CoreCalls<KubePod>
  private let conversion: PodConversion

  init(_ client: KubernetesClient, interfacePrefix: String) {
    self.client = client
    calls = CoreCalls(client: client, resource: .pods)
    conversion = PodConversion(interfacePrefix: interfacePrefix)
  }

  // MARK: - Reading

  func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    try await read(key).endpoint
  }

  private func read(
    _ key: ResourceKey
  ) async throws(DatastoreError) -> (pod: KubePod, endpoint: WorkloadEndpoint) {
    guard let name = WorkloadEndpointName(key.name), name.orchestrator == "k8s" else {
      throw .doesNotExist(key)
    }
    let pod = try await calls.get(key, namespace: key.namespace, name: name.workload)
    guard let endpoint = conversion.endpoint(of: pod), endpoint.key == key else {
      throw .doesNotExist(key)
    }
    return (pod, endpoint)
  }

  func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    let (pods, revision) = try await calls.list(query.kind, Self.selection(query))
    let items = pods.compactMap(conversion.endpoint).filter { query.selects($0.key) }
    return ListResult(items: items, revision: revision)
  }

  func sources(_ query: ListQuery) -> [WatchSource] {
    [
      WatchSource(resource: .pods, selection: Self.selection(query)) {
        [calls, conversion] change throws(KubernetesError) in
        switch change {
        case .set(let object):
          let pod = try calls.decode(object)
          return conversion.endpoint(of: pod).map { [.set($0)] } ?? []
        case .deleted(let object):
          let pod = try calls.decode(object)
          return conversion.endpoint(of: pod).map { [.deleted($0.key)] } ?? []
        }
      }
    ]
  }

  /// The pods that a query can mean: of one node, where the name's beginning says which.
  static func selection(_ query: ListQuery) -> KubernetesClient.Selection {
    var selection = KubernetesClient.Selection(namespace: query.namespace)
    if let node = query.namePrefix.flatMap(WorkloadEndpointName.node(ofPrefix:)) {
      selection.fields = "spec.nodeName=\(node)"
    }
    return selection
  }

  // MARK: - Writing

  func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    let key = resource.key
    do throws(DatastoreError) {
      _ = try await read(key)
    } catch {
      guard case .doesNotExist = error else { throw error }
      throw .notSupported(
        operation: "Create", key: key,
        reason: "endpoints are made by Kubernetes: there must be a pod of that name that has been "
          + "scheduled to that node and has a network of its own")
    }
    throw .alreadyExists(key)
  }

  func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    let key = resource.key
    guard let endpoint = resource as? WorkloadEndpoint,
      let revision = resource.metadata.resourceVersion,
      let name = WorkloadEndpointName(key.name), name.orchestrator == "k8s"
    else { throw .doesNotExist(key) }
    return try await patch(
      key, name, uid: resource.metadata.uid, revision: revision,
      PodConversion.annotations(of: endpoint))
  }

  func delete(
    _ key: ResourceKey, revision: String?
  ) async throws(DatastoreError) -> any Resource {
    for _ in 0..<Self.attempts {
      let (pod, endpoint) = try await read(key)
      if let revision, revision != pod.metadata.resourceVersion { throw .updateConflict(key) }
      guard let name = WorkloadEndpointName(key.name) else { throw .doesNotExist(key) }
      do throws(DatastoreError) {
        _ = try await patch(
          key, name, uid: pod.metadata.uid, revision: pod.metadata.resourceVersion,
          PodConversion.goneAnnotations)
        return endpoint
      } catch {
        guard case .updateConflict = error, revision == nil else { throw error }
      }
    }
    throw .updateConflict(key)
  }

  /// Sets annotations of a pod through its status, the only part of it that we may change.
  private func patch(
    _ key: ResourceKey, _ name: WorkloadEndpointName, uid: String?, revision: String,
    _ annotations: [String: String]
  ) async throws(DatastoreError) -> any Resource {
    var metadata: Value = ["resourceVersion": .string(revision)]
    // Another pod of the same name has another one.
    if let uid { metadata["uid"] = .string(uid) }
    metadata["annotations"] = .object(
      annotations.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
    let patch: Value = ["metadata": metadata]
    let pod = try await calls.calling(key) { () async throws(KubernetesError) in
      try calls.decode(
        try await client.patch(
          .pods, namespace: key.namespace, name: name.workload, subresource: "status", .merge,
          patch))
    }
    guard let endpoint = conversion.endpoint(of: pod), endpoint.key == key else {
      throw .doesNotExist(key)
    }
    return endpoint
  }
}
