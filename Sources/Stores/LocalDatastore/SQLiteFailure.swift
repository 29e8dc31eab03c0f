// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Datastore

/// What SQLite answered, for a caller that turns it into a `DatastoreError`.
struct SQLiteFailure: Error {
  /// The extended result code.
  var code: Int32
  var message: String

  var primary: Int32 { code & 0xff }

  /// Whether the connection is worth nothing any more and the next call should open anew.
  var spoilsConnection: Bool {
    switch primary {
    case SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_PROTOCOL, SQLITE_CANTOPEN: true
    default: false
    }
  }

  /// The same for people, with the database's path.
  func explained(path: String) -> DatastoreError {
    switch primary {
    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
      .unavailable("\(path) is locked by another process for too long (\(message))")
    case SQLITE_FULL:
      .unavailable("no space left for \(path) (\(message))")
    case SQLITE_CANTOPEN, SQLITE_IOERR, SQLITE_NOMEM:
      .unavailable("\(path): \(message)")
    case SQLITE_PERM, SQLITE_AUTH:
      .unauthorized("\(path): \(message)")
    case SQLITE_READONLY:
      .failed("\(path) is read-only here (\(message))")
    case SQLITE_NOTADB:
      .failed("\(path) is not a database of this program (\(message))")
    case SQLITE_CORRUPT:
      .failed("\(path) is damaged (\(message)); restore it from a backup or remove it")
    default:
      .failed("\(path): \(message) (SQLite code \(code))")
    }
  }
}
