// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What must hold for every text before it is read.
enum TextCheck {
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// At most `Limits.bytes`, and UTF-8.
  static func sizeAndUTF8(_ bytes: [UInt8], file: String) throws(SyntaxError) {
    guard bytes.count <= Limits.bytes else {
      throw SyntaxError(
        file: file, mark: Mark(line: 1, column: 1),
        message: "\(bytes.count) bytes are too many: at most \(Limits.bytes) are read")
    }
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      var cursor = TextCursor()
      let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
      throw SyntaxError(
        file: file, mark: cursor.advance(to: error.byteOffsets.lowerBound, in: bytes),
        message: "not valid UTF-8" + (isUTF16 ? ": it looks like UTF-16" : ""))
    }
  }
}
