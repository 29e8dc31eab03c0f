// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import Synchronization
import TestSupport

/// A datastore in memory, with or without commits of several writes.
final class MemoryDatastore: Datastore {
  let commitsAtomically: Bool
  private let state = Mutex(State())

  private struct State {
    var rows: [ResourceKey: any Resource] = [:]
    var revision = 0
  }

  init(commitsAtomically: Bool) {
    self.commitsAtomically = commitsAtomically
  }

  func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try one(.create(resource))
  }

  func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try one(.update(resource))
  }

  func delete(_ key: ResourceKey, revision: String?) async throws(DatastoreError) -> any Resource {
    try one(.delete(key, revision: revision))
  }

  func commit(_ operations: [WriteOperation]) async throws(DatastoreError) -> [any Resource] {
    if operations.count > 1, !commitsAtomically {
      throw .failed("commit of \(operations.count) operations is not supported")
    }
    return try apply(operations)
  }

  func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    guard let found = state.withLock({ $0.rows[key] }) else { throw .doesNotExist(key) }
    return found
  }

  func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    state.withLock { state in
      let found = state.rows.filter { query.selects($0.key) }.sorted { $0.key < $1.key }
      return ListResult(items: found.map(\.value), revision: String(state.revision))
    }
  }

  func watch(
    _ query: ListQuery, from revision: String
  ) async throws(DatastoreError) -> AsyncThrowingStream<WatchEvent, any Error> {
    throw .watchTerminated("not here")
  }

  func close() async {}

  private func one(_ operation: WriteOperation) throws(DatastoreError) -> any Resource {
    guard let result = try apply([operation]).first else { throw .failed("no result") }
    return result
  }

  private func apply(_ operations: [WriteOperation]) throws(DatastoreError) -> [any Resource] {
    let result = state.withLock { state -> Result<[any Resource], DatastoreError> in
      var next = state
      do throws(DatastoreError) {
        var written: [any Resource] = []
        for operation in operations { written.append(try Self.apply(operation, to: &next)) }
        state = next
        return .success(written)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private static func apply(
    _ operation: WriteOperation, to state: inout State
  ) throws(DatastoreError) -> any Resource {
    state.revision += 1
    switch operation {
    case .create(var new):
      if new.metadata.resourceVersion != nil { throw .failed("create with a revision") }
      if state.rows[new.key] != nil { throw .alreadyExists(new.key) }
      new.metadata.resourceVersion = String(state.revision)
      new.metadata.uid = "uid-\(state.revision)"
      state.rows[new.key] = new
      return new
    case .update(var new):
      guard let revision = new.metadata.resourceVersion else { throw .failed("no revision") }
      guard let old = state.rows[new.key] else { throw .doesNotExist(new.key) }
      guard old.metadata.resourceVersion == revision else { throw .updateConflict(new.key) }
      guard old.metadata.uid == new.metadata.uid else { throw .failed("another UID") }
      // As Kubernetes does: a write that changes nothing is no write.
      if old.encode() == new.encode() { return old }
      new.metadata.resourceVersion = String(state.revision)
      state.rows[new.key] = new
      return new
    case .delete(let key, let revision):
      guard let old = state.rows[key] else { throw .doesNotExist(key) }
      if let revision, old.metadata.resourceVersion != revision { throw .updateConflict(key) }
      state.rows[key] = nil
      return old
    }
  }
}
