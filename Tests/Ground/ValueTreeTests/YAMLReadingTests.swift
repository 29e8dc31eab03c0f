// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing
import ValueTree

@Suite("Reading YAML")
struct YAMLReadingTests {
  @Test(
    "plain scalars have the types that kubectl's users expect",
    arguments: [
      ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("nul", "nul"), ("true", true),
      ("TRUE", true), ("tRUE", "tRUE"), ("False", false), ("yes", "yes"), ("no", "no"),
      ("on", "on"),
      ("off", "off"), ("0", 0), ("-7", -7), ("+7", 7), ("0x1F", 31), ("-0x10", -16), ("0o17", 15),
      ("0b101", 5), ("0644", 420), ("0x", "0x"), ("0x-1", "0x-1"), ("--1", "--1"), ("+-1", "+-1"),
      ("089", .double(89)), ("1.5", 1.5), ("-.5", -0.5), ("5.", .double(5)), ("1e3", .double(1000)),
      ("1.5E-1", 0.15), ("1e", "1e"), (".", "."), ("-", "-x"), ("1.2.3", "1.2.3"),
      ("1_000", "1_000"),
      ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
      ("9223372036854775808", .double(0x1p63)), ("123e456", "123e456"),
      ("10.0.0.0/8", "10.0.0.0/8"), ("fd00::1", "fd00::1"), ("12:30", "12:30"),
      ("2026-01-02", "2026-01-02"), ("\"1\"", "1"), ("'true'", "true"), ("\"\\u00e9\\x41\"", "éA"),
      ("a b  c # d", "a b  c"), ("has(a) && b == 'c'", "has(a) && b == 'c'"),
    ] as [(String, Value)])
  func scalars(_ text: String, _ value: Value) throws {
    let text = text == "-" ? "-x" : text
    #expect(try yaml("a: \(text)\n") == [["a": value]])
  }

  @Test("block and flow collections, block scalars and lists in line with their key are read")
  func collections() throws {
    let text = """
      a:
      - 1
      - - x
        - {y: 1, "z": [2, 3]}
      b: |
        one

          two
      c: >-
        folded
        text
      ? d
      : e
      """
    let value: Value = [
      "a": [1, ["x", ["y": 1, "z": [2, 3]]]], "b": "one\n\n  two\n", "c": "folded text", "d": "e",
    ]
    #expect(try yaml(text) == [value])
  }

