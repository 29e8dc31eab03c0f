// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// A datastore in memory that fails where a test wants it to. It has what a syncer uses.
actor ScriptedDatastore: Datastore {
  private struct Watcher {
    var query: ListQuery
    var continuation: AsyncThrowingStream<WatchEvent, any Error>.Continuation
  }

  nonisolated let commitsAtomically = false

  private(set) var objects: [ResourceKey: any Resource] = [:]
  private var malformed: [ResourceKey: String] = [:]
  private var log: [(revision: Int, event: WatchEvent, key: ResourceKey)] = []
  private var revision = 1
  /// What happened up to here is forgotten.
  private var compacted = 1
  private var watchers: [Int: Watcher] = [:]
  private var nextWatcher = 0
  /// The answers to the next lists, if they are to fail.
  private var listFailures: [Kind: [DatastoreError]] = [:]
  private(set) var lists = 0
  /// Lists that are read but answered only once they are let go.
  private var heldLists: [Kind: [CheckedContinuation<Void, Never>]] = [:]
  private var holdsLists: Set<Kind> = []
  /// Whether every event is sent twice.
  private var duplicates = false

  // MARK: - What a test does

  func put(_ resource: any Resource) {
    revision += 1
    var stored = resource
    stored.metadata.resourceVersion = String(revision)
    objects[stored.key] = stored
    malformed[stored.key] = nil
    send(.set(stored), stored.key)
  }

  func remove(_ key: ResourceKey) {
    guard objects.removeValue(forKey: key) != nil || malformed.removeValue(forKey: key) != nil
    else { return }
    revision += 1
    send(.deleted(key), key)
  }

  func spoil(_ key: ResourceKey, _ reason: String) {
    revision += 1
    objects[key] = nil
    malformed[key] = reason
    send(.malformed(MalformedObject(key: key, reason: reason)), key)
  }

  func failLists(of kind: Kind, _ errors: [DatastoreError]) {
    listFailures[kind, default: []] += errors
  }

  /// From now on lists of a kind are read, and answered only when they are let go.
  func holdLists(of kind: Kind) { holdsLists.insert(kind) }

  /// Lists that are read and not answered.
  func inFlight(_ kind: Kind) -> Int { heldLists[kind, default: []].count }

  /// Answers those that are read; of those to come, too, when no more are to be held.
  func letGo(_ kind: Kind, holdingMore: Bool) {
    if !holdingMore { holdsLists.remove(kind) }
    for list in heldLists.removeValue(forKey: kind) ?? [] { list.resume() }
  }

  func sendTwice(_ value: Bool) { duplicates = value }

  /// Does several of these with no list or watch in between.
  func atOnce(_ changes: @Sendable (isolated ScriptedDatastore) -> Void) { changes(self) }

  /// Ends all watches, without an error where none is given.
  func breakWatches(_ error: DatastoreError?) {
    for watcher in watchers.values { watcher.continuation.finish(throwing: error) }
    watchers = [:]
  }

  /// Forgets the log, so that only a list helps.
  func compact() {
    log = []
    compacted = revision
  }

  private func send(_ event: WatchEvent, _ key: ResourceKey) {
    log.append((revision, event, key))
    for watcher in watchers.values where watcher.query.selects(key) {
      for _ in 0..<(duplicates ? 2 : 1) { watcher.continuation.yield(event) }
    }
  }

  // MARK: - What a syncer sees

  func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    lists += 1
    if let error = listFailures[query.kind]?.first {
      listFailures[query.kind]?.removeFirst()
      throw error
    }
    let result = ListResult(
      items: objects.values.filter { query.selects($0.key) }.sorted { $0.key < $1.key },
      revision: String(revision),
      malformed: malformed.filter { query.selects($0.key) }
        .map { MalformedObject(key: $0.key, reason: $0.value) })
    if holdsLists.contains(query.kind) {
      await withCheckedContinuation { heldLists[query.kind, default: []].append($0) }
    }
    return result
  }

  func watch(
    _ query: ListQuery, from revision: String
  ) async throws(DatastoreError) -> AsyncThrowingStream<WatchEvent, any Error> {
    guard let start = Int(revision), start >= compacted else {
      throw .watchTerminated("compacted")
    }
    let (stream, continuation) = AsyncThrowingStream<WatchEvent, any Error>.makeStream()
    for entry in log where entry.revision > start && query.selects(entry.key) {
      continuation.yield(entry.event)
    }
    nextWatcher += 1
    watchers[nextWatcher] = Watcher(query: query, continuation: continuation)
    return stream
  }

  func close() async { breakWatches(.watchTerminated("closed")) }

  func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    throw .unavailable("not scripted")
  }

  func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    throw .unavailable("not scripted")
  }

  func delete(_ key: ResourceKey, revision: String?) async throws(DatastoreError) -> any Resource {
    throw .unavailable("not scripted")
  }

  func commit(_ operations: [WriteOperation]) async throws(DatastoreError) -> [any Resource] {
    throw .unavailable("not scripted")
  }

  func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    throw .unavailable("not scripted")
  }
}
