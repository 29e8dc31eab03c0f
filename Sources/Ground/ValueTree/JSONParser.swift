// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One pass over the bytes of a JSON text, straight into the tree.
struct JSONParser {
  private let bytes: [UInt8]
  private let file: String
  private let duplicateKeys: JSON.DuplicateKeys
  private var offset = 0
  /// Where the keys of the objects that are open begin, for the message about a duplicate.
  private var keyOffsets: [Int] = []
  private var cursor = TextCursor()

  init(
    _ bytes: [UInt8], file: String, duplicateKeys: JSON.DuplicateKeys
  ) throws(SyntaxError) {
    try TextCheck.sizeAndUTF8(bytes, file: file)
    self.bytes = bytes
    self.file = file
    self.duplicateKeys = duplicateKeys
  }

  mutating func document() throws(SyntaxError) -> Value {
    var none: MarkTree?
    return try document(marks: &none)
  }

  /// Reads the whole text. Marks are recorded where the caller gives a tree.
  mutating func document(marks: inout MarkTree?) throws(SyntaxError) -> Value {
    if bytes.starts(with: TextCheck.byteOrderMark) {
      throw failure(at: 0, "JSON must not begin with a byte order mark")
    }
    skipSpace()
    setMark(&marks)
    let result = try value(level: 0, marks: &marks)
    skipSpace()
    guard offset == bytes.count else {
      throw failure(at: offset, "unexpected \(found(offset)) after the end of the value")
    }
    return result
  }

  private mutating func value(
    level: Int, marks: inout MarkTree?
  ) throws(SyntaxError) -> Value {
    switch peek {
    case UInt8(ascii: "{"): return try object(level: level + 1, marks: &marks)
    case UInt8(ascii: "["): return try array(level: level + 1, marks: &marks)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case let byte? where Self.beginsNumber(byte): return try number()
    default: throw failure(at: offset, "expected a value, found \(found(offset))")
    }
  }

