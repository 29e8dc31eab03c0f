// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Reads a selector by recursive descent, one function per line of the grammar.
struct Parser {
  /// Bounds on what is read, so that hostile texts end in an error.
  struct Limits {
    var textLength: Int
    var depth: Int
    var labelLength: Int
  }

  private let bytes: [UInt8]
  private let limits: Limits
  private var position = 0

  static func parse(_ text: String, limits: Limits) throws(SelectorError) -> Node {
    guard text.utf8.count <= limits.textLength else {
      throw SelectorError(
        message: "the selector has \(text.utf8.count) bytes, at most \(limits.textLength) are "
          + "allowed; too long",
        offset: limits.textLength)
    }
    var parser = Parser(bytes: Array(text.utf8), limits: limits)
    return try parser.selector()
  }

  private init(bytes: [UInt8], limits: Limits) {
    self.bytes = bytes
    self.limits = limits
  }

  private mutating func selector() throws(SelectorError) -> Node {
    skipSpace()
    if position == bytes.count { return .all }
    let node = try or(depth: 0).node
    guard position == bytes.count else { throw expected("&&, || or the end") }
    return node
  }

  /// A node and how many conjunctions and disjunctions stand in each other in it: the depth of
  /// the parentheses of its canonical form.
  private typealias Parsed = (node: Node, depth: Int)

  private mutating func or(depth: Int) throws(SelectorError) -> Parsed {
    let start = position
    let first = try and(depth: depth)
    var operands = [first.node]
    var deepest = first.depth
    while accept("||") {
      let next = try and(depth: depth)
      operands.append(next.node)
      deepest = max(deepest, next.depth)
    }
    if operands.count == 1 { return first }
    return (.or(operands), try bounded(deepest + 1, at: start))
  }

  private mutating func and(depth: Int) throws(SelectorError) -> Parsed {
    let start = position
    let first = try operation(depth: depth)
    var operands = [first.node]
    var deepest = first.depth
    while accept("&&") {
      let next = try operation(depth: depth)
      operands.append(next.node)
      deepest = max(deepest, next.depth)
    }
    if operands.count == 1 { return first }
    return (.and(operands), try bounded(deepest + 1, at: start))
  }

  private mutating func operation(depth: Int) throws(SelectorError) -> Parsed {
    var isNegated = false
    while accept("!") { isNegated.toggle() }
    let operand = try term(depth: depth)
    return isNegated ? (operand.node.negated, operand.depth) : operand
  }

  private mutating func term(depth: Int) throws(SelectorError) -> Parsed {
    let start = position
    if accept("(") {
      let depth = try bounded(depth + 1, at: start)
      let inner = try or(depth: depth)
      guard accept(")") else {
        throw expected("&&, || or the ) of the ( at position \(start + 1)")
      }
      return inner
    }
    if accept("has(") {
      guard let label = try label() else { throw expected("a label") }
      guard accept(")") else { throw expected(") after has(\(label)") }
      return (.has(label), 0)
    }
    if accept("all(") {
      guard accept(")") else { throw expected(") after all(") }
      return (.all, 0)
    }
    if accept("global(") {
      guard accept(")") else { throw expected(") after global(") }
      return (.global, 0)
    }
    guard let label = try label() else {
      throw expected("a label, has(label), all(), global(), ! or (")
    }
    return (try comparison(of: label), 0)
  }

  private mutating func comparison(of label: String) throws(SelectorError) -> Node {
    if accept("==") { return .compare(label, .equal, try string()) }
    if accept("!=") { return .compare(label, .notEqual, try string()) }
    let start = position
    switch word() {
    case "contains": return .compare(label, .contains, try string())
    case "startswith": return .compare(label, .startsWith, try string())
    case "endswith": return .compare(label, .endsWith, try string())
    case "in": return .isIn(label, try set())
    case "notin": return .notIn(label, try set())
    case "starts":
      try second("with", after: "starts")
      return .compare(label, .startsWith, try string())
    case "ends":
      try second("with", after: "ends")
      return .compare(label, .endsWith, try string())
    case "not":
      try second("in", after: "not")
      return .notIn(label, try set())
    default:
      position = start
      throw expected(
        "==, !=, contains, starts with, ends with, in or not in after the label \(label)")
    }
  }

  private mutating func second(_ expectedWord: String, after first: String) throws(SelectorError) {
    let start = position
    guard word() == expectedWord else {
      position = start
      throw expected("\"\(expectedWord)\" after \"\(first)\"")
    }
  }

  private mutating func set() throws(SelectorError) -> [String] {
    guard accept("{") else { throw expected("{") }
    var values: [String] = []
    while !accept("}") {
      guard isQuote(at: position) else { throw expected("a string in quotes or }") }
      values.append(try string())
      if accept(",") { continue }
      guard accept("}") else { throw expected(", or }") }
      break
    }
    return ByteStrings.sortedSet(values)
  }

  private mutating func string() throws(SelectorError) -> String {
    guard isQuote(at: position) else { throw expected("a string in quotes") }
    let start = position
    let quote = bytes[start]
    guard let end = bytes[(start + 1)...].firstIndex(of: quote) else {
      position = bytes.count
      let mark = quote == UInt8(ascii: "'") ? "'" : "\""
      throw expected("the \(mark) that ends the string of position \(start + 1)")
    }
    position = end + 1
    skipSpace()
    return String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
  }

  private mutating func label() throws(SelectorError) -> String? {
    let start = position
    let label = word()
    if label.utf8.count > limits.labelLength {
      throw SelectorError(
        message: "the label has \(label.utf8.count) characters, at most \(limits.labelLength) "
          + "are allowed; too long",
        offset: start)
    }
    return label.isEmpty ? nil : label
  }

  /// A run of the characters of labels, maybe empty. Operator words are such runs too.
  private mutating func word() -> String {
    let start = position
    while position < bytes.count, Self.isLabelCharacter(bytes[position]) { position += 1 }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    skipSpace()
    return word
  }

  private static func isLabelCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "/"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private func isQuote(at position: Int) -> Bool {
    position < bytes.count
      && (bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'"))
  }

  /// Steps over the token and the space behind it, if it stands here.
  private mutating func accept(_ token: StaticString) -> Bool {
    let end = position + token.utf8CodeUnitCount
    guard end <= bytes.count else { return false }
    for i in position..<end where bytes[i] != token.utf8Start[i - position] { return false }
    position = end
    skipSpace()
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count,
      bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\t")
    {
      position += 1
    }
  }

  private func bounded(_ depth: Int, at start: Int) throws(SelectorError) -> Int {
    guard depth <= limits.depth else {
      throw SelectorError(
        message: "the selector is nested deeper than the \(limits.depth) levels allowed",
        offset: start)
    }
    return depth
  }

  private func expected(_ what: String) -> SelectorError {
    let rest = bytes[position...]
    var found = "the end"
    if !rest.isEmpty {
      found = "\"\(String(decoding: rest.prefix(16), as: UTF8.self))\(rest.count > 16 ? "…" : "")\""
    }
    return SelectorError(message: "expected \(what), found \(found)", offset: position)
  }
}
