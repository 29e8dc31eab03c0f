// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A POSIX extended regular expression over interface names. It may match any part of a name.
public struct InterfacePattern: Sendable, Hashable {
  public let text: String

  /// Errors: `badValue` when the expression does not compile.
  public init(_ text: String) throws(StartupError) {
    var compiled = regex_t()
    let code = regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB)
    guard code == 0 else {
      var words = [CChar](repeating: 0, count: 128)
      regerror(code, &compiled, &words, words.count)
      let reason = String(decoding: words.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
      throw .badValue(
        name: "autodetection method", value: text, allowed: "a regular expression (\(reason))")
    }
    regfree(&compiled)
    self.text = text
  }

  /// Whether the expression matches somewhere in the name.
  public func matches(_ name: String) -> Bool {
    var compiled = regex_t()
    guard regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB) == 0 else { return false }
    defer { regfree(&compiled) }
    return regexec(&compiled, name, 0, nil, 0) == 0
  }
}
