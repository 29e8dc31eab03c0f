// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import KubernetesModel
import Resources

/// Network policies: Calico's own, and Kubernetes', which are read-only.
struct NetworkPolicyStore: KindStore {
  private let own: CustomStore
  private let kubernetes: CoreCalls<KubeNetworkPolicy>

  init(_ client: KubernetesClient) {
    own = CustomStore(client, .networkPolicy)
    kubernetes = CoreCalls(client: client, resource: .networkPolicies)
  }

  private static func isConverted(_ key: ResourceKey) -> Bool {
    key.name.hasPrefix(PolicyName.ofKubernetes)
  }

  private static func readOnly(_ operation: String, _ key: ResourceKey) -> DatastoreError {
    .notSupported(
      operation: operation, key: key,
      reason: "it is a network policy of Kubernetes; change it with kubectl")
  }

  func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    if Self.isConverted(resource.key) { throw Self.readOnly("Create", resource.key) }
    return try await own.create(resource)
  }

  func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    if Self.isConverted(resource.key) { throw Self.readOnly("Update", resource.key) }
    return try await own.update(resource)
  }

  func delete(
    _ key: ResourceKey, revision: String?
  ) async throws(DatastoreError) -> any Resource {
    if Self.isConverted(key) { throw Self.readOnly("Delete", key) }
    return try await own.delete(key, revision: revision)
  }

  func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    guard Self.isConverted(key) else { return try await own.get(key) }
    let name = String(key.name.dropFirst(PolicyName.ofKubernetes.count))
    guard !name.isEmpty else { throw .doesNotExist(key) }
    return PolicyConversion.policy(
      of: try await kubernetes.get(key, namespace: key.namespace, name: name))
  }

  func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    async let first = own.list(query)
    async let second = kubernetes.list(query.kind, .init(namespace: query.namespace))
    var result: ListResult
    let converted: (items: [KubeNetworkPolicy], revision: String)
    do {
      result = try await first
      converted = try await second
    } catch {
      throw error as? DatastoreError ?? .failed("\(error)")
    }
    // A custom resource cannot pose as a policy of Kubernetes.
    result.items.removeAll { Self.isConverted($0.key) }
    result.items += converted.items.map { PolicyConversion.policy(of: $0) }
      .filter { query.selects($0.key) }
    result.revision = CompositeRevision.join([result.revision, converted.revision])
    return result
  }

  func sources(_ query: ListQuery) -> [WatchSource] {
    let selection = KubernetesClient.Selection(namespace: query.namespace)
    return own.sources(query).map { source in
      var source = source
      let convert = source.convert
      source.convert = { change throws(KubernetesError) in
        try await convert(change).filter { event in
          switch event {
          case .set(let resource): !Self.isConverted(resource.key)
          case .deleted(let key): !Self.isConverted(key)
          case .malformed(let object): !Self.isConverted(object.key)
          case .progress: true
          }
        }
      }
      return source
    } + [
      WatchSource(resource: .networkPolicies, selection: selection) {
        [kubernetes] change throws(KubernetesError) in
        switch change {
        case .set(let object):
          [.set(PolicyConversion.policy(of: try kubernetes.decode(object)))]
        case .deleted(let object):
          [.deleted(PolicyConversion.policy(of: try kubernetes.decode(object)).key)]
        }
      }
    ]
  }
}
