// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Datastore
import LocalDatastore
import Synchronization
import TestSupport

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
      })
  }()
}
