// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Reads JSON that has the expected shape straight from its bytes, without a tree in between.
///
/// It never says what is wrong: whatever is not as expected gives nil, and the caller reads the
/// tree, which knows. In turn, what it accepts `JSON.parse` accepts too, with the same meaning.
///
/// The members of an object are noted first, and then read in the order in which they are wanted.
public struct JSONReader {
  /// A member that was noted.
  private struct Member {
    /// Where its key stands, without the quotes.
    let key: Range<Int>
    let value: Range<Int>
    /// What tells most keys apart at a glance.
    let mark: UInt64
  }

  /// A key's length and its first byte.
  private static func mark(count: Int, first: UInt8) -> UInt64 {
    UInt64(count) << 8 | UInt64(first)
  }

  /// UTF-8 that has been looked at.
  private let bytes: UnsafeBufferPointer<UInt8>
  private let isASCII: Bool
  private var offset = 0
  /// The members of the objects that are being read, those of inner objects last.
  private var members: [Member] = []

  private init(_ bytes: UnsafeBufferPointer<UInt8>, isASCII: Bool) {
    self.bytes = bytes
    self.isASCII = isASCII
    // About as many as a resource has at a time.
    members.reserveCapacity(32)
  }

  /// Gives the body a reader of one value, which the body must read; nil when it does not, or when
  /// something follows after it. The reader is good for nothing after that.
  package static func read<R>(_ bytes: Span<UInt8>, _ body: (inout JSONReader) -> R?) -> R? {
    guard bytes.count <= Limits.bytes, let text = try? UTF8Span(validating: bytes) else {
      return nil
    }
    let isASCII = text.isKnownASCII
    return bytes.withUnsafeBufferPointer { bytes in
      var reader = JSONReader(bytes, isASCII: isASCII)
      reader.skipSpace()
      guard let result = body(&reader) else { return nil }
      reader.skipSpace()
      return reader.offset == bytes.count ? result : nil
    }
  }

  /// All that this one knows, for another variable, so that there is never a second one to copy
  /// the members for.
  public mutating func handOver() -> JSONReader {
    let all = self
    members = []
    return all
  }

  // MARK: - Values

  public mutating func bool() -> Bool? {
    if take("true") { return true }
    return take("false") ? false : nil
  }

  /// A number without fraction and exponent.
  public mutating func int() -> Int64? {
    let start = offset
    let isNegative = take(UInt8(ascii: "-"))
    var digits = 0
    var number: Int64 = 0
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      digits += 1
      // More could be too large: the tree may say.
      if digits > 18 { return nil }
      number = number * 10 + Int64(byte - UInt8(ascii: "0"))
      offset += 1
    }
    let first = start + (isNegative ? 1 : 0)
    guard digits > 0, digits == 1 || bytes[first] != UInt8(ascii: "0"),
      peek.map({ [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains($0) }) != true
    else { return nil }
    return isNegative ? -number : number
  }

  public mutating func string() -> String? {
    guard let (content, isPlain) = skipString() else { return nil }
    if isPlain { return text(content) }
    guard case .string(let text) = tree(content.lowerBound - 1..<content.upperBound + 1) else {
      return nil
    }
    return text
  }

  /// Any value, as a tree.
  public mutating func value() -> Value? {
    let start = offset
    guard skipValue() else { return nil }
    return tree(start..<offset)
  }

  // MARK: - Lists and objects

  /// What stands next in a list or a map.
  public enum Step {
    case item, end
    /// Something that is not as expected.
    case other
  }

  /// Goes to the first item of a list.
  public mutating func beginList() -> Step { begin(UInt8(ascii: "["), UInt8(ascii: "]")) }

  /// Goes to the next item of a list, after one was read.
  public mutating func nextItem() -> Step { next(UInt8(ascii: "]")) }

  /// Goes to the first key of a map.
  public mutating func beginMap() -> Step { begin(UInt8(ascii: "{"), UInt8(ascii: "}")) }

  /// Goes to the next key of a map, after a value was read.
  public mutating func nextKey() -> Step { next(UInt8(ascii: "}")) }

  /// Reads a key and goes to its value.
  public mutating func key() -> String? {
    guard let key = string() else { return nil }
    skipSpace()
    guard take(UInt8(ascii: ":")) else { return nil }
    skipSpace()
    return key
  }

  private mutating func begin(_ open: UInt8, _ close: UInt8) -> Step {
    guard take(open) else { return .other }
    skipSpace()
    return take(close) ? .end : .item
  }

  private mutating func next(_ close: UInt8) -> Step {
    skipSpace()
    if take(close) { return .end }
    guard take(UInt8(ascii: ",")) else { return .other }
    skipSpace()
    return .item
  }

  /// An object whose members are noted.
  public struct Object {
    /// The numbers of the members.
    public let members: Range<Int>
    fileprivate let end: Int
  }

  /// Notes the members of an object, to be read in any order before `end`.
  public mutating func beginObject() -> Object? {
    let first = members.count
    guard noteMembers() else { return nil }
    return Object(members: first..<members.count, end: offset)
  }

  /// Forgets the members of the object that was begun last, and goes on after it.
  public mutating func end(_ object: Object) {
    members.removeSubrange(object.members.lowerBound...)
    offset = object.end
  }

