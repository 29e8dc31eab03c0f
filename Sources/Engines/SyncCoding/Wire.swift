// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How long a value is on the wire: enough to skip what is not known.
struct Wire: Hashable, Sendable {
  let code: UInt8

  /// A number in groups of seven bits, the lowest first.
  static let varint = Wire(code: 0)
  /// A varint that says how many bytes follow.
  static let sized = Wire(code: 1)
  /// As many bytes as this says, up to 63; none is a mark that is set.
  static func fixed(_ width: Int) -> Wire { Wire(code: 0x40 | UInt8(truncatingIfNeeded: width)) }

  /// The width of a fixed one.
  var width: Int? { code & 0xc0 == 0x40 ? Int(code & 0x3f) : nil }
  var isKnown: Bool { code <= 1 || width != nil }
}

extension [UInt8] {
  mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }

  mutating func append(varint value: Int) { append(varint: UInt64(truncatingIfNeeded: value)) }

  /// Puts a varint before what was written from `start` on.
  mutating func insert(varint value: Int, at start: Int) {
    if value < 0x80 { return insert(UInt8(truncatingIfNeeded: value), at: start) }
    var bytes: [UInt8] = []
    bytes.append(varint: value)
    insert(contentsOf: bytes, at: start)
  }

  /// The lowest bytes of a number, the highest first.
  mutating func append(_ value: UInt128, width: Int) {
    for index in 0..<width {
      append(UInt8(truncatingIfNeeded: value &>> UInt128(8 * (width - 1 - index))))
    }
  }
}

/// Equal byte by byte: texts that Unicode calls equal are different labels.
func isSame(_ a: String, _ b: String) -> Bool {
  a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8)
}

func isSame(_ a: [String], _ b: [String]) -> Bool { a.elementsEqual(b, by: isSame) }
