// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CSQLite

/// An SQLite file seen without any code of the store's: rows of texts. NULL is an empty one.
final class RawRows {
  private let handle: OpaquePointer?

  struct Failure: Error { var message: String }

  /// - Parameter path: `:memory:` to use SQLite's JSON functions alone.
  init(path: String) throws {
    var opened: OpaquePointer?
    let flags = path == ":memory:" ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
    let code = sqlite3_open_v2(path, &opened, flags, nil)
    handle = opened
    sqlite3_busy_timeout(opened, 30_000)
    guard code == SQLITE_OK else { throw Failure(message: "\(path): SQLite's error \(code)") }
  }

  deinit { sqlite3_close_v2(handle) }

  @discardableResult
  func rows(_ sql: String, _ parameter: String? = nil) throws -> [[String]] {
    var statement: OpaquePointer?
    defer { sqlite3_finalize(statement) }
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw failure }
    if let parameter {
      // SQLite copies what it is told is transient, which -1 says.
      let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      sqlite3_bind_text(statement, 1, parameter, -1, transient)
    }
    var rows: [[String]] = []
    while true {
      let code = sqlite3_step(statement)
      if code == SQLITE_DONE { return rows }
      guard code == SQLITE_ROW else { throw failure }
      rows.append(
        (0..<sqlite3_column_count(statement)).map { column in
          sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
        })
    }
  }

  private var failure: Failure { Failure(message: String(cString: sqlite3_errmsg(handle))) }

  /// Queries about one JSON text, the statement's only parameter.
  static func of(json: String, _ sql: String) throws -> [[String]] {
    try RawRows(path: ":memory:").rows(sql, json)
  }
}