  private mutating func noteMembers() -> Bool {
    var step = beginMap()
    while step == .item {
      // A key with an escape in it is none that anybody declares.
      guard let (key, isPlain) = skipString(), isPlain else { return false }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { return false }
      skipSpace()
      let start = offset
      guard skipValue() else { return false }
      let mark = Self.mark(count: key.count, first: bytes[key.lowerBound])
      members.append(Member(key: key, value: start..<offset, mark: mark))
      step = nextKey()
    }
    return step == .end
  }

  /// The noted member of an object that has this key: the first from the one at hand on, all around.
  public func member(_ name: String, in object: Range<Int>, from hint: Int) -> Int? {
    let mark = Self.mark(count: name.utf8.count, first: name.utf8.first ?? UInt8(ascii: "\""))
    var index = hint
    for _ in object {
      if index >= object.upperBound { index = object.lowerBound }
      if members[index].mark == mark, key(of: index, is: name) { return index }
      index += 1
    }
    return nil
  }

  private func key(of member: Int, is name: String) -> Bool {
    // They are equally long, as their marks are the same.
    let key = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[members[member].key])
    return name.utf8.span.withUnsafeBytes { $0.elementsEqual(key) }
  }

  public func key(of member: Int) -> String { text(members[member].key) }

  /// Goes to the value of a noted member. Says whether it is null, which is read then.
  public mutating func beginValue(of member: Int) -> (isNull: Bool, end: Int) {
    let value = members[member].value
    offset = value.lowerBound
    let isNull = take("null") && offset == value.upperBound
    if !isNull { offset = value.lowerBound }
    return (isNull, value.upperBound)
  }

  /// Whether a value was read that ends here: all of it, no more.
  public func isAt(_ end: Int) -> Bool { offset == end }

  // MARK: - Skipping

  /// Goes over a string. Its content, and whether that is its text as it stands.
  private mutating func skipString() -> (content: Range<Int>, isPlain: Bool)? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = offset
    var isPlain = true
    var at = start
    while true {
      at = first(.inString, from: at)
      guard at < bytes.count else { return nil }
      switch bytes[at] {
      case UInt8(ascii: "\""):
        offset = at + 1
        return (start..<at, isPlain)
      case UInt8(ascii: "\\"):
        isPlain = false
        at += 2
      default: return nil
      }
    }
  }

  /// Goes over a value. Of what is inside it only says where it ends: who reads it looks closer.
  private mutating func skipValue() -> Bool {
    guard let first = peek else { return false }
    if first == UInt8(ascii: "\"") { return skipString() != nil }
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
      skipWord()
      return true
    }
    var depth = 0
    while true {
      offset = self.first(.structure, from: offset)
      guard let byte = peek else { return false }
      switch byte {
      case UInt8(ascii: "\""):
        guard skipString() != nil else { return false }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      default: depth -= 1
      }
      offset += 1
      if depth == 0 { return true }
    }
  }

  /// Bytes that are looked for, eight at a time.
  private enum Sought {
    /// A quote, a backslash, or a control character, which must not stand in a string.
    case inString
    /// A quote, a brace or a bracket.
    case structure

    /// The highest bit of each byte of a word that is one of them, the first byte being the lowest.
    /// Of these the lowest alone is certain: the borrow from its byte may have set others.
    func bits(in word: UInt64) -> UInt64 {
      let ones: UInt64 = 0x0101_0101_0101_0101
      func below(_ limit: UInt8, _ word: UInt64) -> UInt64 {
        (word &- (ones &* UInt64(limit))) & ~word
      }
      func has(_ byte: UInt8, _ word: UInt64) -> UInt64 {
        below(1, word ^ (ones &* UInt64(byte)))
      }
      var found = has(UInt8(ascii: "\""), word)
      switch self {
      case .inString: found |= has(UInt8(ascii: "\\"), word) | below(0x20, word)
      case .structure:
        // Brackets differ from braces in one bit.
        let braces = word | (ones &* 0x20)
        found |= has(UInt8(ascii: "{"), braces) | has(UInt8(ascii: "}"), braces)
      }
      return found & (ones &* 0x80)
    }
  }

  /// The first place from here on with such a byte; the end when there is none.
  private func first(_ sought: Sought, from start: Int) -> Int {
    guard start < bytes.count, let base = UnsafeRawPointer(bytes.baseAddress) else {
      return bytes.count
    }
    var at = start
    while bytes.count - at >= 8 {
      let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      let bits = sought.bits(in: word)
      if bits != 0 { return at + bits.trailingZeroBitCount / 8 }
      at += 8
    }
    while at < bytes.count, sought.bits(in: UInt64(bytes[at]) | ~0xff) & 0x80 == 0 { at += 1 }
    return at
  }

  /// Goes over a number, true, false or null.
  private mutating func skipWord() {
    while let byte = peek {
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x09, 0x0A, 0x0D: return
      default: offset += 1
      }
    }
  }

  // MARK: - Small steps

  private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    offset += 1
    return true
  }

  private mutating func take(_ word: StaticString) -> Bool {
    let end = offset + word.utf8CodeUnitCount
    guard end <= bytes.count,
      word.withUTF8Buffer({ $0.elementsEqual(bytes[offset..<end]) })
    else { return false }
    offset = end
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      offset += 1
    }
  }

  private func text(_ range: Range<Int>) -> String {
    // A quote is on each side, so no character is cut.
    let part = UnsafeBufferPointer(rebasing: bytes[range])
    return String(copying: UTF8Span(unchecked: part.span, isKnownASCII: isASCII))
  }

  private func tree(_ range: Range<Int>) -> Value? {
    try? JSON.parse(Array(bytes[range]), duplicateKeys: .kept)
  }
}