  private mutating func object(
    level: Int, marks: inout MarkTree?
  ) throws(SyntaxError) -> Value {
    try checkDepth(level)
    offset += 1
    var members: [Value.Member] = []
    var index = KeyIndex()
    let firstKey = keyOffsets.count
    defer { keyOffsets.removeSubrange(firstKey...) }
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object([]) }
    while true {
      guard peek == UInt8(ascii: "\"") else {
        throw failure(at: offset, "expected a key in double quotes, found \(found(offset))")
      }
      let keyOffset = offset
      var childMarks: MarkTree? = marks == nil ? nil : MarkTree(mark: Mark(line: 1, column: 1))
      setMark(&childMarks)
      let key = try string()
      if duplicateKeys == .refused {
        if let earlier = index.insert(key, into: members) {
          let line = mark(of: keyOffsets[firstKey + earlier]).line
          throw failure(at: keyOffset, KeyIndex.duplicate(firstLine: line)).below(.key(key))
        }
        keyOffsets.append(keyOffset)
      }
      skipSpace()
      guard take(UInt8(ascii: ":")) else {
        throw failure(at: offset, "expected ':' after the key, found \(found(offset))")
          .below(.key(key))
      }
      skipSpace()
      do {
        members.append(Value.Member(key, try value(level: level, marks: &childMarks)))
      } catch { throw error.below(.key(key)) }
      if let childMarks { marks?.children.append(childMarks) }
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else {
        throw failure(at: offset, "expected ',' or '}' after a member, found \(found(offset))")
      }
      skipSpace()
    }
  }

  private mutating func array(
    level: Int, marks: inout MarkTree?
  ) throws(SyntaxError) -> Value {
    try checkDepth(level)
    offset += 1
    var items: [Value] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array([]) }
    while true {
      var childMarks: MarkTree? = marks == nil ? nil : MarkTree(mark: Mark(line: 1, column: 1))
      setMark(&childMarks)
      do {
        items.append(try value(level: level, marks: &childMarks))
      } catch { throw error.below(.index(items.count)) }
      if let childMarks { marks?.children.append(childMarks) }
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(items) }
      guard take(UInt8(ascii: ",")) else {
        throw failure(at: offset, "expected ',' or ']' after an item, found \(found(offset))")
      }
      skipSpace()
    }
  }

  private mutating func literal(
    _ word: StaticString, _ value: Value
  ) throws(SyntaxError) -> Value {
    let end = offset + word.utf8CodeUnitCount
    let matches = word.withUTF8Buffer { expected in
      end <= bytes.count && bytes[offset..<end].elementsEqual(expected)
    }
    guard matches else { throw failure(at: offset, "expected a value, found \(found(offset))") }
    offset = end
    return value
  }

  // MARK: Numbers

  private static func beginsNumber(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private mutating func number() throws(SyntaxError) -> Value {
    let start = offset
    let negative = take(UInt8(ascii: "-"))
    let firstDigit = offset
    var magnitude: Int64? = 0
    while let digit = takeDigit() {
      magnitude = magnitude.flatMap { Self.append(digit, to: $0, negative: negative) }
    }
    guard offset > firstDigit else {
      throw failure(at: offset, "expected a digit, found \(found(offset))")
    }
    if bytes[firstDigit] == UInt8(ascii: "0"), offset > firstDigit + 1 {
      throw failure(at: start, "a number must not begin with a zero")
    }
    var isInteger = true
    if take(UInt8(ascii: ".")) {
      isInteger = false
      try digits()
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      isInteger = false
      offset += 1
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    if isInteger, let magnitude { return .int(magnitude) }
    guard offset - start <= Limits.numberBytes else {
      throw failure(at: start, "a number has at most \(Limits.numberBytes) characters")
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    guard let double = Double(text), double.isFinite else {
      throw failure(at: start, "the number \(text) is too large")
    }
    return .double(double)
  }

  /// One digit more; nil when that leaves the range of Int64. Negative numbers are built downward,
  /// so that the smallest one is reached too.
  private static func append(_ digit: UInt8, to number: Int64, negative: Bool) -> Int64? {
    let (product, tooMuch) = number.multipliedReportingOverflow(by: 10)
    let (sum, overflow) =
      negative
      ? product.subtractingReportingOverflow(Int64(digit))
      : product.addingReportingOverflow(Int64(digit))
    return tooMuch || overflow ? nil : sum
  }

  private mutating func digits() throws(SyntaxError) {
    guard takeDigit() != nil else {
      throw failure(at: offset, "expected a digit, found \(found(offset))")
    }
    while takeDigit() != nil {}
  }

  private mutating func takeDigit() -> UInt8? {
    guard let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
    offset += 1
    return byte - UInt8(ascii: "0")
  }

  // MARK: Strings

  private mutating func string() throws(SyntaxError) -> String {
    offset += 1
    let start = offset
    var unescaped: [UInt8]?
    var pending = start
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        defer { offset += 1 }
        guard let unescaped else { return text(from: pending, to: offset) }
        return String(decoding: unescaped + bytes[pending..<offset], as: UTF8.self)
      case UInt8(ascii: "\\"):
        var text = unescaped ?? []
        unescaped = nil
        text += bytes[pending..<offset]
        try escape(into: &text)
        unescaped = text
        pending = offset
      case 0..<0x20:
        throw failure(
          at: offset, "a control character must be written as \\u\(hex(bytes[offset])) in a string")
      default: offset += 1
      }
    }
    throw failure(at: start - 1, "the string is not closed")
  }

  /// The bytes as a text, without a slice that would hold on to all of them for a moment.
  private func text(from start: Int, to end: Int) -> String {
    bytes.withUnsafeBufferPointer { bytes in
      String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
    }
  }

  private mutating func escape(into text: inout [UInt8]) throws(SyntaxError) {
    let start = offset
    offset += 1
    guard let letter = peek else { throw failure(at: start, "the string is not closed") }
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try fourHexDigits(escape: start)
      if (0xD800..<0xDC00).contains(code), offset + 1 < bytes.count,
        bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u")
      {
        offset += 2
        let low = try fourHexDigits(escape: start)
        guard (0xDC00..<0xE000).contains(low) else {
          throw failure(at: start, "half of a surrogate pair")
        }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else {
        throw failure(at: start, "half of a surrogate pair")
      }
      text.append(contentsOf: String(scalar).utf8)
    default: throw failure(at: start, "unknown escape in a string: \\ and \(found(start + 1))")
    }
  }

  private mutating func fourHexDigits(escape start: Int) throws(SyntaxError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue,
        byte < 0x80
      else { throw failure(at: start, "\\u must be followed by four hexadecimal digits") }
      code = code << 4 | UInt32(digit)
      offset += 1
    }
    return code
  }

  // MARK: Small steps

  private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    offset += 1
    return true
  }

  private mutating func skipSpace() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return
      }
    }
  }

  private func checkDepth(_ level: Int) throws(SyntaxError) {
    guard level <= Limits.depth else {
      throw failure(at: offset, "lists and maps may be nested at most \(Limits.depth) deep")
    }
  }

  private mutating func setMark(_ marks: inout MarkTree?) {
    if marks != nil { marks?.mark = cursor.advance(to: offset, in: bytes) }
  }

  private func mark(of offset: Int) -> Mark {
    var cursor = TextCursor()
    return cursor.advance(to: offset, in: bytes)
  }

  private func failure(at offset: Int, _ message: String) -> SyntaxError {
    SyntaxError(file: file, mark: mark(of: offset), path: ValuePath(), message: message)
  }

  /// What stands at an offset, for a message.
  private func found(_ offset: Int) -> String {
    guard offset < bytes.count else { return "the end" }
    let byte = bytes[offset]
    return (0x21..<0x7F).contains(byte)
      ? "'\(Character(Unicode.Scalar(byte)))'" : "a character that does not belong here"
  }

  private func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}
