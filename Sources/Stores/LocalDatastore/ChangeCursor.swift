// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// One watch: it reads the log as fast as its consumer asks, so nothing piles up.
actor ChangeCursor {
  /// How far the watch may get without an event before it tells the consumer where it is.
  private static let silence: Int64 = 500
  private let query: ListQuery
  private let database: Database
  private let doorbell: Doorbell
  /// All up to here has been read.
  private var revision: Int64
  /// All up to here has been told.
  private var told: Int64
  private var incarnation = 0
  /// It has waited, and there was nothing new.
  private var hasWaited = false
  /// Read and not yet given, the next one last.
  private var pending: [WatchEvent] = []

  init(_ query: ListQuery, from revision: Int64, database: Database, doorbell: Doorbell) {
    self.query = query
    self.revision = revision
    told = revision
    self.database = database
    self.doorbell = doorbell
  }

  /// Reads for the first time, so that a revision that is too old shows at once.
  func begin() async throws(DatastoreError) {
    let changes = try await database.changes(of: query.kind, after: revision)
    incarnation = changes.incarnation
    take(changes)
  }

  /// The next event; waits for it. Nil when the task was cancelled.
  func next() async throws(DatastoreError) -> WatchEvent? {
    while true {
      if let event = pending.popLast() { return event }
      if Task.isCancelled { return nil }
      let generation = doorbell.generation
      if doorbell.isClosed { throw .watchTerminated("the datastore was closed") }
      let changes: Database.Changes
      do {
        changes = try await database.changes(of: query.kind, after: revision)
      } catch .watchTerminated(let reason) {
        throw .watchTerminated(reason)
      } catch {
        throw .watchTerminated("\(error)")
      }
      guard changes.incarnation == incarnation else {
        throw .watchTerminated("another database was put in place of \(database.path)")
      }
      if changes.through != revision {
        take(changes)
      } else if hasWaited {
        // A sign of life.
        hasWaited = false
        return .progress(revision: String(revision))
      } else {
        hasWaited = true
        await doorbell.wait(after: generation)
      }
    }
  }

  private func take(_ changes: Database.Changes) {
    revision = changes.through
    hasWaited = false
    var events = changes.changes.compactMap { event(for: $0) }
    if !events.isEmpty || revision - told >= Self.silence {
      events.append(.progress(revision: String(revision)))
      told = revision
    }
    pending = events.reversed()
  }

  private func event(for change: Database.Changes.Change) -> WatchEvent? {
    switch change {
    case .deleted(let key):
      return query.selects(key) ? .deleted(key) : nil
    case .set(let object):
      guard query.selects(object.key) else { return nil }
      switch object.decoded() {
      case .success(let resource): return .set(resource)
      case .failure(let malformed): return .malformed(malformed)
      }
    }
  }
}
