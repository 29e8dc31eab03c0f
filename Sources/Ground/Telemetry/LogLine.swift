// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging

/// One message as one line of a log:
/// `2026-01-02 03:04:05.678 [INFO] component: message key=value`, in UTC.
enum LogLine {
  /// Bytes of a line at most, without its end.
  static let longest = 8192

  static func text(
    seconds: Int, milliseconds: Int, level: Logger.Level, component: String, message: String,
    metadata: Logger.Metadata
  ) -> String {
    var line = "\(date(seconds)).\(padded(milliseconds, 3)) [\(level.rawValue.uppercased())] "
    if !component.isEmpty { line += "\(component): " }
    line += message
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      line += " \(key)=\(quoted(value.description))"
    }
    return shortened(escaped(line))
  }

  /// The same text without line ends and other control characters, which could forge lines or
  /// drive a terminal.
  static func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var output = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case _ where isControl(scalar): output += "\\u{\(String(scalar.value, radix: 16))}"
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: true
    default: false
    }
  }

  /// In quotes when it would not be read as one word.
  private static func quoted(_ value: String) -> String {
    let needsQuotes =
      value.isEmpty || value.unicodeScalars.contains { " \"=".unicodeScalars.contains($0) }
    guard needsQuotes else { return value }
    var output = "\""
    for scalar in value.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { output += "\\" }
      output.unicodeScalars.append(scalar)
    }
    return output + "\""
  }

  /// Cut between characters when it is too long, saying how much is missing.
  private static func shortened(_ line: String) -> String {
    let bytes = Array(line.utf8)
    guard bytes.count > longest else { return line }
    var end = longest - 32
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    let kept = String(decoding: bytes[..<end], as: UTF8.self)
    return "\(kept)... (\(bytes.count - end) bytes more)"
  }

  private static func date(_ seconds: Int) -> String {
    var time = time_t(seconds)
    var parts = tm()
    gmtime_r(&time, &parts)
    return "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-"
      + "\(padded(Int(parts.tm_mday), 2)) \(padded(Int(parts.tm_hour), 2)):"
      + "\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
