// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Puts any text into a part of a URL.
enum PercentEncoding {
  /// Everything but letters, digits, `-`, `.`, `_` and `~` as `%XX`.
  static func encode(_ text: String) -> String {
    // A dot segment would change the path.
    if text == "." || text == ".." { return text.replacing(".", with: "%2E") }
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let hex = String(byte, radix: 16, uppercase: true)
        result += hex.count < 2 ? "%0\(hex)" : "%\(hex)"
      }
    }
    return result
  }
}
