// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import Synchronization

/// A store that takes some writes and then no more, as if the program had been ended there.
///
/// It takes one write at a time, so that it can end between any two.
final class CuttingStore: Datastore {
  private let store: any Datastore
  private let left: Mutex<Int>

  init(_ store: any Datastore, after writes: Int) {
    self.store = store
    left = Mutex(writes)
  }

  var commitsAtomically: Bool { false }
  func isForeign(_ key: ResourceKey) -> Bool { store.isForeign(key) }

  private func take() throws(DatastoreError) {
    let isLeft = left.withLock { left in
      left -= 1
      return left >= 0
    }
    if !isLeft { throw .unavailable("the program was ended here") }
  }

  func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try take()
    return try await store.create(resource)
  }

  func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try take()
    return try await store.update(resource)
  }

  func delete(
    _ key: ResourceKey, revision: String?
  ) async throws(DatastoreError) -> any Resource {
    try take()
    return try await store.delete(key, revision: revision)
  }

  func commit(_ operations: [WriteOperation]) async throws(DatastoreError) -> [any Resource] {
    try take()
    return try await store.commit(operations)
  }

  func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    try await store.get(key)
  }

  func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    try await store.list(query)
  }

  func watch(
    _ query: ListQuery, from revision: String
  ) async throws(DatastoreError) -> AsyncThrowingStream<WatchEvent, any Error> {
    try await store.watch(query, from: revision)
  }

  func close() async { await store.close() }
}
