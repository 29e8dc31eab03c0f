// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What user space keeps with an object: a list of entries of a type, a length and a value, each a
/// byte wide (libnftnl's format). The kernel stores it unread, at most 256 bytes.
public struct NFTUserData: Hashable, Sendable {
  /// As they are kept; what is not a list of entries is kept too.
  public var bytes: [UInt8]

  /// The entry with the comment of a table, chain, rule or element.
  static let comment: UInt8 = 0
  /// Entries of a set.
  static let keyByteOrder: UInt8 = 0
  static let dataByteOrder: UInt8 = 1
  static let dataInterval: UInt8 = 6
  static let setComment: UInt8 = 7

  /// The longest comment in bytes.
  public static let maximumComment = 127

  public init(bytes: [UInt8] = []) { self.bytes = bytes }

  public var isEmpty: Bool { bytes.isEmpty }

  private var entries: [(type: UInt8, value: ArraySlice<UInt8>)] {
    var found: [(UInt8, ArraySlice<UInt8>)] = []
    var position = 0
    while position + 2 <= bytes.count {
      let end = position + 2 + Int(bytes[position + 1])
      guard end <= bytes.count else { break }
      found.append((bytes[position], bytes[position + 2..<end]))
      position = end
    }
    return found
  }

  /// The value of the first entry of a type.
  public func value(_ type: UInt8) -> [UInt8]? {
    entries.first { $0.type == type }.map { Array($0.value) }
  }

  /// Sets or (with `nil`) removes an entry; a value is cut to 255 bytes.
  public mutating func set(_ type: UInt8, _ value: [UInt8]?) {
    var list = entries.filter { $0.type != type }
    if let value { list.append((type, value.prefix(255))) }
    bytes = list.flatMap { [$0.type, UInt8($0.value.count)] + $0.value }
  }

  func text(_ type: UInt8) -> String? {
    value(type).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// Sets a text as `nft` writes it: with its closing NUL. It is cut to `maximumComment` bytes, at
  /// a character, and quotes, which the syntax of nft cannot hold, become apostrophes.
  mutating func setText(_ type: UInt8, _ text: String?) {
    guard let text else { return set(type, nil) }
    var kept = ""
    var length = 0
    for character in text where character != "\0" {
      let one = character == "\"" ? "'" : character
      length += one.utf8.count
      if length > Self.maximumComment { break }
      kept.append(one)
    }
    set(type, kept.utf8 + [0])
  }

  /// Sets a number as it stands in memory.
  mutating func setNumber(_ type: UInt8, _ number: UInt32) {
    set(type, withUnsafeBytes(of: number) { Array($0) })
  }
}
