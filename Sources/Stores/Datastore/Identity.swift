// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

package import Glibc

/// What a store gives to a new object.
package enum Identity {
  /// A random UUID (RFC 9562, version 4).
  package static func makeUID() -> String {
    var bits = UInt128.random(in: 0 ... .max)
    bits = bits & ~(0xf << 76) | 4 << 76
    bits = bits & ~(0x3 << 62) | 2 << 62
    var text = ""
    for digit in 0..<32 {
      if [8, 12, 16, 20].contains(digit) { text.append("-") }
      text += String(UInt8(truncatingIfNeeded: bits >> (124 - 4 * digit)) & 0xf, radix: 16)
    }
    return text
  }

  /// The time now, RFC 3339 in UTC, to the second.
  package static func makeTimestamp() -> String { timestamp(of: time(nil)) }

  package static func timestamp(of seconds: time_t) -> String {
    var seconds = seconds
    var parts = tm()
    guard gmtime_r(&seconds, &parts) != nil else { return "1970-01-01T00:00:00Z" }
    func padded(_ number: Int32, _ width: Int = 2) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date =
      "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
    return "\(date)T\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))Z"
  }
}
