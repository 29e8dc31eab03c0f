// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
package import KubernetesClient
public import Resources
import Synchronization

/// A datastore in the API of a Kubernetes cluster (compatibility §1.6).
///
/// Most kinds are custom resources. Some are other names for what Kubernetes has itself: a node, a
/// pod (`WorkloadEndpoint`), a namespace or service account (`Profile`), a network policy
/// (`NetworkPolicy` under the name `knp.default.<name>`). Of these, pods and nodes take what Calico
/// knows of them as annotations; the others are read-only.
public final class KubernetesDatastore: Datastore {
  package struct Options: Sendable {
    package var client = KubernetesClient.Options()
    /// What the names of workloads' interfaces begin with.
    package var interfacePrefix = "cali"

    package init() {}
  }

  public let commitsAtomically = false

  let client: KubernetesClient
  private let stores: [Kind: any KindStore]
  private let state = Mutex(State())

  private struct State {
    var isClosed = false
    var lastWatch = 0
    var watches: [Int: @Sendable () -> Void] = [:]
  }

  /// Makes a datastore of a cluster's API; nothing is sent yet.
  ///
  /// Errors: `failed`, when it cannot be reached this way.
  package init(
    _ access: ClusterAccess, options: Options = Options()
  ) throws(DatastoreError) {
    let client: KubernetesClient
    do throws(KubernetesError) {
      client = try KubernetesClient(access, options: options.client)
    } catch {
      throw .failed("\(error)")
    }
    self.client = client
    var stores: [Kind: any KindStore] = [:]
    for kind in Kind.allCases {
      stores[kind] =
        switch kind {
        case .node: NodeStore(client)
        case .profile: ProfileStore(client)
        case .workloadEndpoint: PodStore(client, interfacePrefix: options.interfacePrefix)
        case .networkPolicy: NetworkPolicyStore(client)
        default: CustomStore(client, kind)
        }
    }
    self.stores = stores
  }

  public func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try check(resource.key)
    guard resource.metadata.resourceVersion == nil else {
      throw .validation([
        FieldProblem(
          "metadata", "resourceVersion", message: "must not be set when a resource is created",
          value: resource.metadata.resourceVersion)
      ])
    }
    return try await store(resource.key.kind).create(resource)
  }

  public func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try check(resource.key)
    guard let revision = resource.metadata.resourceVersion, !revision.isEmpty else {
      throw .validation([
        FieldProblem(
          "metadata", "resourceVersion", message: "must be set when a resource is updated")
      ])
    }
    guard CompositeRevision.isRevision(revision) else {
      // A revision of another store: no object has it.
      _ = try await store(resource.key.kind).get(resource.key)
      throw .updateConflict(resource.key)
    }
    return try await store(resource.key.kind).update(resource)
  }

  @discardableResult
  public func delete(
    _ key: ResourceKey, revision: String?
  ) async throws(DatastoreError) -> any Resource {
    try check(key)
    return try await store(key.kind).delete(key, revision: revision)
  }

  @discardableResult
  public func commit(
    _ operations: [WriteOperation]
  ) async throws(DatastoreError) -> [any Resource] {
    guard operations.count <= 1, let operation = operations.first else {
      guard let first = operations.first else { return [] }
      throw .notSupported(
        operation: "Commit", key: first.key,
        reason: "the Kubernetes API writes one object at a time, not \(operations.count)")
    }
    switch operation {
    case .create(let resource): return [try await create(resource)]
    case .update(let resource): return [try await update(resource)]
    case .delete(let key, let revision): return [try await delete(key, revision: revision)]
    }
  }

  public func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    try check(key)
    return try await store(key.kind).get(key)
  }

  public func isForeign(_ key: ResourceKey) -> Bool {
    switch key.kind {
    case .node, .profile, .workloadEndpoint: true
    case .networkPolicy: key.name.hasPrefix(PolicyName.ofKubernetes)
    default: false
    }
  }

  public func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    var result = try await store(query.kind).list(query)
    result.items.sort { $0.key < $1.key }
    return result
  }

  public func watch(
    _ query: ListQuery, from revision: String
  ) async throws(DatastoreError) -> AsyncThrowingStream<WatchEvent, any Error> {
    let sources = try store(query.kind).sources(query)
    guard let positions = CompositeRevision.split(revision, count: sources.count) else {
      throw .watchTerminated("'\(revision)' is not a revision of this store")
    }
    let watch = MergedWatch(
      query, zip(sources, positions).map { ($0, $1) }, client: client)
    let id = state.withLock { state in
      state.lastWatch += 1
      state.watches[state.lastWatch] = { watch.close() }
      return state.lastWatch
    }
    let handle = WatchHandle(watch) { [weak self] in
      _ = self?.state.withLock { $0.watches.removeValue(forKey: id) }
    }
    return AsyncThrowingStream { try await handle.next() }
  }

  public func close() async {
    let watches = state.withLock { state in
      state.isClosed = true
      defer { state.watches = [:] }
      return state.watches.values
    }
    for close in watches { close() }
    await client.close()
  }

  private func store(_ kind: Kind) throws(DatastoreError) -> any KindStore {
    guard !state.withLock({ $0.isClosed }), let store = stores[kind] else {
      throw .unavailable("the datastore is closed")
    }
    return store
  }

  private func check(_ key: ResourceKey) throws(DatastoreError) {
    if key.name.isEmpty { throw .missingIdentifier("name") }
    if key.kind.isNamespaced, key.namespace?.isEmpty ?? true {
      throw .missingIdentifier("namespace")
    }
  }
}

extension WriteOperation {
  fileprivate var key: ResourceKey {
    switch self {
    case .create(let resource), .update(let resource): resource.key
    case .delete(let key, _): key
    }
  }
}
