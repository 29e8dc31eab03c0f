// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// A datastore that can be away: then nothing answers, and watches end.
final class SwitchedStore: Datastore {
  private struct State {
    var isAway = false
    var number = 0
    var watches: [Int: AsyncThrowingStream<WatchEvent, any Error>.Continuation] = [:]
  }

  private let base: any Datastore
  private let state = Box(State())
  private let lists = Box(0)

  init(_ base: any Datastore) { self.base = base }

  func setAway(_ isAway: Bool) {
    let watches = state.change { state in
      state.isAway = isAway
      defer { if isAway { state.watches = [:] } }
      return isAway ? Array(state.watches.values) : []
    }
    for watch in watches { watch.finish(throwing: DatastoreError.watchTerminated("it is away")) }
  }

  /// How often something was listed.
  var listCount: Int { lists.value }

  private func check() throws(DatastoreError) {
    if state.value.isAway { throw .unavailable("it is away") }
  }

  var commitsAtomically: Bool { base.commitsAtomically }

  func isForeign(_ key: ResourceKey) -> Bool { base.isForeign(key) }

  func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try check()
    return try await base.create(resource)
  }

  func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try check()
    return try await base.update(resource)
  }

  func delete(
    _ key: ResourceKey, revision: String?
  ) async throws(DatastoreError) -> any Resource {
    try check()
    return try await base.delete(key, revision: revision)
  }

  func commit(_ operations: [WriteOperation]) async throws(DatastoreError) -> [any Resource] {
    try check()
    return try await base.commit(operations)
  }

  func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    try check()
    return try await base.get(key)
  }

  func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    try check()
    lists.change { $0 += 1 }
    return try await base.list(query)
  }

  func watch(
    _ query: ListQuery, from revision: String
  ) async throws(DatastoreError) -> AsyncThrowingStream<WatchEvent, any Error> {
    try check()
    let events = try await base.watch(query, from: revision)
    let (stream, continuation) = AsyncThrowingStream<WatchEvent, any Error>.makeStream()
    let number = state.change { state in
      state.number += 1
      state.watches[state.number] = continuation
      return state.number
    }
    let task = Task {
      do {
        for try await event in events { continuation.yield(event) }
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    continuation.onTermination = { [state] _ in
      task.cancel()
      state.change { $0.watches[number] = nil }
    }
    return stream
  }

  /// Several read it: whoever made it closes it.
  func close() async {}
}
