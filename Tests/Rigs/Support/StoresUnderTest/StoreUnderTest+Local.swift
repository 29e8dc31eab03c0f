// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Datastore
import LocalDatastore
import Synchronization
import TestSupport
import Resources
import ValueTree

extension StoreUnderTest {
  public static let local: StoreUnderTest = {
    let folder = TemporaryFolder()
    let last = Mutex(0)
    var options = LocalDatastore.Options(durability: .processCrash)
    // So few that a watch may well fall behind.
    options.changesKept = 2_000
    options.changesSlack = 100
    return StoreUnderTest(
      testDescription: "local",
      openEmpty: { [options] in
        let number = last.withLock { last in
          last += 1
          return last
        }
        return try await LocalDatastore.open(path: folder.file("\(number).db"), options: options)
      },
      openAgain: { [options] in
        let number = last.withLock { $0 }
        return try await LocalDatastore.open(path: folder.file("\(number).db"), options: options)
      },
      disturb: { _ in
        let number = last.withLock { $0 }
        let store = try await LocalDatastore.open(
          path: folder.file("\(number).db"), durability: .processCrash)
        try await store.compact(keep: 3)
        await store.close()
      },
      spoil: { name in
        let path = folder.file("\(last.withLock { $0 }).db")
        let change =
          "UPDATE objects SET value = '{' WHERE kind = 'GlobalNetworkSet' AND name = '\(name)'"
        var database: OpaquePointer?
        defer { sqlite3_close(database) }
        guard sqlite3_open(path, &database) == SQLITE_OK,
          sqlite3_exec(database, change, nil, nil, nil) == SQLITE_OK,
          sqlite3_changes(database) == 1
        else { throw DatastoreError.failed("\(path): \(name) cannot be spoilt") }
      },
      plant: { key, change in
        let path = folder.file("\(last.withLock { $0 }).db")
        let place =
          "kind = '\(key.kind.rawValue)' AND name = '\(key.name)' "
          + "AND namespace = '\(key.namespace ?? "")'"
        var database: OpaquePointer?
        var statement: OpaquePointer?
        defer { sqlite3_close(database) }
        guard sqlite3_open(path, &database) == SQLITE_OK,
          sqlite3_prepare_v2(
            database, "SELECT value FROM objects WHERE \(place)", -1, &statement, nil) == SQLITE_OK,
          sqlite3_step(statement) == SQLITE_ROW, let bytes = sqlite3_column_blob(statement, 0)
        else {
          sqlite3_finalize(statement)
          throw DatastoreError.failed("\(path): there is no \(key)")
        }
        let count = Int(sqlite3_column_bytes(statement, 0))
        let stored = try JSON.parse(Array(UnsafeRawBufferPointer(start: bytes, count: count)))
        sqlite3_finalize(statement)
        let text = JSON.encode(change(stored)).replacing("'", with: "''")
        guard
          sqlite3_exec(
            database, "UPDATE objects SET value = '\(text)' WHERE \(place)", nil, nil, nil)
            == SQLITE_OK
        else { throw DatastoreError.failed("\(path): \(key) cannot be changed") }
      })
  }()
}
