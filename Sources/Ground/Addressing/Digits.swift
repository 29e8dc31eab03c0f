// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Strict numbers in texts: only digits, no sign, no space.
enum Digits {
  /// A decimal number of at most `limit`, without leading zeros.
  static func decimal(_ bytes: Span<UInt8>, limit: Int) -> Int? {
    guard !bytes.isEmpty, bytes.count == 1 || bytes[0] != UInt8(ascii: "0") else { return nil }
    var value = 0
    for i in bytes.indices {
      let digit = Int(bytes[i]) - 0x30
      guard 0...9 ~= digit else { return nil }
      value = value * 10 + digit
      if value > limit { return nil }
    }
    return value
  }

  /// The value of a hexadecimal digit in either case.
  static func hex(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  /// Where `byte` first stands.
  static func firstIndex(of byte: UInt8, in bytes: Span<UInt8>) -> Int? {
    for i in bytes.indices where bytes[i] == byte { return i }
    return nil
  }
}
