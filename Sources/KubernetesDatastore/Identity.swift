// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import KubernetesModel

/// What a store gives to a new object.
enum Identity {
  /// A random UUID (RFC 9562, version 4).
  static func makeUID() -> String {
    var bits = UInt128.random(in: 0 ... .max)
    bits = bits & ~(0xf << 76) | 4 << 76
    bits = bits & ~(0x3 << 62) | 2 << 62
    return text(bits)
  }

  /// The time now, RFC 3339 in UTC, to the second.
  static func makeTimestamp() -> String { UTCTime.text(Int64(time(nil))) }

  /// Another UUID for another resource that is made of the same object: its bits the other way
  /// round. What is no UUID stays as it is.
  static func reversed(_ uid: String) -> String {
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
