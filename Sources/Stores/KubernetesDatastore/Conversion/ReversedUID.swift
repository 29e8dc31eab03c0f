// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The UID of a resource that is made of another object, which has one itself.
enum ReversedUID {
  /// Another UUID that follows from a UUID: the bits of each byte the other way round
  /// (compatibility §1.7). Bytes 6 and 8 stay, because they say of which version and variant it is.
  /// What is no UUID stays as it is.
  static func make(_ uid: String) -> String {
    let digits = uid.filter { $0 != "-" }
    guard uid.utf8.count == 36, digits.utf8.count == 32, let bits = UInt128(digits, radix: 16)
    else { return uid }
    var result: UInt128 = 0
    for index in 0..<16 {
      let byte = UInt8(truncatingIfNeeded: bits >> UInt128(8 * (15 - index)))
      result = result << 8 | UInt128(index == 6 || index == 8 ? byte : reversed(byte))
    }
    return text(result)
  }

  private static func reversed(_ byte: UInt8) -> UInt8 {
    (0..<8).reduce(0) { $0 << 1 | (byte >> $1) & 1 }
  }

  private static func text(_ bits: UInt128) -> String {
    let digits = Array(String(bits, radix: 16))
    let padded = [Character](repeating: "0", count: 32 - digits.count) + digits
    return [padded[0..<8], padded[8..<12], padded[12..<16], padded[16..<20], padded[20..<32]]
      .map { String($0) }.joined(separator: "-")
  }
}
