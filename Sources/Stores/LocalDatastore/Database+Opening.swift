// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Datastore
import Glibc
import HostSystem

extension Database {
  /// The schema that this build reads and writes.
  static let schemaVersion: Int64 = 1
  /// Marks the file as ours, in SQLite's header: "CLCO".
  static let applicationID: Int64 = 0x434c_434f

  private static let schema = [
    """
    CREATE TABLE objects (
      kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
      revision INTEGER NOT NULL, value TEXT NOT NULL,
      PRIMARY KEY (kind, namespace, name)) STRICT
    """,
    """
    CREATE TABLE changes (
      revision INTEGER PRIMARY KEY, kind TEXT NOT NULL, namespace TEXT NOT NULL,
      name TEXT NOT NULL, deleted INTEGER NOT NULL) STRICT
    """,
    "CREATE TABLE state (revision INTEGER NOT NULL, compacted INTEGER NOT NULL) STRICT",
    // No list ever has revision 0, which some clients read as "from the start".
    "INSERT INTO state VALUES (1, 1)",
    "PRAGMA application_id = \(applicationID)",
    "PRAGMA user_version = \(schemaVersion)",
  ]

  /// Opens the database.
  ///
  /// - Parameter mayMake: Whether folder, file and schema are made where they are missing.
  static func open(
    _ path: String, _ options: LocalDatastore.Options, mayMake: Bool
  ) throws(DatastoreError) -> (SQLiteConnection, FileIdentity) {
    if mayMake {
      try makeFile(path)
    } else if FileIdentity(of: path) == nil {
      let reason = errno == EACCES ? EACCES : ENOENT
      let message = "\(path): \(errorText(reason))"
      throw reason == EACCES ? .unauthorized(message) : .unavailable(message)
    }
    do throws(Failure) {
      let connection = try sqlite { () throws(SQLiteFailure) in
        try SQLiteConnection(path: path, busyMilliseconds: Int32(options.busyMilliseconds))
      }
      try prepare(connection, path, options, mayMake: mayMake)
      guard let identity = FileIdentity(of: path) else {
        throw .refused(.unavailable("\(path) vanished while it was opened"))
      }
      return (connection, identity)
    } catch {
      switch error {
      case .refused(let error): throw error
      case .sqlite(let failure): throw failure.explained(path: path)
      }
    }
  }

  private static func prepare(
    _ connection: SQLiteConnection, _ path: String, _ options: LocalDatastore.Options,
    mayMake: Bool
  ) throws(Failure) {
    var version = try number("PRAGMA user_version", connection)
    if version == 0 {
      guard mayMake else { throw .refused(.unavailable("\(path) is empty: it is no datastore")) }
      version = try create(connection, path)
    }
    guard version <= schemaVersion else {
      throw .refused(
        .failed(
          "\(path) was written by a newer version of this program (its schema is \(version), "
            + "this build knows \(schemaVersion)): update this program"))
    }
    let marked = try number("PRAGMA application_id", connection)
    guard marked == applicationID else { throw .refused(foreign(path)) }
    let waitsForDisk = options.durability == .full
    try sqlite { () throws(SQLiteFailure) in
      try connection.run("PRAGMA synchronous = \(waitsForDisk ? "FULL" : "NORMAL")")
      // To move the log into the database waits for the disk too, tens of milliseconds. Whoever does
      // not want to wait leaves that to those who do, until there are 40 MB of it.
      if !waitsForDisk { try connection.run("PRAGMA wal_autocheckpoint = 10000") }
    }
  }

  /// Makes the schema in an empty file, unless another process was faster.
  private static func create(
    _ connection: SQLiteConnection, _ path: String
  ) throws(Failure) -> Int64 {
    let tables = try number("SELECT count(*) FROM sqlite_schema", connection)
    guard tables == 0 else {
      // Another process may have made the schema since `user_version` was read.
      let version = try number("PRAGMA user_version", connection)
      if version == 0 { throw .refused(foreign(path)) }
      return version
    }
    try switchToLog(connection)
    return try sqlite { () throws(SQLiteFailure) in
      try connection.run("BEGIN IMMEDIATE")
      let version = try connection.first("PRAGMA user_version") { $0.integer(0) } ?? 0
      if version == 0 {
        for statement in schema { try connection.run(statement) }
      }
      try connection.run("COMMIT")
      return version == 0 ? schemaVersion : version
    }
  }

  /// Write-ahead logging: readers and a writer do not wait for each other. While others open the
  /// file too, SQLite refuses the switch without waiting, so we wait ourselves.
  private static func switchToLog(_ connection: SQLiteConnection) throws(Failure) {
    var attempt = 0
    while true {
      do throws(SQLiteFailure) {
        return try connection.run("PRAGMA journal_mode = WAL")
      } catch {
        attempt += 1
        guard error.primary == SQLITE_BUSY, attempt < 500 else { throw .sqlite(error) }
        usleep(useconds_t(UInt32.random(in: 2000...10000)))
      }
    }
  }

  private static func number(
    _ sql: String, _ connection: SQLiteConnection
  ) throws(Failure) -> Int64 {
    try sqlite { () throws(SQLiteFailure) in try connection.first(sql) { $0.integer(0) } ?? 0 }
  }

  private static func foreign(_ path: String) -> DatastoreError {
    .failed("\(path) is an SQLite database, but not one of this program")
  }

  /// Makes the folder (0755) and an empty file that only its owner reads (0600); SQLite gives the
  /// files beside it the same permissions.
  private static func makeFile(_ path: String) throws(DatastoreError) {
    if FileIdentity(of: path) != nil { return }
    if errno == EACCES { throw .unauthorized("\(path): \(errorText(EACCES))") }
    for (index, character) in path.enumerated() where character == "/" && index > 0 {
      mkdir(String(path.prefix(index)), 0o755)
    }
    // Not open(2): closing a descriptor would drop the locks that another connection of this
    // process holds on the file.
    guard mknod(path, S_IFREG | 0o600, 0) == 0 || errno == EEXIST else {
      let code = errno
      let message = "cannot make \(path): \(errorText(code))"
      throw code == EACCES ? .unauthorized(message) : .unavailable(message)
    }
  }
}
