// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
public import Resources

/// Another datastore, with something done before and after each of its calls.
public struct WrappedDatastore: Datastore {
  public enum Call: Sendable {
    case create, update, delete, commit, get, list

    public var isWrite: Bool { self != .get && self != .list }
  }

  public let commitsAtomically: Bool
  /// Before each call but those that watch; what it throws, the call throws.
  public var before: @Sendable (Call) async throws(DatastoreError) -> Void = { _ in }
  /// After each write that was made; what it throws, the call throws.
  public var after: @Sendable (Call) async throws(DatastoreError) -> Void = { _ in }
  private let base: any Datastore

  public init(_ base: any Datastore, commitsAtomically: Bool? = nil) {
    self.base = base
    self.commitsAtomically = commitsAtomically ?? base.commitsAtomically
  }

  public func isForeign(_ key: ResourceKey) -> Bool { base.isForeign(key) }

  public func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try await before(.create)
    let result = try await base.create(resource)
    try await after(.create)
    return result
  }

  public func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try await before(.update)
    let result = try await base.update(resource)
    try await after(.update)
    return result
  }

  public func delete(
    _ key: ResourceKey, revision: String?
  ) async throws(DatastoreError) -> any Resource {
    try await before(.delete)
    let result = try await base.delete(key, revision: revision)
    try await after(.delete)
    return result
  }

  public func commit(
    _ operations: [WriteOperation]
  ) async throws(DatastoreError) -> [any Resource] {
    if operations.count > 1, !commitsAtomically {
      throw .failed("commit of \(operations.count) operations is not supported")
    }
    try await before(.commit)
    let result = try await base.commit(operations)
    try await after(.commit)
    return result
  }

  public func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    try await before(.get)
    return try await base.get(key)
  }

  public func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    try await before(.list)
    return try await base.list(query)
  }

  public func watch(
    _ query: ListQuery, from revision: String
  ) async throws(DatastoreError) -> AsyncThrowingStream<WatchEvent, any Error> {
    try await base.watch(query, from: revision)
  }

  public func close() async { await base.close() }
}