  @Test("several documents are read, empty ones are left out")
  func documents() throws {
    #expect(try yaml("") == [])
    #expect(try yaml("# nothing\n") == [])
    #expect(
      try yaml("---\n---\na: 1\n---\n# none\n---\n- 2\n...\n---\nnull\n") == [["a": 1], [2], .null])
    let marks = try YAML.documents(Array("a: 1\n---\n\nb: 2\n".utf8), file: "x")
    #expect(marks.last?.mark(of: path(.key("b"))) == Mark(line: 4, column: 1))
  }

  @Test("JSON is read, also where it is not YAML, and braces may hold YAML")
  func json() throws {
    #expect(try yaml("{\"a\": \"\\ud83d\\ude00\",\n\t\"b\": 1}") == [["a": "😀", "b": 1]])
    #expect(try yaml("{a: [b, 'c',],}\n") == [["a": ["b", "c"]]])
    let long = String(repeating: "k", count: 2000)
    #expect(try yaml("{\"\(long)\": 1}") == [.object([.init(long, 1)])])
  }

  @Test("a byte order mark and Windows line ends do no harm")
  func windows() throws {
    let text = "\u{FEFF}a: 1\r\nb:\r\n- x\r\n"
    #expect(try yaml(text) == [["a": 1, "b": ["x"]]])
  }

  @Test("keys are the text as written")
  func keys() throws {
    #expect(try yaml("8080: a\ntrue: b\n\"\": c\n") == [["8080": "a", "true": "b", "": "c"]])
  }

  @Test("anchors and aliases are followed, within one document")
  func aliases() throws {
    let text = "a: &x [1, 2]\nb: *x\n&k key: &x 3\nc: *x\n*k : 4\n"
    #expect(yamlError(text)?.contains("key: the key is given twice") == true)
    #expect(
      try yaml("a: &x [1, 2]\nb: *x\nc: &x 3\nd: *x\n") == [
        ["a": [1, 2], "b": [1, 2], "c": 3, "d": 3]
      ])
    #expect(try yaml("a: &k key\n*k : 4\n") == [["a": "key", "key": 4]])
    #expect(
      yamlError("a: &x 1\n---\nb: *x\n")
        == "f.yaml:3:4: b: *x refers to an anchor that is not set before it")
    #expect(yamlError("a: &x [1, *x]\n") == "f.yaml:1:11: a[1]: *x refers to what it stands in")
  }

  @Test("merge keys are followed: the map itself wins, then the first source")
  func merge() throws {
    let text = """
      base: &base {a: 1, b: 2}
      other: &other {b: 3, c: 4}
      one:
        <<: *base
        b: 5
      two:
        x: 0
        <<: [*other, *base]
      quoted: {"<<": 1}
      """
    let read = try #require(try yaml(text).first)
    #expect(read["one"] == ["b": 5, "a": 1])
    #expect(read["two"] == ["x": 0, "b": 3, "c": 4, "a": 1])
    #expect(read["quoted"] == ["<<": 1])
    #expect(yamlError("<<: 1\n") == "f.yaml:1:5: [\"<<\"]: '<<' takes a map or a list of maps")
    #expect(yamlError("<<: {a: 1}\n<<: {b: 1}\n")?.contains("the first time in line 1") == true)
    let document = try #require(try YAML.documents(Array(text.utf8), file: "x").first)
    #expect(document.mark(of: path(.key("one"), .key("a"))) == Mark(line: 1, column: 14))
  }

  @Test("aliases that multiply are refused before they cost memory")
  func bomb() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<10 {
      let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(yamlError(text)?.contains("aliases may add at most 100000 values") == true)
    var merges = "a0: &a0 {k: 1}\n"
    for level in 1..<101 { merges += "a\(level): &a\(level) {b: *a\(level - 1)}\n" }
    #expect(yamlError(merges)?.contains("nested at most 100 deep") == true)
  }

  @Test("standard tags are followed, others refused")
  func tags() throws {
    #expect(
      try yaml("[!!str 1, !!float 1, !!int 0x10, !!bool true, !!null ~, ! 2, !!seq [], !!map {}]")
        == [["1", .double(1), 16, true, .null, "2", [], [:]]])
    #expect(
      yamlError("a: !!binary aGk=\n")?.hasPrefix("f.yaml:1:4: a: the tag !!binary is not supported")
        == true)
    #expect(yamlError("a: !Ref x\n")?.contains("the tag !Ref is not supported") == true)
    #expect(yamlError("a: !!set {x}\n")?.contains("the tag !!set is not supported") == true)
    #expect(yamlError("!!int x\n") == "f.yaml:1:1: \"x\" is not what its tag !!int says")
  }

  @Test(
    "what is wrong is refused with file, line, column and path",
    arguments: [
      (
        "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n",
        "5:3: b.c: the key is given twice; the first time in line 3"
      ),
      ("spec:\n  ? [a]\n  : 1\n", "2:5: spec: a key must not be a list or a map"),
      ("a: {b: {~: 1}}\n", "1:9: a.b: a key must not be null or empty"),
      (": 1\n", "1:1: did not find expected key (while parsing a block mapping)"),
      ("? \n: 1\n", "1:2: a key must not be null or empty"),
      (
        "spec:\n  cidr:\n\t- a\n",
        "3:1: spec.cidr: a tab cannot stand here: YAML is indented with spaces"
      ),
      ("a: .inf\n", "1:4: a: .inf is not a finite number; quote it if it is a string"),
      ("a: b: c\n", "1:5: mapping values are not allowed in this context"),
      (
        "a:\n  b: [1, 2\nc: 3\n",
        "3:2: a.b[2]: did not find expected ',' or ']' (while parsing a flow sequence that begins in line 2)"
      ),
      (
        "a: \"x\n",
        "2:1: a: found unexpected end of stream (while scanning a quoted scalar that begins in line 1)"
      ),
      ("a: x\u{1}\n", "1:5: control characters are not allowed"),
      ("%YAML 3.0\n---\na: 1\n", "1:1: found incompatible YAML document"),
    ])
  func refuses(_ text: String, _ message: String) {
    #expect(yamlError(text) == "f.yaml:" + message)
  }

  @Test("bytes that are not UTF-8 are refused with their place")
  func encoding() {
    #expect(yamlError(Array("a: 1\nb: ".utf8) + [0xC3, 0x28]) == "f.yaml:2:4: not valid UTF-8")
    #expect(
      yamlError([0xFE, 0xFF, 0, 0x61]) == "f.yaml:1:1: not valid UTF-8: it looks like UTF-16")
  }

  @Test("nesting is bounded in block and in flow style")
  func depth() throws {
    _ = try yaml(String(repeating: "- ", count: 100) + "x\n")
    for text in [
      String(repeating: "- ", count: 101), String(repeating: "[", count: 5000),
      String(repeating: "{a: ", count: 5000), String(repeating: "? ", count: 5000),
    ] {
      #expect(yamlError(text) != nil)
    }
  }
}
