// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Texts of others as parts of messages, which are one line each.
extension StringProtocol {
  /// The text with escapes for what would end the line, or show as something else than it is:
  /// `\n`, `\t`, `\u001b`. What has none of these is as it was, so that to do it twice does no harm.
  public var onOneLine: String {
    guard unicodeScalars.contains(where: Self.isEscaped) else { return String(self) }
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where Self.isEscaped(scalar):
        let digits = String(scalar.value, radix: 16)
        result +=
          "\\u" + String(repeating: "0", count: Swift.max(0, 4 - digits.utf8.count)) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The text's beginning, with `…` where something is missing: what others wrote may be endless.
  ///
  /// - Parameter limit: in Unicode scalars, as one character may be as long as the whole.
  public func cut(to limit: Int) -> String {
    let kept = unicodeScalars.prefix(limit)
    if kept.endIndex == unicodeScalars.endIndex { return String(self) }
    return String(String.UnicodeScalarView(kept)) + "…"
  }

  /// A value of somebody's as a message shows it: on one line, in single quotes.
  public var quoted: String { "'\(onOneLine)'" }

  /// Control characters, the separators of lines and paragraphs, and the marks that turn the
  /// direction of what follows.
  private static func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x2028...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}
