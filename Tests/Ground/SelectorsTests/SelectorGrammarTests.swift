// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Selectors
import Testing

@Suite("The grammar of selectors")
struct SelectorGrammarTests {
  @Test(
    "canonical forms",
    arguments: [
      ("", "all()"), ("all()", "all()"), ("global()", "global()"), ("has(a)", "has(a)"),
      ("a=='b'", #"a == "b""#), ("a!=\"b\"", #"a != "b""#), (#"a == 'b"c'"#, #"a == 'b"c'"#),
      (#"a == "b'c""#, #"a == "b'c""#), ("a == \"\"", #"a == """#),
      ("a in {'y','x','y'}", #"a in {"x", "y"}"#), ("a in { 'x' , }", #"a in {"x"}"#),
      ("a in {}", "a in {}"), ("a not in { }", "a not in {}"),
      ("a in {'b', 'B', '10', '9', ''}", #"a in {"", "10", "9", "B", "b"}"#),
      ("a notin {'x'}", #"a not in {"x"}"#), ("a contains'x'", #"a contains "x""#),
      ("a startswith 'x'", #"a starts with "x""#), ("a endswith 'x'", #"a ends with "x""#),
      ("a  starts \t with\t'x'", #"a starts with "x""#), ("a not\tin{'x'}", #"a not in {"x"}"#),
      ("has(a)&&has(b)", "(has(a) && has(b))"), ("has(a)||has(b)", "(has(a) || has(b))"),
      ("has(a) && has(b) && has(c)", "(has(a) && has(b) && has(c))"),
      ("has(a) && (has(b) && has(c))", "(has(a) && (has(b) && has(c)))"),
      ("has(a) || has(b) && has(c)", "(has(a) || (has(b) && has(c)))"),
      ("(((has(a))))", "has(a)"), ("!has(a)", "!has(a)"), ("!!has(a)", "has(a)"),
      ("!(!has(a))", "has(a)"), ("!!!(has(a))", "!has(a)"),
      ("!(has(a) && !(has(b)))", "!(has(a) && !has(b))"), ("!a == 'b'", #"!a == "b""#),
      ("  has( a\t)  ", "has(a)"), ("all( )", "all()"), ("global(\t)", "global()"),
      ("( ( all() ) )", "all()"), ("a == 'b c\td'", "a == \"b c\td\""),
      ("a == 'x\\'", #"a == "x\""#), ("a == 'x\ny'", "a == \"x\ny\""),
      ("a=='b'&&c in{'d'}||!e!='f'", #"((a == "b" && c in {"d"}) || !e != "f")"#),
    ])
  func canonical(text: String, canonical: String) throws {
    let selector = try Selector(text)
    #expect(selector.canonical == canonical)
    #expect(selector.description == canonical)
    #expect(try Selector(canonical) == selector)
    #expect(try Selector(canonical: canonical).canonical == canonical)
  }

  @Test(
    "words of the language are labels where a label stands",
    arguments: [
      "in", "not", "notin", "contains", "starts", "startswith", "ends", "endswith", "with", "all",
      "global", "has", "a-b", "a.b/c_d", "-", ".", "/", "_", "0", "A", "not-in", "inx", "all.x",
    ])
  func keywordLabels(label: String) throws {
    for (operation, rest) in [
      ("==", #""x""#), ("in", #"{"x"}"#), ("not in", #"{"x"}"#), ("contains", #""x""#),
      ("starts with", #""x""#), ("ends with", #""x""#),
    ] {
      let text = "\(label) \(operation) \(rest)"
      #expect(try Selector(text).canonical == text)
    }
    #expect(try Selector("has(\(label))").canonical == "has(\(label))")
    #expect(try Selector("\(label)=='x'").matches([label: "x"]))
  }

  @Test(
    "what is no selector is refused with the position and what was expected",
    arguments: [
      ("a", 1, "=="), ("a b", 2, "=="), ("a =", 2, "=="), ("a = 'x'", 2, "=="),
      ("a === 'x'", 4, "string in quotes"), ("a ==", 4, "string in quotes"),
      ("a == b", 5, "string in quotes"), ("a == 'b", 7, "the ' that ends"),
      ("a == \"b'", 8, "the \" that ends"), ("a == 'b\"", 8, "the ' that ends"),
      ("a == 'b' c", 9, "&&, || or the end"), ("a == 'b' has(c)", 9, "&&, || or the end"),
      ("a == 'b' &", 9, "&&, ||"), ("a == 'b' & c == 'd'", 9, "&&, ||"),
      ("a == 'b' &&", 11, "a label"), ("a == 'b' || ", 12, "a label"),
      ("&& a == 'b'", 0, "a label"),
      ("a == 'b' && || c == 'd'", 12, "a label"), ("!", 1, "a label"), ("!&&", 1, "a label"),
      ("()", 1, "a label"), ("(", 1, "a label"), (")", 0, "a label"),
      ("(a == 'b'", 9, ") of the ( at position 1"), ("a == 'b')", 8, "&&, || or the end"),
      ("(a == 'b' c", 10, ") of the ( at position 1"),
      ("all(", 4, ") after all("), ("all", 3, "=="), ("all ()", 4, "=="), ("all(a)", 4, ") after"),
      ("has(", 4, "a label"), ("has()", 4, "a label"), ("has (a)", 4, "=="),
      ("has(a", 5, ") after has(a"), ("has(a b)", 6, ") after has(a"), ("has('a')", 4, "a label"),
      ("global ()", 7, "=="), ("global(x)", 7, ") after global("),
      ("a in", 4, "{"), ("a in 'b'", 5, "{"), ("a in {", 6, "string in quotes or }"),
      ("a in {b}", 6, "string in quotes or }"), ("a in {'b'", 9, ", or }"),
      ("a in {'b' 'c'}", 10, ", or }"), ("a in {,}", 6, "string in quotes or }"),
      ("a in {'b',,}", 10, "string in quotes or }"), ("a in {'b'}}", 10, "&&, || or the end"),
      ("a inx {'b'}", 2, "=="), ("a in-x {'b'}", 2, "=="), ("a IN {'b'}", 2, "=="),
      ("a not {'b'}", 6, "\"in\" after \"not\""), ("a not == 'b'", 6, "\"in\""),
      ("a starts 'b'", 9, "\"with\" after \"starts\""), ("a ends in 'b'", 7, "\"with\""),
      ("a contains {'b'}", 11, "string in quotes"), ("a notin 'b'", 8, "{"),
      ("a ! = 'b'", 2, "=="), ("a == 'b'\n", 8, "&&, || or the end"), ("\na == 'b'", 0, "a label"),
      ("a\r== 'b'", 1, "=="), ("a\u{a0}== 'b'", 1, "=="), ("ä == 'b'", 0, "a label"),
      ("a@b == 'c'", 1, "=="), ("'a' == 'b'", 0, "a label"), ("a == 'b'; ", 8, "&&, ||"),
    ])
  func refused(text: String, offset: Int, expected: String) throws {
    let error = try #require(throws: SelectorError.self) { try Selector(text) }
    #expect(error.offset == offset)
    #expect(error.message.contains("expected "))
    #expect(error.message.contains(expected))
    #expect(error.description == "\(error.message) at position \(offset + 1)")
  }

  @Test("an error reads well")
  func message() {
    #expect(
      throws: SelectorError(
        message: "expected a string in quotes, found \"b && c == 'd' ||…\"", offset: 5)
    ) { try Selector("a == b && c == 'd' || e == 'f'") }
    #expect(throws: SelectorError(message: "expected a label, found the end", offset: 4)) {
      try Selector("has(")
    }
  }

  @Test("a label has at most 512 characters")
  func labelLength() throws {
    let longest = String(repeating: "a", count: 512)
    #expect(try Selector("has(\(longest))").matches([longest: ""]))
    #expect(try Selector("\(longest) == 'x'").matches([longest: "x"]))
    for text in ["has(\(longest)a)", "\(longest)a == 'x'"] {
      let error = try #require(throws: SelectorError.self) { try Selector(text) }
      #expect(error.message.contains("513") && error.message.contains("512"))
    }
  }

  @Test("nesting is bounded, and what is accepted is accepted again in canonical form")
  func depth() throws {
    func parentheses(_ count: Int) -> String {
      String(repeating: "(", count: count) + "has(a)" + String(repeating: ")", count: count)
    }
    func chain(_ count: Int) -> String {
      String(repeating: "has(a) && (has(b) || ", count: count) + "has(c)"
        + String(repeating: ")", count: count)
    }
    #expect(try Selector(parentheses(100)).canonical == "has(a)")
    let deepest = try Selector(chain(50))
    #expect(try Selector(deepest.canonical) == deepest)
    for text in [
      parentheses(101), parentheses(500_000), chain(51), chain(20_000),
      String(repeating: "(", count: 1_000_000), String(repeating: "!(", count: 500_000),
    ] {
      let error = try #require(throws: SelectorError.self) { try Selector(text) }
      #expect(error.message.contains("100 levels"))
    }
    let combined = deepest.and(deepest.negated).prefixingLabels(with: "p.")
    #expect(throws: SelectorError.self) { try Selector(combined.canonical) }
    #expect(try Selector(canonical: combined.canonical) == combined)
  }

  @Test("a long run of ! costs no depth")
  func negations() throws {
    let run = String(repeating: "!", count: 1_000_000)
    #expect(try Selector(run + "has(a)").canonical == "has(a)")
    #expect(try Selector("!" + run + "has(a)").canonical == "!has(a)")
    #expect(throws: SelectorError.self) { try Selector(run) }
  }

  @Test("the text is bounded")
  func textLength() throws {
    let space = String(repeating: " ", count: Selector.maximumTextLength - 6)
    #expect(try Selector(space + "has(a)").canonical == "has(a)")
    let error = try #require(throws: SelectorError.self) { try Selector(space + "has(a) ") }
    #expect(error.message.contains("1048577") && error.message.contains("1048576"))
  }

  @Test("the largest texts are read and their restrictions found without going quadratic")
  func large() throws {
    let values = (0..<60_000).map { "'v\($0)'" }.joined(separator: ",")
    let set = try Selector("a in {\(values)}")
    #expect(set.matches(["a": "v59999"]) && !set.matches(["a": "v60000"]))
    #expect(set.restrictions["a"]?.mustHaveOneOfValues?.count == 60_000)
    let either = try Selector((0..<60_000).map { "a=='\($0)'" }.joined(separator: "||"))
    #expect(either.restrictions["a"]?.mustHaveOneOfValues?.count == 60_000)
    let both = try Selector((0..<60_000).map { "a\($0)=='x'" }.joined(separator: "&&"))
    #expect(both.restrictions.count == 60_000)
    let narrow = set.and(try Selector(String(repeating: "a=='v7'&&", count: 60_000) + "a=='v7'"))
    #expect(narrow.restrictions["a"]?.mustHaveOneOfValues == ["v7"])
    #expect(try Selector(canonical: narrow.canonical) == narrow)
  }
}
