// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CSQLite

/// A thin layer over one SQLite connection: statements are prepared once, when they are first used.
///
/// It belongs to one thread at a time (SQLite's own mutexes are off) and blocks.
final class SQLiteConnection {
  enum Binding {
    case integer(Int64)
    case text(String)
    case bytes([UInt8])
  }

  private let handle: OpaquePointer
  private var statements: [String: OpaquePointer] = [:]

  /// Opens an existing file. `busyMilliseconds` bounds each wait for another process's lock.
  init(path: String, busyMilliseconds: Int32) throws(SQLiteFailure) {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE
    let code = sqlite3_open_v2(path, &opened, flags, nil)
    guard code == SQLITE_OK, let opened else {
      let failure = opened.map { Self.failure(of: $0, code) }
      sqlite3_close_v2(opened)
      throw failure ?? SQLiteFailure(code: code, message: "out of memory")
    }
    handle = opened
    sqlite3_extended_result_codes(opened, 1)
    sqlite3_busy_timeout(opened, busyMilliseconds)
  }

  deinit {
    for statement in statements.values { sqlite3_finalize(statement) }
    sqlite3_close_v2(handle)
  }

  /// Whether a transaction is open.
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// Runs one statement for its effect.
  func run(_ sql: String, _ bindings: Binding...) throws(SQLiteFailure) {
    try each(sql, bindings) { (_) throws(SQLiteFailure) in }
  }

  /// The first row that a statement yields, as `read` sees it.
  func first<R>(
    _ sql: String, _ bindings: Binding..., read: (SQLiteRow) -> R
  ) throws(SQLiteFailure) -> R? {
    var result: R?
    try each(sql, bindings) { (row) throws(SQLiteFailure) in
      if result == nil { result = read(row) }
    }
    return result
  }

  /// All rows that a statement yields, as `read` sees them.
  func all<R>(
    _ sql: String, _ bindings: Binding..., read: (SQLiteRow) -> R
  ) throws(SQLiteFailure) -> [R] {
    var result: [R] = []
    try each(sql, bindings) { (row) throws(SQLiteFailure) in result.append(read(row)) }
    return result
  }

  private func each(
    _ sql: String, _ bindings: [Binding], _ body: (SQLiteRow) throws(SQLiteFailure) -> Void
  ) throws(SQLiteFailure) {
    let statement = try prepared(sql)
    // A statement that is not reset would keep its snapshot, and with it the log, alive.
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    for (index, binding) in bindings.enumerated() {
      try bind(binding, at: Int32(index + 1), of: statement)
    }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: try body(SQLiteRow(statement: statement))
      case SQLITE_DONE: return
      case let code: throw Self.failure(of: handle, code)
      }
    }
  }

  private func prepared(_ sql: String) throws(SQLiteFailure) -> OpaquePointer {
    if let known = statements[sql] { return known }
    var statement: OpaquePointer?
    let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
    let code = sqlite3_prepare_v3(handle, sql, -1, flags, &statement, nil)
    guard code == SQLITE_OK, let statement else { throw Self.failure(of: handle, code) }
    statements[sql] = statement
    return statement
  }

  private func bind(
    _ binding: Binding, at index: Int32, of statement: OpaquePointer
  ) throws(SQLiteFailure) {
    let code: Int32
    switch binding {
    case .integer(let value):
      code = sqlite3_bind_int64(statement, index, value)
    case .text(var text):
      code = text.withUTF8 { Self.bindText($0, at: index, of: statement) }
    case .bytes(let bytes):
      code = bytes.withUnsafeBufferPointer { Self.bindText($0, at: index, of: statement) }
    }
    guard code == SQLITE_OK else { throw Self.failure(of: handle, code) }
  }

  private static func bindText(
    _ bytes: UnsafeBufferPointer<UInt8>, at index: Int32, of statement: OpaquePointer
  ) -> Int32 {
    // SQLITE_TRANSIENT, a cast that the importer leaves out: SQLite copies the bytes.
    let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    // An empty buffer may have no address, which SQLite would read as NULL.
    guard let base = bytes.baseAddress else {
      return sqlite3_bind_text(statement, index, "", 0, nil)
    }
    return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
      sqlite3_bind_text64(
        statement, index, $0, sqlite3_uint64(bytes.count), copies, UInt8(SQLITE_UTF8))
    }
  }

  private static func failure(of handle: OpaquePointer, _ code: Int32) -> SQLiteFailure {
    let extended = sqlite3_extended_errcode(handle)
    let message = sqlite3_errmsg(handle).map { String(cString: $0) } ?? ""
    return SQLiteFailure(code: extended == SQLITE_OK ? code : extended, message: message)
  }
}
