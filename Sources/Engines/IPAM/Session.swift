// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import Resources

/// The reads and writes of one attempt of an operation.
///
/// Where the store commits several writes at once, they are staged here, reads see them, and
/// `commit` applies all of them or none: the operation as a whole is one compare-and-swap. Where it
/// does not, each write goes out by itself, and the operations order them so that a stop between
/// any two leaves nothing assigned that cannot be found again.
///
/// A write returns nil (or false) when it lost against another writer.
struct Session {
  let store: any Datastore
  let isStaged: Bool
  let now: Int64
  let reserved: CIDRSet
  private let retryPause: @Sendable (Int) async -> Void
  /// The networks of all blocks, once somebody has asked (`isOverlapped`).
  var blockNetworks: [CIDR]?
  private var rows: [ResourceKey: Row] = [:]
  private var written: [ResourceKey] = []

  /// A resource as it was read, and as it shall be.
  private struct Row {
    var original: (any Resource)?
    var current: (any Resource)?
    var isWritten = false
  }

  /// How often a write that lost against another writer is tried again.
  static let retries = 100

  init(_ client: IPAMClient) {
    store = client.store
    isStaged = store.commitsAtomically
    now = client.clock.now()
    reserved = client.reserved
    retryPause = client.retryPause
  }

  /// Waits before another attempt (not before the first).
  func pause(before attempt: Int) async throws(IPAMError) {
    if attempt > 0 { await retryPause(attempt) }
    if Task.isCancelled { throw .datastore(.cancelled) }
  }

  mutating func find<R: Resource>(_ type: R.Type, _ name: String) async throws(IPAMError) -> R? {
    let key = ResourceKey(kind: R.kind, name: name)
    if let row = rows[key] { return row.current as? R }
    let found: R?
    do { found = try await store.find(type, name) } catch { throw .datastore(error) }
    if isStaged { rows[key] = Row(original: found, current: found) }
    return found
  }

  /// All that can be read of what a query of the type's kind names, by name.
  mutating func list<R: Resource>(
    _ type: R.Type, _ query: ListQuery = ListQuery(R.kind)
  ) async throws(IPAMError) -> [R] {
    let listed: [R]
    do { listed = try await store.all(type, query) } catch { throw .datastore(error) }
    if !isStaged { return listed }
    for resource in listed where rows[resource.key] == nil {
      rows[resource.key] = Row(original: resource, current: resource)
    }
    return rows.filter { query.selects($0.key) }
      .compactMap { $0.value.current as? R }
      .sorted { $0.metadata.name < $1.metadata.name }
  }

  mutating func create<R: Resource>(_ resource: R) async throws(IPAMError) -> R? {
    if isStaged {
      guard try await find(R.self, resource.metadata.name) == nil else { return nil }
      stage(resource.key, resource)
      return resource
    }
    do { return try await store.created(resource) } catch { return try lost(error) }
  }

  mutating func update<R: Resource>(_ resource: R) async throws(IPAMError) -> R? {
    if isStaged {
      guard rows[resource.key]?.current != nil else { return nil }
      stage(resource.key, resource)
      return resource
    }
    do { return try await store.updated(resource) } catch { return try lost(error) }
  }

  mutating func delete<R: Resource>(_ resource: R) async throws(IPAMError) -> Bool {
    if isStaged {
      guard rows[resource.key]?.current != nil else { return false }
      stage(resource.key, nil)
      return true
    }
    do {
      try await store.delete(resource.key, revision: resource.metadata.resourceVersion)
      return true
    } catch {
      let nothing: R? = try lost(error)
      return nothing != nil
    }
  }

  /// Applies what was staged. False when another writer was faster: nothing is applied then.
  mutating func commit() async throws(IPAMError) -> Bool {
    let operations = written.compactMap { operation(on: $0) }
    if operations.isEmpty { return true }
    do {
      try await store.commit(operations)
      return true
    } catch {
      let nothing: IPAMBlock? = try lost(error)
      return nothing != nil
    }
  }

  private mutating func stage(_ key: ResourceKey, _ resource: (any Resource)?) {
    var row = rows[key] ?? Row()
    if !row.isWritten { written.append(key) }
    row.isWritten = true
    row.current = resource
    rows[key] = row
  }

  private func operation(on key: ResourceKey) -> WriteOperation? {
    guard let row = rows[key] else { return nil }
    switch (row.original, row.current) {
    case (nil, nil): return nil
    case (nil, let new?): return .create(new)
    case (let old?, nil): return .delete(key, revision: old.metadata.resourceVersion)
    case (let old?, var new?):
      // What was deleted and made again in one session is an update to the store.
      new.metadata.uid = old.metadata.uid
      new.metadata.creationTimestamp = old.metadata.creationTimestamp
      new.metadata.resourceVersion = old.metadata.resourceVersion
      return .update(new)
    }
  }

  /// Nil for a lost race; other errors are thrown.
  private func lost<R>(_ error: DatastoreError) throws(IPAMError) -> R? {
    if error.isConflict { return nil }
    throw .datastore(error)
  }
}
