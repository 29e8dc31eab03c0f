// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The UID of a resource that is made of another object, which has one itself.
enum ReversedUID {
  /// Another UUID that follows from a UUID: its bits the other way round. What is no UUID stays as it
  /// is.
  static func make(_ uid: String) -> String {
    let digits = uid.filter { $0 != "-" }
    guard uid.utf8.count == 36, digits.utf8.count == 32, var bits = UInt128(digits, radix: 16)
    else {
      return uid
    }
    var result: UInt128 = 0
    for _ in 0..<128 {
      result = result << 1 | bits & 1
      bits >>= 1
    }
    return text(result)
  }

  private static func text(_ bits: UInt128) -> String {
    let digits = Array(String(bits, radix: 16))
    let padded = [Character](repeating: "0", count: 32 - digits.count) + digits
    return [padded[0..<8], padded[8..<12], padded[12..<16], padded[16..<20], padded[20..<32]]
      .map { String($0) }.joined(separator: "-")
  }
}
