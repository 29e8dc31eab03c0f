// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Datastore
import Glibc
import HostSystem
import Resources

/// The database file as this process sees it. All calls block, on a thread of their own.
actor Database {
  /// One write, ready to be stored.
  enum Write: Sendable {
    case create(any Resource, json: [UInt8])
    case update(any Resource, basedOn: Int64, json: [UInt8])
    case delete(ResourceKey, basedOn: Int64?)
  }

  /// What became of a write.
  enum Written: Sendable {
    /// The object as it is stored now.
    case set(any Resource)
    /// The object that is gone.
    case deleted(StoredObject)

    var resource: any Resource {
      switch self {
      case .set(let resource): resource
      case .deleted(let object): object.decodedOrBlank()
      }
    }
  }

  /// What a list reads in one snapshot.
  struct Snapshot: Sendable {
    var objects: [StoredObject]
    var revision: Int64
  }

  nonisolated let path: String
  nonisolated let doorbellPath: String
  nonisolated private let thread: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  let options: LocalDatastore.Options
  var connection: SQLiteConnection?
  private var isClosed = false
  /// Which file the path meant when it was opened.
  var file = FileIdentity(device: 0, inode: 0)
  /// Counts the files: when somebody puts another one in place, revisions begin anew and watches
  /// end.
  var incarnation = 0

  init(path: String, options: LocalDatastore.Options) throws(DatastoreError) {
    self.path = path
    doorbellPath = path + ".doorbell"
    self.options = options
    do throws(SystemCallError) {
      thread = try ThreadExecutor(name: "datastore")
    } catch {
      throw .unavailable("cannot start a thread: \(errorText(error.code))")
    }
  }

  /// Opens the file, so that what is wrong with it shows at once.
  func open() throws(DatastoreError) {
    _ = try current()
  }

  func close() {
    isClosed = true
    connection = nil
  }

  /// The connection to the file that is at the path now; opened where there is none.
  private func current() throws(DatastoreError) -> SQLiteConnection {
    guard !isClosed else { throw .unavailable("\(path) was closed") }
    if let connection, FileIdentity(of: path) == file { return connection }
    connection = nil
    let mayMake = options.makesFile && incarnation == 0
    let (opened, identity) = try Self.open(path, options, mayMake: mayMake)
    if identity != file { incarnation += 1 }
    file = identity
    connection = opened
    return opened
  }

  /// Runs calls on the connection and gives their failures a meaning.
  private func withConnection<R>(
    _ body: (SQLiteConnection) throws(Failure) -> R
  ) throws(DatastoreError) -> R {
    let connection = try current()
    do {
      return try body(connection)
    } catch {
      switch error {
      case .refused(let error): throw error
      case .sqlite(let failure):
        if failure.spoilsConnection { self.connection = nil }
        throw failure.explained(path: path)
      }
    }
  }

  /// Runs calls in one transaction: with `IMMEDIATE` it has the write lock from its begin.
  func transaction<R>(
    _ begin: String, _ body: (SQLiteConnection) throws(Failure) -> R
  ) throws(DatastoreError) -> R {
    try withConnection { (connection) throws(Failure) in
      try sqlite { () throws(SQLiteFailure) in try connection.run(begin) }
      do throws(Failure) {
        let result = try body(connection)
        try sqlite { () throws(SQLiteFailure) in try connection.run("COMMIT") }
        return result
      } catch {
        // Some failures have rolled back already. One of the roll-back itself adds nothing.
        if connection.isInTransaction { try? connection.run("ROLLBACK") }
        throw error
      }
    }
  }

  // MARK: - Reading

  func read(_ key: ResourceKey) throws(DatastoreError) -> StoredObject? {
    try withConnection { (connection) throws(Failure) in
      try sqlite { () throws(SQLiteFailure) in try Self.object(key, connection) }
    }
  }

  func list(_ query: ListQuery) throws(DatastoreError) -> Snapshot {
    try transaction("BEGIN") { (connection) throws(Failure) in
      try sqlite { () throws(SQLiteFailure) in
        let revision = try Self.state(connection).revision
        return Snapshot(objects: try Self.objects(query, connection), revision: revision)
      }
    }
  }

  private static func object(
    _ key: ResourceKey, _ connection: SQLiteConnection
  ) throws(SQLiteFailure) -> StoredObject? {
    try connection.first(
      "SELECT revision, value FROM objects WHERE kind = ? AND namespace = ? AND name = ?",
      .text(key.kind.rawValue), .text(key.namespace ?? ""), .text(key.name)
    ) { StoredObject(key: key, revision: $0.integer(0), json: $0.bytes(1) ?? []) }
  }

  private static func objects(
    _ query: ListQuery, _ connection: SQLiteConnection
  ) throws(SQLiteFailure) -> [StoredObject] {
    let kind = SQLiteConnection.Binding.text(query.kind.rawValue)
    let first = SQLiteConnection.Binding.text(query.namePrefix ?? "")
    let read = { (row: SQLiteRow) -> StoredObject? in
      let namespace = row.text(0)
      let key = ResourceKey(
        kind: query.kind, namespace: namespace.isEmpty ? nil : namespace, name: row.text(1))
      guard query.selects(key) else { return nil }
      return StoredObject(key: key, revision: row.integer(2), json: row.bytes(3) ?? [])
    }
    // Names that begin with the prefix are those from the prefix on that are below the prefix
    // followed by the last character there is; what that lets in too much, `selects` sorts out.
    let last = SQLiteConnection.Binding.text((query.namePrefix ?? "") + "\u{10ffff}")
    let columns = "SELECT namespace, name, revision, value FROM objects WHERE kind = ?"
    let names = "AND name >= ? AND name < ? ORDER BY namespace, name"
    let rows: [StoredObject?]
    if let namespace = query.namespace, query.kind.isNamespaced {
      rows = try connection.all(
        "\(columns) AND namespace = ? \(names)", kind, .text(namespace), first, last, read: read)
    } else {
      rows = try connection.all("\(columns) \(names)", kind, first, last, read: read)
    }
    return rows.compactMap { $0 }
  }

  // MARK: - Writing

  /// Applies all writes or none. Returns what became of each, in their order.
  func write(_ writes: [Write]) throws(DatastoreError) -> [Written] {
    let results = try transaction("BEGIN IMMEDIATE") { (connection) throws(Failure) in
      var state = try sqlite { () throws(SQLiteFailure) in try Self.state(connection) }
      var results: [Written] = []
      for write in writes {
        state.revision += 1
        results.append(try Self.apply(write, revision: state.revision, connection))
      }
      try sqlite { () throws(SQLiteFailure) in
        try Self.trim(&state, keep: options.changesKept, slack: options.changesSlack, connection)
        try connection.run(
          "UPDATE state SET revision = ?, compacted = ?", .integer(state.revision),
          .integer(state.compacted))
      }
      return results
    }
    Doorbell.ring(path: doorbellPath)
    return results
  }

  private static func apply(
    _ write: Write, revision: Int64, _ connection: SQLiteConnection
  ) throws(Failure) -> Written {
    switch write {
    case .create(let resource, let json):
      let present = try found(resource.key, connection)
      guard present == nil else { throw .refused(.alreadyExists(resource.key)) }
      return try put(resource, json: json, revision: revision, connection)
    case .update(var resource, let base, var json):
      guard let present = try found(resource.key, connection) else {
        throw .refused(.doesNotExist(resource.key))
      }
      guard present.revision == base else { throw .refused(.updateConflict(resource.key)) }
      let complete = StoredObject.completed(resource, over: present.decodedOrBlank())
      if complete.metadata.name != resource.metadata.name
        || complete.metadata.uid != resource.metadata.uid
        || complete.metadata.creationTimestamp != resource.metadata.creationTimestamp
      {
        resource = complete
        do throws(DatastoreError) {
          json = try StoredObject.json(of: resource)
        } catch {
          throw .refused(error)
        }
      }
      return try put(resource, json: json, revision: revision, connection)
    case .delete(let key, let base):
      guard let present = try found(key, connection) else { throw .refused(.doesNotExist(key)) }
      guard base == nil || present.revision == base else { throw .refused(.updateConflict(key)) }
      try sqlite { () throws(SQLiteFailure) in
        try connection.run(
          "DELETE FROM objects WHERE kind = ? AND namespace = ? AND name = ?",
          .text(key.kind.rawValue), .text(key.namespace ?? ""), .text(key.name))
        try log(key, revision: revision, deleted: true, connection)
      }
      return .deleted(present)
    }
  }

  private static func found(
    _ key: ResourceKey, _ connection: SQLiteConnection
  ) throws(Failure) -> StoredObject? {
    try sqlite { () throws(SQLiteFailure) in try object(key, connection) }
  }

  private static func put(
    _ resource: any Resource, json: [UInt8], revision: Int64, _ connection: SQLiteConnection
  ) throws(Failure) -> Written {
    let key = resource.key
    try sqlite { () throws(SQLiteFailure) in
      try connection.run(
        """
        INSERT INTO objects (kind, namespace, name, revision, value) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET revision = excluded.revision, value = excluded.value
        """, .text(key.kind.rawValue), .text(key.namespace ?? ""), .text(key.name),
        .integer(revision), .bytes(json))
      try log(key, revision: revision, deleted: false, connection)
    }
    var stored = resource
    stored.metadata.resourceVersion = String(revision)
    return .set(stored)
  }

  private static func log(
    _ key: ResourceKey, revision: Int64, deleted: Bool, _ connection: SQLiteConnection
  ) throws(SQLiteFailure) {
    try connection.run(
      "INSERT INTO changes (revision, kind, namespace, name, deleted) VALUES (?, ?, ?, ?, ?)",
      .integer(revision), .text(key.kind.rawValue), .text(key.namespace ?? ""), .text(key.name),
      .integer(deleted ? 1 : 0))
  }
}

extension Database {
  /// Why a call does not do its work: the data are against it, or SQLite is.
  enum Failure: Error {
    case refused(DatastoreError)
    case sqlite(SQLiteFailure)
  }
}
