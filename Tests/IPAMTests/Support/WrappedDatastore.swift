// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// Another datastore, with something done before and after each of its calls.
struct WrappedDatastore: Datastore {
  let base: any Datastore
  let commitsAtomically: Bool
  /// Before each call; what it throws, the call throws.
  var before: @Sendable () async throws(DatastoreError) -> Void = {}
  /// After each call that was applied.
  var after: @Sendable () async throws(DatastoreError) -> Void = {}

  init(_ base: any Datastore, commitsAtomically: Bool? = nil) {
    self.base = base
    self.commitsAtomically = commitsAtomically ?? base.commitsAtomically
  }

  func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try await before()
    let result = try await base.create(resource)
    try await after()
    return result
  }

  func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try await before()
    let result = try await base.update(resource)
    try await after()
    return result
  }

  func delete(_ key: ResourceKey, revision: String?) async throws(DatastoreError) -> any Resource {
    try await before()
    let result = try await base.delete(key, revision: revision)
    try await after()
    return result
  }

  func commit(_ operations: [WriteOperation]) async throws(DatastoreError) -> [any Resource] {
    if operations.count > 1, !commitsAtomically {
      throw .failed("commit of \(operations.count) operations is not supported")
    }
    try await before()
    let result = try await base.commit(operations)
    try await after()
    return result
  }

  func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    try await before()
    return try await base.get(key)
  }

  func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    try await before()
    return try await base.list(query)
  }

  func watch(
    _ query: ListQuery, from revision: String
  ) async throws(DatastoreError) -> AsyncThrowingStream<WatchEvent, any Error> {
    try await base.watch(query, from: revision)
  }

  func close() async { await base.close() }
}
