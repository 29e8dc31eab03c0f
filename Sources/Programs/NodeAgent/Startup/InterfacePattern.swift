// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A POSIX extended regular expression over interface names. It may match any part of a name.
public struct InterfacePattern: Sendable, Hashable {
  public let text: String

  private init(text: String) { self.text = text }

  /// Why a text is no regular expression, in the C library's words.
  struct Refusal: Error {
    var text: String
  }

  static func compile(_ text: String) -> Result<InterfacePattern, Refusal> {
    var compiled = regex_t()
    let code = regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB)
    guard code == 0 else {
      var words = [CChar](repeating: 0, count: 128)
      regerror(code, &compiled, &words, words.count)
      let reason = String(decoding: words.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
      return .failure(Refusal(text: reason))
    }
    regfree(&compiled)
    return .success(InterfacePattern(text: text))
  }

  /// Whether the expression matches somewhere in the name.
  public func matches(_ name: String) -> Bool {
    var compiled = regex_t()
    guard regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB) == 0 else { return false }
    defer { regfree(&compiled) }
    return regexec(&compiled, name, 0, nil, 0) == 0
  }
}
