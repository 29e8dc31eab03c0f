// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Writes YAML in block style, list items in line with the key they belong to.
struct YAMLWriter {
  /// A longer key is written after "? ": readers give up the search for its ":" after 1024
  /// characters.
  private static let longestSimpleKey = 1000

  private(set) var output = ""

  mutating func writeDocument(_ value: Value) {
    switch value {
    case .object(let members) where !members.isEmpty: write(members, indent: 0, inline: false)
    case .array(let items) where !items.isEmpty: write(items, indent: 0, inline: false)
    default:
      output += scalar(value, indent: 2)
      output += "\n"
    }
  }

  /// - Parameter inline: the first member follows something on its line, so it is not indented.
  private mutating func write(_ members: [Value.Member], indent: Int, inline: Bool) {
    for (position, member) in members.enumerated() {
      if position > 0 || !inline { output += spaces(indent) }
      let key = YAMLStringStyle.singleLine(member.key)
      if key.utf8.count > Self.longestSimpleKey {
        output += "? \(key)\n\(spaces(indent)):"
      } else {
        output += "\(key):"
      }
      switch member.value {
      case .object(let members) where !members.isEmpty:
        output += "\n"
        write(members, indent: indent + 2, inline: false)
      case .array(let items) where !items.isEmpty:
        output += "\n"
        write(items, indent: indent, inline: false)
      default:
        output += " \(scalar(member.value, indent: indent + 2))\n"
      }
    }
  }

  private mutating func write(_ items: [Value], indent: Int, inline: Bool) {
    for (position, item) in items.enumerated() {
      if position > 0 || !inline { output += spaces(indent) }
      output += "- "
      switch item {
      case .object(let members) where !members.isEmpty:
        write(members, indent: indent + 2, inline: true)
      case .array(let items) where !items.isEmpty:
        write(items, indent: indent + 2, inline: true)
      default:
        output += "\(scalar(item, indent: indent + 2))\n"
      }
    }
  }

  /// What fits behind a key: a scalar, or an empty list or map. No line end follows it.
  private func scalar(_ value: Value, indent: Int) -> String {
    switch value {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .int(let number): String(number)
    case .double(let number): NumberText.text(number) ?? "null"
    case .string(let text):
      YAMLStringStyle.block(text, indent: indent) ?? YAMLStringStyle.singleLine(text)
    case .array: "[]"
    case .object: "{}"
    }
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}
