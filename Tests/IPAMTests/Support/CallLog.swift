// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import Synchronization

/// Counts the calls that write.
final class CallLog: Sendable {
  private let counts = Mutex((commits: 0, others: 0))

  var commits: Int { counts.withLock(\.commits) }
  var otherWrites: Int { counts.withLock(\.others) }

  func wrap(_ store: any Datastore) -> any Datastore { Logged(base: store, log: self) }

  private struct Logged: Datastore {
    let base: any Datastore
    let log: CallLog

    var commitsAtomically: Bool { base.commitsAtomically }

    func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
      log.counts.withLock { $0.others += 1 }
      return try await base.create(resource)
    }
    func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
      log.counts.withLock { $0.others += 1 }
      return try await base.update(resource)
    }
    func delete(
      _ key: ResourceKey, revision: String?
    ) async throws(DatastoreError) -> any Resource {
      log.counts.withLock { $0.others += 1 }
      return try await base.delete(key, revision: revision)
    }
    func commit(_ operations: [WriteOperation]) async throws(DatastoreError) -> [any Resource] {
      log.counts.withLock { $0.commits += 1 }
      return try await base.commit(operations)
    }
    func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
      try await base.get(key)
    }
    func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
      try await base.list(query)
    }
    func watch(
      _ query: ListQuery, from revision: String
    ) async throws(DatastoreError) -> AsyncThrowingStream<WatchEvent, any Error> {
      try await base.watch(query, from: revision)
    }
    func close() async { await base.close() }
  }
}
