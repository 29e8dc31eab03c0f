// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// How names from outside must look.
enum Words {
  /// `[a-zA-Z0-9][a-zA-Z0-9_.-]*`: a container's ID, a network's name (CNI specification).
  static func isIdentifier(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetterOrDigit(first) else { return false }
    return text.utf8.allSatisfy { isLetterOrDigit($0) || "_.-".utf8.contains($0) }
  }

  /// An interface's name that can also end the name of a workload endpoint.
  static func isInterfaceName(_ text: String) -> Bool {
    guard (1...15).contains(text.utf8.count) else { return false }
    let dot = UInt8(ascii: ".")
    return text.utf8.first != dot && text.utf8.last != dot
      && text.utf8.allSatisfy { isLowerOrDigit($0) || $0 == dot }
  }

  /// What the agent takes for the beginning of interfaces' names (compatibility §4.2,
  /// InterfacePrefix).
  static func isInterfacePrefix(_ text: some StringProtocol) -> Bool {
    text.utf8.allSatisfy { isLetterOrDigit($0) || "_-".utf8.contains($0) }
  }

  /// The name of a program that is looked up in folders: no path of its own.
  static func isFileName(_ text: String) -> Bool {
    text != "." && text != ".." && (1...255).contains(text.utf8.count)
      && text.utf8.allSatisfy { $0 > 32 && $0 != UInt8(ascii: "/") && $0 < 127 }
  }

  /// Text for a message: not endless, and on one line.
  static func shortened(_ text: some StringProtocol) -> String {
    text.cut(to: 80).onOneLine
  }

  private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    isLowerOrDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }
}
