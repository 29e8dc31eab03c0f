// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

@testable import LocalDatastore

/// Holds the write lock of a database.
struct LockHolder {
  private let connection: SQLiteConnection

  init(path: String) throws {
    connection = try SQLiteConnection(path: path, busyMilliseconds: 5000)
    try connection.run("BEGIN IMMEDIATE")
  }

  func release() {
    try? connection.run("ROLLBACK")
  }
}
