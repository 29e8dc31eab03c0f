// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Selectors
import Testing

@Suite("What selectors match")
struct SelectorMatchingTests {
  private func check(
    _ text: String, _ labels: [String: String], _ expected: Bool,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let selector = try Selector(text)
    #expect(selector.matches(labels) == expected, sourceLocation: sourceLocation)
    #expect(selector.negated.matches(labels) == !expected, sourceLocation: sourceLocation)
  }

  @Test("an empty text, spaces and all() match everything", arguments: ["", " ", "\t \t", "all()"])
  func all(text: String) throws {
    try check(text, [:], true)
    try check(text, ["a": "b"], true)
    #expect(try Selector(text) == .all)
  }

  @Test("global() matches like all() and is known")
  func global() throws {
    try check("global()", [:], true)
    #expect(try Selector("global()").usesGlobal)
    #expect(try Selector("a == \"b\" && !(has(c) || global())").usesGlobal)
    #expect(try !Selector("global == \"b\" || all()").usesGlobal)
    #expect(try Selector("global()") != .all)
  }

  @Test(
    "comparisons with a present label",
    arguments: [
      ("a == 'x'", "x", true), ("a == 'x'", "xy", false), ("a == ''", "", true),
      ("a != 'x'", "x", false), ("a != 'x'", "y", true), ("a != ''", "", false),
      ("a in {'x', 'y'}", "y", true), ("a in {'x', 'y'}", "z", false), ("a in {}", "", false),
      ("a in {''}", "", true), ("a not in {'x', 'y'}", "y", false),
      ("a not in {'x', 'y'}", "z", true), ("a not in {}", "x", true),
      ("a contains 'bc'", "abcd", true), ("a contains 'bd'", "abcd", false),
      ("a contains ''", "", true), ("a contains 'x'", "", false),
      ("a contains 'abcd'", "abcd", true),
      ("a contains 'cd'", "abcd", true), ("a contains 'aab'", "aaab", true),
      ("a starts with 'ab'", "abc", true), ("a starts with 'b'", "abc", false),
      ("a starts with ''", "x", true), ("a starts with 'abcd'", "abc", false),
      ("a ends with 'bc'", "abc", true), ("a ends with 'b'", "abc", false),
      ("a ends with ''", "", true), ("a ends with 'xabc'", "abc", false),
      ("has(a)", "", true), ("has(b)", "x", false),
    ])
  func comparisons(text: String, value: String, expected: Bool) throws {
    try check(text, ["a": value], expected)
  }

  @Test(
    "a missing label is false, but true for != and not in",
    arguments: [
      ("a == ''", false), ("a in {'', 'x'}", false), ("a in {}", false), ("a contains ''", false),
      ("a starts with ''", false), ("a ends with ''", false), ("has(a)", false), ("a != 'x'", true),
      ("a != ''", true), ("a not in {'x'}", true), ("a not in {}", true),
    ])
  func missing(text: String, expected: Bool) throws {
    try check(text, [:], expected)
    try check(text, ["aa": "x", "A": "x"], expected)
  }

  @Test(
    "! binds tighter than &&, && tighter than ||, parentheses group",
    arguments: [
      ("has(a) || has(b) && has(c)", ["a"], true), ("(has(a) || has(b)) && has(c)", ["a"], false),
      ("has(a) && has(b) || has(c)", ["c"], true), ("has(a) && (has(b) || has(c))", ["c"], false),
      ("!has(a) && has(b)", ["b"], true), ("!(has(a) && has(b))", ["a"], true),
      ("!has(a) || has(a)", ["a"], true), ("!(has(a) || has(a))", ["a"], false),
      ("!!has(a)", ["a"], true), ("!!!has(a)", ["a"], false), ("! ! has(a)", ["a"], true),
      ("!(!has(a))", ["a"], true), ("!a == 'y'", ["a"], true), ("!a == 'x'", ["a"], false),
    ] as [(String, [String], Bool)])
  func precedence(text: String, present: [String], expected: Bool) throws {
    try check(text, Dictionary(uniqueKeysWithValues: present.map { ($0, "x") }), expected)
  }

  @Test("values are compared by bytes, not by what Unicode calls the same")
  func bytes() throws {
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
    try check("a == '\(composed)'", ["a": composed], true)
    try check("a == '\(composed)'", ["a": decomposed], false)
    try check("a in {'\(composed)'}", ["a": decomposed], false)
    try check("a starts with 'cafe'", ["a": decomposed], true)
    try check("a contains '\u{301}'", ["a": decomposed], true)
    #expect(try Selector("a == '\(composed)'") != Selector("a == '\(decomposed)'"))
    #expect(
      try Selector("a in {'\(composed)', '\(decomposed)'}").canonical.utf8.count
        == "a in {'', ''}".utf8.count + composed.utf8.count + decomposed.utf8.count)
  }

  @Test("any source of labels can be asked")
  func labelSource() throws {
    struct Inherited: LabelSource {
      var own: [String: String]
      var parent: [String: String]
      func value(of label: String) -> String? { own[label] ?? parent[label] }
    }
    let labels = Inherited(own: ["a": "1"], parent: ["a": "2", "b": "3"])
    #expect(try Selector("a == '1' && b == '3'").matches(labels))
    #expect(try !Selector("a == '2'").matches(labels))
  }
}
