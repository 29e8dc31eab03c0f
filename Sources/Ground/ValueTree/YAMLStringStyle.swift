// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How a string must be written so that it reads back as the same string: plain where it can be,
/// in double quotes where it would be taken for another type, in single quotes where only the
/// syntax is in the way, as kubectl does.
enum YAMLStringStyle {
  static func singleLine(_ text: String) -> String {
    if !text.unicodeScalars.allSatisfy(isPrintable) || isTakenForAnotherType(text) {
      return doubleQuoted(text)
    }
    if canBePlain(text) { return text }
    // By scalars: a quote with a combining mark after it is no quote of its own to characters.
    let parts = text.unicodeScalars.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + parts.map { String($0) }.joined(separator: "''") + "'"
  }

  /// A text of several lines as a `|` block, without the last line end; nil when it must be quoted.
  static func block(_ text: String, indent: Int) -> String? {
    // Leading white space would need an indentation indicator, trailing blanks are easily lost by
    // people's editors.
    guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
      text.utf8.contains(0x0A), first != " ", first != "\n", last != " ",
      text.unicodeScalars.allSatisfy({ $0 == "\n" || isPrintable($0) })
    else { return nil }
    var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    let header: String
    if lines.last?.isEmpty == true {
      lines.removeLast()
      header = lines.last?.isEmpty == true ? "|+" : "|"
    } else {
      header = "|-"
    }
    let margin = String(repeating: " ", count: indent)
    return lines.reduce(into: header) { output, line in
      output += "\n"
      if !line.isEmpty { output += margin + String(line) }
    }
  }

  // MARK: Types

  /// Whether a plain text would be no string, for this reader or for one of YAML 1.1.
  private static func isTakenForAnotherType(_ text: String) -> Bool {
    guard YAMLScalar.value(text) == .string(text) else { return true }
    switch text {
    case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off",
      "OFF", "<<", "=":
      return true
    default:
      break
    }
    guard let first = text.utf8.first, isDigit(first) || "+-.".utf8.contains(first) else {
      return false
    }
    if text.utf8.contains(UInt8(ascii: "_")) {
      let digits = text.filter { $0 != "_" }
      return YAMLScalar.value(digits) != .string(digits) || isSexagesimal(digits)
    }
    return isSexagesimal(text) || isTimestamp(text)
  }

  /// "190:20:30.15"
  private static func isSexagesimal(_ text: String) -> Bool {
    let body = "+-".utf8.contains(text.utf8.first ?? 0) ? text.utf8.dropFirst() : text.utf8[...]
    var parts = body.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count > 1, let last = parts.popLast() else { return false }
    return parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(isDigit) }
      && !last.isEmpty && last.allSatisfy { isDigit($0) || $0 == UInt8(ascii: ".") }
  }

  /// "2026-01-02", with a time or without
  private static func isTimestamp(_ text: String) -> Bool {
    let year = text.utf8.prefix(while: isDigit)
    let rest = text.utf8.dropFirst(4)
    return year.count == 4 && rest.first == UInt8(ascii: "-")
      && rest.allSatisfy { isDigit($0) || "-:.TtZz+ ".utf8.contains($0) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  // MARK: Syntax

  /// Whether a text that is printable and not empty can stand without quotes in block context.
  private static func canBePlain(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, let last = bytes.last, first != 0x20, last != 0x20,
      last != UInt8(ascii: ":"), !text.hasPrefix("---"), !text.hasPrefix("...")
    else { return false }
    switch first {
    case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
      guard bytes.count > 1, bytes[1] != 0x20 else { return false }
    case _ where ",[]{}#&*!|>'\"%@`".utf8.contains(first): return false
    default: break
    }
    return zip(bytes, bytes.dropFirst()).allSatisfy { pair in
      pair != (UInt8(ascii: ":"), 0x20) && pair != (0x20, UInt8(ascii: "#"))
    }
  }

  /// Whether a reader takes the scalar as it stands, and not as a line break.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E: true
    case 0x2028, 0x2029, 0xFEFF: false
    case 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }

  private static func doubleQuoted(_ text: String) -> String {
    var output = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case _ where isPrintable(scalar): output.unicodeScalars.append(scalar)
      default:
        let (letter, width) =
          scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        let digits = String(scalar.value, radix: 16, uppercase: true)
        output += "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
      }
    }
    return output + "\""
  }
}
