// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What type the text of a plain scalar has.
enum YAMLScalar {
  /// Nil for a number that no JSON can hold: infinity and not-a-number.
  static func value(_ text: String) -> Value? {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    // Most scalars are words: one look at the first character is enough for them.
    guard let first = text.utf8.first, beginsNumber(first) else { return .string(text) }
    let body =
      first == UInt8(ascii: "-") || first == UInt8(ascii: "+") ? text.dropFirst() : text[...]
    switch body {
    case ".inf", ".Inf", ".INF": return nil
    case ".nan", ".NaN", ".NAN": return body.count == text.count ? nil : .string(text)
    default: return integer(text, body) ?? float(text, body) ?? .string(text)
    }
  }

  private static func beginsNumber(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
      || byte == UInt8(ascii: ".")
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func integer(_ text: String, _ body: Substring) -> Value? {
    let radix: Int
    let digits: Substring
    if body.hasPrefix("0x") || body.hasPrefix("0X") {
      (radix, digits) = (16, body.dropFirst(2))
    } else if body.hasPrefix("0o") || body.hasPrefix("0O") {
      (radix, digits) = (8, body.dropFirst(2))
    } else if body.hasPrefix("0b") || body.hasPrefix("0B") {
      (radix, digits) = (2, body.dropFirst(2))
    } else if body.hasPrefix("0"), body.count > 1 {
      (radix, digits) = (8, body.dropFirst())  // as YAML 1.1, and so kubectl, reads it
    } else {
      (radix, digits) = (10, body)
    }
    // A second sign would be accepted by the conversion.
    guard let first = digits.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+")
    else { return nil }
    let sign = text.hasPrefix("-") ? "-" : ""
    return Int64(sign + digits, radix: radix).map { .int($0) }
  }

  /// `[0-9]+(\.[0-9]*)?` or `\.[0-9]+`, with an exponent or without.
  private static func float(_ text: String, _ body: Substring) -> Value? {
    guard body.utf8.count <= Limits.numberBytes else { return nil }
    var rest = body.utf8[...]
    let whole = rest.prefix(while: isDigit)
    rest = rest.dropFirst(whole.count)
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      let fraction = rest.prefix(while: isDigit)
      rest = rest.dropFirst(fraction.count)
      guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    } else if whole.isEmpty {
      return nil
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
        rest = rest.dropFirst()
      }
      let exponent = rest.prefix(while: isDigit)
      guard !exponent.isEmpty else { return nil }
      rest = rest.dropFirst(exponent.count)
    }
    // What overflows is more likely a name, such as a hash, than a number.
    guard rest.isEmpty, let number = Double(text), number.isFinite else { return nil }
    return .double(number)
  }
}
