// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension Node.Comparison {
  var text: String {
    switch self {
    case .equal: "=="
    case .notEqual: "!="
    case .contains: "contains"
    case .startsWith: "starts with"
    case .endsWith: "ends with"
    }
  }
}

extension Node {
  var canonical: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .all: text += "all()"
    case .global: text += "global()"
    case .has(let label): text += "has(\(label))"
    case .compare(let label, let comparison, let value):
      text += "\(label) \(comparison.text) "
      Self.writeQuoted(value, to: &text)
    case .isIn(let label, let values):
      text += "\(label) in "
      Self.writeSet(values, to: &text)
    case .notIn(let label, let values):
      text += "\(label) not in "
      Self.writeSet(values, to: &text)
    case .not(let inner):
      text += "!"
      inner.write(to: &text)
    case .and(let operands): Self.write(operands, joinedBy: " && ", to: &text)
    case .or(let operands): Self.write(operands, joinedBy: " || ", to: &text)
    }
  }

  private static func write(_ operands: [Node], joinedBy joint: String, to text: inout String) {
    text += "("
    for (index, operand) in operands.enumerated() {
      if index > 0 { text += joint }
      operand.write(to: &text)
    }
    text += ")"
  }

  private static func writeSet(_ values: [String], to text: inout String) {
    text += "{"
    for (index, value) in values.enumerated() {
      if index > 0 { text += ", " }
      writeQuoted(value, to: &text)
    }
    text += "}"
  }

  /// There are no escapes, so a value has quotes of one kind at most.
  private static func writeQuoted(_ value: String, to text: inout String) {
    let quote = value.utf8.contains(UInt8(ascii: "\"")) ? "'" : "\""
    text += quote
    text += value
    text += quote
  }
}
