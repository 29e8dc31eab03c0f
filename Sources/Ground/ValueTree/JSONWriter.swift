// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Writes JSON into a growing array of bytes.
struct JSONWriter {
  private(set) var output: [UInt8] = []
  private let indent: Int?

  init(indent: Int?) { self.indent = indent.map { max(0, $0) } }

  mutating func write(_ value: Value, level: Int) {
    switch value {
    case .null: write("null")
    case .bool(let flag): write(flag ? "true" : "false")
    case .int(let number): write(String(number))
    case .double(let number): write(NumberText.text(number) ?? "null")
    case .string(let text): write(quoted: text)
    case .array(let items):
      writeList(items, level: level, open: "[", close: "]") { writer, item in
        writer.write(item, level: level + 1)
      }
    case .object(let members):
      writeList(members, level: level, open: "{", close: "}") { writer, member in
        writer.write(quoted: member.key)
        writer.write(writer.indent == nil ? ":" : ": ")
        writer.write(member.value, level: level + 1)
      }
    }
  }

  private mutating func writeList<Item>(
    _ items: [Item], level: Int, open: String, close: String,
    _ body: (inout JSONWriter, Item) -> Void
  ) {
    write(open)
    for (position, item) in items.enumerated() {
      if position > 0 { write(",") }
      breakLine(level: level + 1)
      body(&self, item)
    }
    if !items.isEmpty { breakLine(level: level) }
    write(close)
  }

  private mutating func breakLine(level: Int) {
    guard let indent else { return }
    output.append(UInt8(ascii: "\n"))
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * level))
  }

  private mutating func write(_ text: String) { output.append(contentsOf: text.utf8) }

  /// A string in double quotes. Only what must be escaped is.
  mutating func write(quoted text: String) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): write("\\\"")
      case UInt8(ascii: "\\"): write("\\\\")
      case 0x08: write("\\b")
      case 0x09: write("\\t")
      case 0x0A: write("\\n")
      case 0x0C: write("\\f")
      case 0x0D: write("\\r")
      case 0..<0x20: write(byte < 0x10 ? "\\u000" : "\\u00"); write(String(byte, radix: 16))
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
