// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging

/// One message as one line of a log:
/// `2026-01-02 03:04:05.678 [INFO] component: message key=value`.
struct LogLine: Sendable {
  /// Bytes of a line at most, with its date and without its end.
  static let longest = 8192
  private static let dateLength = 24

  let level: Logger.Level
  let seconds: Int
  let milliseconds: Int
  /// What follows the date.
  let text: String

  /// A message of now.
  init(
    level: Logger.Level, component: String, message: String, metadata: Logger.Metadata = [:]
  ) {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    self.init(
      seconds: now.tv_sec, milliseconds: now.tv_nsec / 1_000_000, level: level,
      component: component, message: message, metadata: metadata)
  }

  init(
    seconds: Int, milliseconds: Int, level: Logger.Level, component: String, message: String,
    metadata: Logger.Metadata
  ) {
    self.level = level
    self.seconds = seconds
    self.milliseconds = milliseconds
    var line = "[\(level.rawValue.uppercased())] "
    if !component.isEmpty { line += "\(component): " }
    line += message
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      line += " \(key)=\(Self.quoted(value.description))"
    }
    text = Self.shortened(Self.escaped(line))
  }

  /// What stands where lines should stand.
  static func missing(_ count: Int) -> LogLine {
    LogLine(
      level: .warning, component: "log",
      message: "lines are missing here that could not be written, or not in time",
      metadata: ["count": "\(count)"])
  }

  /// With the date in UTC.
  var dated: String {
    let date = time(gmtime_r)
    return "\(Self.padded(Int(date.tm_year) + 1900, 4))-\(Self.padded(Int(date.tm_mon) + 1, 2))-"
      + "\(Self.padded(Int(date.tm_mday), 2)) \(Self.clock(date))."
      + "\(Self.padded(milliseconds, 3)) \(text)"
  }

  /// The date as syslog has it: `Jan  2 03:04:05`, in the zone of the machine.
  var localDate: String {
    let date = time(localtime_r)
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let day = String(date.tm_mday)
    return "\(months[Int(date.tm_mon) % months.count]) \(day.count < 2 ? " " : "")\(day) "
      + Self.clock(date)
  }

  private func time(
    _ convert: (UnsafePointer<time_t>, UnsafeMutablePointer<tm>) -> UnsafeMutablePointer<tm>?
  ) -> tm {
    var time = time_t(seconds)
    var date = tm()
    _ = convert(&time, &date)
    return date
  }

  private static func clock(_ date: tm) -> String {
    "\(padded(Int(date.tm_hour), 2)):\(padded(Int(date.tm_min), 2)):"
      + "\(padded(Int(date.tm_sec), 2))"
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
    let room = longest - dateLength
    guard bytes.count > room else { return line }
    var end = room - 32
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    let kept = String(decoding: bytes[..<end], as: UTF8.self)
    return "\(kept)... (\(bytes.count - end) bytes more)"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
