// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources

extension Datastore {
  /// Most stores hold nothing but Calico's own.
  public func isForeign(_ key: ResourceKey) -> Bool { false }

  /// Reads one resource of a known type.
  public func get<R: Resource>(
    _ type: R.Type, _ name: String, namespace: String? = nil
  ) async throws(DatastoreError) -> R {
    let key = ResourceKey(kind: R.kind, namespace: namespace, name: name)
    return try typed(await get(key))
  }

  /// Reads one resource, or `nil` when there is none.
  public func find<R: Resource>(
    _ type: R.Type, _ name: String, namespace: String? = nil
  ) async throws(DatastoreError) -> R? {
    do {
      return try await get(type, name, namespace: namespace)
    } catch .doesNotExist {
      return nil
    }
  }

  /// All resources of a type, without the revision.
  public func all<R: Resource>(
    _ type: R.Type, namespace: String? = nil, namePrefix: String? = nil
  ) async throws(DatastoreError) -> [R] {
    try await all(type, ListQuery(R.kind, namespace: namespace, namePrefix: namePrefix))
  }

  /// The resources that a query of that type's kind names, without the revision.
  public func all<R: Resource>(
    _ type: R.Type, _ query: ListQuery
  ) async throws(DatastoreError) -> [R] {
    try await list(query).items.compactMap { $0 as? R }
  }

  /// Stores a new resource and returns it as stored.
  public func created<R: Resource>(_ resource: R) async throws(DatastoreError) -> R {
    try typed(await create(resource))
  }

  /// Replaces a resource and returns it as stored.
  public func updated<R: Resource>(_ resource: R) async throws(DatastoreError) -> R {
    try typed(await update(resource))
  }

  private func typed<R: Resource>(_ resource: any Resource) throws(DatastoreError) -> R {
    guard let result = resource as? R else {
      throw .failed("\(resource.key) was read where a \(R.kind.rawValue) was asked for")
    }
    return result
  }
}
