// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Reads JSON that has the expected shape straight from its bytes, without a tree in between.
///
/// It never says what is wrong: whatever is not as expected gives nil, and the caller reads the
/// tree, which knows. In turn, what it accepts `JSON.parse` accepts too, with the same meaning.
///
/// The members of an object are noted first, and then read in the order in which they are wanted.
public final class JSONReader {
  /// A member that was noted: where its key stands, without the quotes, and its value.
  private struct Member {
    let key: Range<Int>
    let value: Range<Int>
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private var offset = 0
  /// The members of the objects that are being read, those of inner objects last.
  private var members: [Member] = []

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Gives the body a reader of one value, which the body must read; nil when it does not, or when
  /// something follows after it.
  public static func read<R>(_ bytes: [UInt8], _ body: (JSONReader) -> R?) -> R? {
    guard bytes.count <= Limits.bytes, (try? UTF8Span(validating: bytes.span)) != nil else {
      return nil
    }
    return bytes.withUnsafeBufferPointer { bytes in
      let reader = JSONReader(bytes)
      reader.skipSpace()
      guard let result = body(reader) else { return nil }
      reader.skipSpace()
      return reader.offset == bytes.count ? result : nil
    }
  }

  // MARK: - Values

  public func bool() -> Bool? {
    if take("true") { return true }
    return take("false") ? false : nil
  }

  /// A number without fraction and exponent.
  public func int() -> Int64? {
    let start = offset
    let isNegative = take(UInt8(ascii: "-"))
    var digits = 0
    var number: Int64 = 0
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      digits += 1
      number = number * 10 + Int64(byte - UInt8(ascii: "0"))
      offset += 1
      // More could be too large: the tree may say.
      if digits > 18 { return nil }
    }
    let first = start + (isNegative ? 1 : 0)
    guard digits > 0, digits == 1 || bytes[first] != UInt8(ascii: "0"),
      peek.map({ [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains($0) }) != true
    else { return nil }
    return isNegative ? -number : number
  }

  public func string() -> String? {
    guard let (content, isPlain) = skipString() else { return nil }
    if isPlain { return text(content) }
    guard case .string(let text) = tree(content.lowerBound - 1..<content.upperBound + 1) else {
      return nil
    }
    return text
  }

  /// Any value, as a tree.
  public func value() -> Value? {
    let start = offset
    guard skipValue() else { return nil }
    return tree(start..<offset)
  }

  // MARK: - Lists and objects

  /// Reads the items of a list by a body that reads one; false when something is not as expected.
  public func items(_ body: () -> Bool) -> Bool {
    guard take(UInt8(ascii: "[")) else { return false }
    skipSpace()
    if take(UInt8(ascii: "]")) { return true }
    while true {
      guard body() else { return false }
      skipSpace()
      if take(UInt8(ascii: "]")) { return true }
      guard take(UInt8(ascii: ",")) else { return false }
      skipSpace()
    }
  }

  /// Reads the members of a map, in order, by a body that reads the value of a key.
  public func entries(_ body: (String) -> Bool) -> Bool {
    guard take(UInt8(ascii: "{")) else { return false }
    skipSpace()
    if take(UInt8(ascii: "}")) { return true }
    while true {
      guard let key = string() else { return false }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { return false }
      skipSpace()
      guard body(key) else { return false }
      skipSpace()
      if take(UInt8(ascii: "}")) { return true }
      guard take(UInt8(ascii: ",")) else { return false }
      skipSpace()
    }
  }

  /// An object whose members are noted.
  public struct Object {
    /// The numbers of the members.
    public let members: Range<Int>
    fileprivate let end: Int
  }

  // Not with a body that gives what it likes: as a generic function of another module that would
  // cost more than the reading.

  /// Notes the members of an object, to be read in any order before `end`.
  public func beginObject() -> Object? {
    let first = members.count
    guard noteMembers() else { return nil }
    return Object(members: first..<members.count, end: offset)
  }

  /// Forgets the members of the object that was begun last, and goes on after it.
  public func end(_ object: Object) {
    members.removeSubrange(object.members.lowerBound...)
    offset = object.end
  }

  private func noteMembers() -> Bool {
    guard take(UInt8(ascii: "{")) else { return false }
    skipSpace()
    if take(UInt8(ascii: "}")) { return true }
    while true {
      // A key with an escape in it is none that anybody declares.
      guard let (key, isPlain) = skipString(), isPlain else { return false }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { return false }
      skipSpace()
      let start = offset
      guard skipValue() else { return false }
      members.append(Member(key: key, value: start..<offset))
      skipSpace()
      if take(UInt8(ascii: "}")) { return true }
      guard take(UInt8(ascii: ",")) else { return false }
      skipSpace()
    }
  }

  /// Whether the key of a noted member is this one.
  public func key(of member: Int, is name: String) -> Bool {
    let key = members[member].key
    guard key.count == name.utf8.count else { return false }
    var name = name
    return name.withUTF8 { $0.elementsEqual(bytes[key]) }
  }

  public func key(of member: Int) -> String { text(members[member].key) }

  /// Goes to the value of a noted member. Says whether it is null, which is read then.
  public func beginValue(of member: Int) -> (isNull: Bool, end: Int) {
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
  private func skipString() -> (content: Range<Int>, isPlain: Bool)? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = offset
    var isPlain = true
    var at = start
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        offset = at + 1
        return (start..<at, isPlain)
      case UInt8(ascii: "\\"):
        isPlain = false
        at += 2
      case 0..<0x20: return nil
      default: at += 1
      }
    }
    return nil
  }

  /// Goes over a value. Of what is inside it only says where it ends: who reads it looks closer.
  private func skipValue() -> Bool {
    var depth = 0
    repeat {
      switch peek {
      case UInt8(ascii: "\""): if skipString() == nil { return false }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        offset += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        offset += 1
      case nil: return false
      default:
        if depth > 0 { offset += 1 } else { skipWord() }
      }
    } while depth > 0
    return depth == 0
  }

  /// Goes over a number, true, false or null.
  private func skipWord() {
    while let byte = peek {
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x09, 0x0A, 0x0D: return
      default: offset += 1
      }
    }
  }

  // MARK: - Small steps

  private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    offset += 1
    return true
  }

  private func take(_ word: StaticString) -> Bool {
    let end = offset + word.utf8CodeUnitCount
    guard end <= bytes.count,
      word.withUTF8Buffer({ $0.elementsEqual(bytes[offset..<end]) })
    else { return false }
    offset = end
    return true
  }

  private func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      offset += 1
    }
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
  }

  private func tree(_ range: Range<Int>) -> Value? {
    try? JSON.parse(Array(bytes[range]), duplicateKeys: .kept)
  }
}
