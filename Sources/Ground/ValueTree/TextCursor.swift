// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Turns offsets of a text into lines and columns, moving forward only.
struct TextCursor {
  private var offset = 0
  private var mark = Mark(line: 1, column: 1)

  /// The place of an offset, which must not lie before the last one asked for.
  mutating func advance(to target: Int, in bytes: [UInt8]) -> Mark {
    while offset < target, offset < bytes.count {
      switch bytes[offset] {
      case 0x0A:
        mark = Mark(line: mark.line + 1, column: 1)
      case 0x0D where offset + 1 < bytes.count && bytes[offset + 1] == 0x0A:
        break  // the line ends with the line feed that follows
      case 0x0D:
        mark = Mark(line: mark.line + 1, column: 1)
      case 0x80..<0xC0:
        break  // inside a character
      default:
        mark.column += 1
      }
      offset += 1
    }
    return mark
  }
}
