// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Datastore
import Resources

extension Database {
  /// Where the store and its log stand.
  struct LogState: Sendable {
    /// Of the last write.
    var revision: Int64
    /// The log has every change after this one.
    var compacted: Int64
  }

  /// Some changes of one kind, as the log has them.
  struct Changes: Sendable {
    enum Change: Sendable {
      case set(StoredObject)
      case deleted(ResourceKey)
    }

    var changes: [Change]
    /// What stands in `changes` is all up to this revision.
    var through: Int64
    var incarnation: Int
  }

  /// How many changes one call reads.
  static let changesAtOnce: Int64 = 500

  /// The next changes to one kind after a revision. Of several writes of a key only the last has its
  /// value here; the others are left out, deletions are not.
  ///
  /// Errors: `watchTerminated` when the log does not reach back to that revision.
  func changes(of kind: Kind, after revision: Int64) throws(DatastoreError) -> Changes {
    let batch = try transaction("BEGIN") { (connection) throws(Failure) in
      let state = try sqlite { () throws(SQLiteFailure) in try Self.state(connection) }
      if revision < state.compacted {
        throw .refused(
          .watchTerminated("the changes after revision \(revision) are no longer recorded"))
      }
      if revision > state.revision {
        throw .refused(.watchTerminated("there is no revision \(revision) yet"))
      }
      var batch = Changes(changes: [], through: state.revision, incarnation: 0)
      if revision == state.revision { return batch }
      let rows = try sqlite { () throws(SQLiteFailure) in
        try Self.rows(of: kind, after: revision, connection)
      }
      batch.changes = rows.compactMap(\.change)
      if rows.count == Self.changesAtOnce, let last = rows.last { batch.through = last.revision }
      return batch
    }
    return Changes(changes: batch.changes, through: batch.through, incarnation: incarnation)
  }

  private typealias Row = (revision: Int64, change: Changes.Change?)

  private static func rows(
    of kind: Kind, after revision: Int64, _ connection: SQLiteConnection
  ) throws(SQLiteFailure) -> [Row] {
    try connection.all(
      """
      SELECT c.revision, c.namespace, c.name, c.deleted, o.value FROM changes AS c
      LEFT JOIN objects AS o ON o.kind = c.kind AND o.namespace = c.namespace
        AND o.name = c.name AND o.revision = c.revision
      WHERE c.revision > ? AND c.kind = ? ORDER BY c.revision LIMIT \(changesAtOnce)
      """, .integer(revision), .text(kind.rawValue)
    ) { row in
      let namespace = row.text(1)
      let key = ResourceKey(
        kind: kind, namespace: namespace.isEmpty ? nil : namespace, name: row.text(2))
      let revision = row.integer(0)
      if row.integer(3) != 0 { return (revision, .deleted(key)) }
      return (
        revision, row.bytes(4).map { .set(StoredObject(key: key, revision: revision, json: $0)) }
      )
    }
  }

  /// Forgets all but the last `keep` changes.
  func compact(keep: Int) throws(DatastoreError) {
    try transaction("BEGIN IMMEDIATE") { (connection) throws(Failure) in
      try sqlite { () throws(SQLiteFailure) in
        var state = try Self.state(connection)
        try Self.trim(&state, keep: keep, slack: 0, connection)
        try connection.run("UPDATE state SET compacted = ?", .integer(state.compacted))
      }
    }
  }

  static func state(_ connection: SQLiteConnection) throws(SQLiteFailure) -> LogState {
    let state = try connection.first("SELECT revision, compacted FROM state") {
      LogState(revision: $0.integer(0), compacted: $0.integer(1))
    }
    guard let state else {
      throw SQLiteFailure(code: SQLITE_CORRUPT, message: "its table of the state is empty")
    }
    return state
  }

  /// Shortens the log to `keep` changes, once there are more than `slack` too many: rarely, then
  /// many at once.
  static func trim(
    _ state: inout LogState, keep: Int, slack: Int, _ connection: SQLiteConnection
  ) throws(SQLiteFailure) {
    let oldest = state.revision - Int64(max(0, keep))
    guard oldest - state.compacted > Int64(slack) else { return }
    try connection.run("DELETE FROM changes WHERE revision <= ?", .integer(oldest))
    state.compacted = oldest
  }
}

/// Runs calls of SQLite where other failures are possible too.
func sqlite<R>(
  _ body: () throws(SQLiteFailure) -> R
) throws(Database.Failure) -> R {
  do {
    return try body()
  } catch {
    throw .sqlite(error)
  }
}
