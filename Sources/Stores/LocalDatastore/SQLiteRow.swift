// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CSQLite

/// The row that a statement stands on; valid until its next step.
struct SQLiteRow {
  let statement: OpaquePointer

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

  func text(_ column: Int32) -> String { String(decoding: bytes(column) ?? [], as: UTF8.self) }

  /// The bytes of a text or blob; `nil` for NULL.
  func bytes(_ column: Int32) -> [UInt8]? {
    guard sqlite3_column_type(statement, column) != SQLITE_NULL else { return nil }
    let start = sqlite3_column_blob(statement, column)
    let count = sqlite3_column_bytes(statement, column)
    return Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(count)))
  }
}
