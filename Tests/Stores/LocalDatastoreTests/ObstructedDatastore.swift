// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import Synchronization

/// A datastore whose answers a test keeps back or cuts off, by kind.
final class ObstructedDatastore: Datastore {
  /// What its user does, to count it.
  enum Call: Hashable {
    /// A get that was answered, by whatever.
    case got
    /// A list that was asked for, and perhaps kept back.
    case listing(Kind)
    /// A watch that began, after the list before it was taken up.
    case watching(Kind)
  }

  private struct State {
    var held: Set<Kind> = []
    var holdsGets = false
    var isCut = false
    var calls: [Call: Int] = [:]
    var watches: [Int: AsyncThrowingStream<WatchEvent, any Error>.Continuation] = [:]
    var lastWatch = 0
  }

  private let base: any Datastore
  private let state = Mutex(State())

  init(_ base: any Datastore) { self.base = base }

  // MARK: - What a test does

  /// Lists and watches of these kinds tell nothing until they are let go, nor does a get if asked.
  func hold(_ kinds: Set<Kind>, gets: Bool = false) {
    state.withLock { state in
      state.held = kinds
      state.holdsGets = gets
    }
  }

  /// Ends all watches and fails every read, as a broken network does, or no longer.
  func cut(_ isCut: Bool) {
    let watches = state.withLock { state in
      state.isCut = isCut
      defer { state.watches = [:] }
      return state.watches.values.map { $0 }
    }
    for watch in watches { watch.finish(throwing: DatastoreError.watchTerminated("cut")) }
  }

  /// How often its user did it.
  func count(_ call: Call) -> Int { state.withLock { $0.calls[call, default: 0] } }

  private func note(_ call: Call) { state.withLock { $0.calls[call, default: 0] += 1 } }

  private func pass(_ kind: Kind) async throws(DatastoreError) {
    while state.withLock({ $0.held.contains(kind) }) {
      do { try await Task.sleep(for: .milliseconds(1)) } catch { throw .cancelled }
    }
    if state.withLock({ $0.isCut }) { throw .unavailable("cut") }
  }

  // MARK: - What its user sees

  var commitsAtomically: Bool { base.commitsAtomically }
  func isForeign(_ key: ResourceKey) -> Bool { base.isForeign(key) }

  func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    if state.withLock({ $0.holdsGets }) { try await pass(key.kind) }
    if state.withLock({ $0.isCut }) { throw .unavailable("cut") }
    defer { note(.got) }
    return try await base.get(key)
  }

  func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    note(.listing(query.kind))
    try await pass(query.kind)
    return try await base.list(query)
  }

  func watch(
    _ query: ListQuery, from revision: String
  ) async throws(DatastoreError) -> AsyncThrowingStream<WatchEvent, any Error> {
    try await pass(query.kind)
    let events = try await base.watch(query, from: revision)
    note(.watching(query.kind))
    let (stream, continuation) = AsyncThrowingStream<WatchEvent, any Error>.makeStream()
    let id = state.withLock { state in
      state.lastWatch += 1
      state.watches[state.lastWatch] = continuation
      return state.lastWatch
    }
    let task = Task {
      do {
        for try await event in events {
          try await pass(query.kind)
          continuation.yield(event)
        }
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    continuation.onTermination = { [self] _ in
      task.cancel()
      state.withLock { $0.watches[id] = nil }
    }
    return stream
  }

  func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try await base.create(resource)
  }

  func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try await base.update(resource)
  }

  func delete(_ key: ResourceKey, revision: String?) async throws(DatastoreError) -> any Resource {
    try await base.delete(key, revision: revision)
  }

  func commit(_ operations: [WriteOperation]) async throws(DatastoreError) -> [any Resource] {
    try await base.commit(operations)
  }

  func close() async { await base.close() }
}
