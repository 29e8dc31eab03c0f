// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import TestSupport
import ValueTree

/// Random trees, with the strings and numbers that trouble writers and readers more often than
/// chance would have them.
struct ValueGenerator {
  var random: SplitMix64

  private static let troublesome = [
    "", " ", "~", "null", "true", "False", "yes", "off", "y", "0", "-0", "007", "0x1F", "0o7",
    "0b1",
    "1e3", "1.", ".5", "-.inf", ".nan", "+", "-", "--", "---", "...", "- a", "-a", "?", "? a", ":",
    ":a", "a:", "a: b", "a #b", "a#b", "#", "&a", "*a", "!", "!!str", "|", ">", "'", "\"", "it's",
    "%a", "@a", "`a", "[", "]", "{}", ",", "=", "<<", "a\nb", "a\n", "\na", "a\n\n", " a\nb",
    "a \nb",
    "a\n b", "a\n\n b\n", "a\n#b", "a\n---\nb", "\n", "\n\n", "\t", "a\tb", "a\n\tb", "\ta\nb",
    "a\r\nb",
    "\r", "\u{85}", "\u{2028}x\n", "\u{FEFF}", "a\u{FEFF}b", "\u{0}", "\u{7F}", "\u{FFFE}", "é",
    "e\u{301}",
    "'\u{301}", "😀", "1:30", "12:30:45", "2026-01-02", "1_000", "10.0.0.0/8", "fd00::1", "a\\b",
    "trailing ", " leading", "key:value", "has(a) && b == 'c'", "1e999", "9223372036854775808",
  ]

  mutating func value(depth: Int = 4) -> Value {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
    case 0: .null
    case 1: .bool(Bool.random(using: &random))
    case 2: .int(Bool.random(using: &random) ? integer() : Int64.random(in: -9...9, using: &random))
    case 3: .double(double())
    case 4, 5: .string(string())
    case 6: .array((0..<size()).map { _ in value(depth: depth - 1) })
    default: object(depth: depth)
    }
  }

  private mutating func object(depth: Int) -> Value {
    var members: [Value.Member] = []
    for _ in 0..<size() {
      let key = string()
      if !members.contains(where: { $0.key == key }) {
        members.append(Value.Member(key, value(depth: depth - 1)))
      }
    }
    return .object(members)
  }

  /// Now and then more than a map searches by comparing.
  private mutating func size() -> Int {
    Int.random(in: 0..<(Int.random(in: 0..<10, using: &random) == 0 ? 40 : 4), using: &random)
  }

  private mutating func integer() -> Int64 {
    [.min, .max, Int64.random(in: .min...(.max), using: &random)].randomElement(using: &random) ?? 0
  }

  /// A double that is no integer, or one too large to be written as an integer: others read back as
  /// integers, which is meant.
  private mutating func double() -> Double {
    let number = Double(bitPattern: random.next())
    let isWrittenAsInteger = number.magnitude < 0x1p53 && number == number.rounded()
    return number.isFinite && !isWrittenAsInteger ? number : 0.25
  }

  mutating func string() -> String {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<5: return Self.troublesome.randomElement(using: &random) ?? ""
    case 5:
      // Long, also beyond what a reader takes for a simple key.
      let part = Self.troublesome.randomElement(using: &random) ?? ""
      return String(repeating: part + "x", count: Int.random(in: 0..<600, using: &random))
    case 6:
      let parts = (0..<Int.random(in: 1..<4, using: &random)).map { _ in
        Self.troublesome.randomElement(using: &random) ?? ""
      }
      return parts.joined(separator: ["\n", " ", ": ", "'"].randomElement(using: &random) ?? "")
    default:
      var text = ""
      for _ in 0..<Int.random(in: 0..<12, using: &random) {
        let limit: UInt32 = Bool.random(using: &random) ? 0x80 : 0x11_0000
        let code = UInt32.random(in: 0..<limit, using: &random)
        if let scalar = Unicode.Scalar(code) { text.unicodeScalars.append(scalar) }
      }
      return text
    }
  }
}
