// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources

/// How a value of a setting is written, in the environment, in files and in resources alike.
struct SettingCodec<T: Equatable & Sendable>: Sendable {
  /// What is allowed, for messages: "must be …".
  var allowed: String
  /// What `none` means; nil where it is no value.
  var zero: T?
  var read: @Sendable (String) -> T?
  var write: @Sendable (T) -> String
}

extension SettingCodec where T == Bool {
  static var bool: SettingCodec {
    SettingCodec(allowed: "true or false", zero: false) { text in
      switch text.lowercased() {
      case "true", "1", "yes", "y", "t": true
      case "false", "0", "no", "n", "f": false
      default: nil
      }
    } write: {
      $0 ? "true" : "false"
    }
  }
}

extension SettingCodec where T == String {
  static var text: SettingCodec {
    SettingCodec(
      allowed: "a text of at most 4096 bytes", zero: "",
      read: { $0.utf8.count <= 4096 ? $0 : nil }, write: { $0 })
  }

  /// A name or address to listen on.
  static var host: SettingCodec {
    SettingCodec(
      allowed: "1 to 64 letters, digits, ':', '.', '_', '+' or '-'", zero: "",
      read: { Self.isWord($0, atMost: 64, with: ":._+-") ? $0 : nil }, write: { $0 })
  }

  /// Comma-separated places where something listens.
  static var hostsAndPorts: SettingCodec {
    SettingCodec(
      allowed:
        "host:port, such as typha.example.org:5473 or [fd00::1]:5473, or several with commas",
      zero: "", read: { HostAndPort.list($0) == nil ? nil : $0 }, write: { $0 })
  }

  static func isWord(
    _ text: some StringProtocol, atMost limit: Int, with others: String
  ) -> Bool {
    (1...limit).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || others.utf8.contains(byte)
      }
  }
}

extension SettingCodec where T == [String] {
  /// Comma-separated beginnings of interface names.
  static var interfacePrefixes: SettingCodec {
    SettingCodec(
      allowed: "comma-separated prefixes of 1 to 15 letters, digits, '_' or '-'", zero: nil
    ) { text in
      let prefixes = text.split(separator: ",", omittingEmptySubsequences: false)
      let areFine = prefixes.allSatisfy {
        SettingCodec<String>.isWord($0, atMost: 15, with: "_-")
      }
      return areFine ? prefixes.map { String($0) } : nil
    } write: {
      $0.joined(separator: ",")
    }
  }
}

extension SettingCodec where T: FixedWidthInteger {
  /// A number in a range.
  static func number(_ range: ClosedRange<T>) -> SettingCodec {
    SettingCodec(
      allowed: "a number from \(range.lowerBound) to \(range.upperBound)",
      zero: range.contains(0) ? 0 : nil
    ) { text in
      T(text).flatMap { range.contains($0) ? $0 : nil }
    } write: {
      String($0)
    }
  }
}

extension SettingCodec where T == UInt32 {
  /// Mark bits: a 32-bit mask with at least two bits set, decimal or hexadecimal.
  static var markMask: SettingCodec {
    SettingCodec(allowed: "a 32-bit mask with at least two bits set", zero: nil) { text in
      let text = text.lowercased()
      let mask = text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
      return mask.flatMap { $0.nonzeroBitCount >= 2 ? $0 : nil }
    } write: {
      "0x" + String($0, radix: 16)
    }
  }
}

extension SettingCodec where T == Duration {
  /// A time span: a number of seconds, or with units (`1m30s`).
  static var seconds: SettingCodec {
    SettingCodec(
      allowed: "a number of seconds from 0 to \(longest), or a time span such as 1m30s",
      zero: .zero
    ) { text in
      guard let seconds = Double(text) ?? DurationText(text)?.seconds,
        (0...Double(longest)).contains(seconds)
      else { return nil }
      return .milliseconds(Int64((seconds * 1000).rounded()))
    } write: { duration in
      let milliseconds = duration.components.attoseconds / 1_000_000_000_000_000
      if milliseconds == 0 { return "\(duration.components.seconds)s" }
      return "\(duration.components.seconds * 1000 + milliseconds)ms"
    }
  }

  /// Ten years.
  private static var longest: Int64 { 315_360_000 }
}

extension SettingCodec where T == IPAddress? {
  static func address(_ family: IPFamily) -> SettingCodec {
    SettingCodec(allowed: "an IPv\(family.rawValue) address", zero: .some(nil)) { text in
      IPAddress(text).flatMap { $0.family == family ? .some($0) : nil }
    } write: {
      $0.map { $0.description } ?? ""
    }
  }
}

extension SettingCodec where T == PortRange? {
  static var portRange: SettingCodec {
    SettingCodec(allowed: "a port or a range n:m from 0 to 65535", zero: .some(nil)) { text in
      PortRange(text).map { .some($0) }
    } write: {
      $0.map { $0.description } ?? ""
    }
  }
}

extension CaseIterable where Self: RawRepresentable<String> {
  fileprivate static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// The value of a word in any case.
  fileprivate static func named(_ text: String) -> Self? {
    allCases.first { $0.rawValue.lowercased() == text.lowercased() }
  }
}

extension SettingCodec where T: CaseIterable & RawRepresentable<String> {
  /// One of a few words, in any case.
  static var word: SettingCodec {
    SettingCodec(
      allowed: "one of \(T.words)", zero: T.named("none"), read: { T.named($0) },
      write: { $0.rawValue })
  }
}

extension SettingCodec {
  /// One of a few words, in any case, or nothing.
  static func wordOrNone<Word: CaseIterable & RawRepresentable<String>>() -> SettingCodec
  where T == Word? {
    SettingCodec(
      allowed: "one of \(Word.words), or none", zero: .some(nil),
      read: { Word.named($0).map { .some($0) } }, write: { $0?.rawValue ?? "" })
  }
}
