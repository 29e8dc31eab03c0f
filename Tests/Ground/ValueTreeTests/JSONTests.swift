// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing
import ValueTree

@Suite("JSON")
struct JSONTests {
  @Test(
    "what RFC 8259 allows is read",
    arguments: [
      ("{}", Value.object([])), (" [ ] ", .array([])), ("null", .null), ("true", true),
      ("false", false), ("0", 0), ("-0", 0), ("-12", -12), ("1.5", 1.5), ("1.0", .double(1)),
      ("1e2", .double(100)), ("1E+2", .double(100)), ("12e-1", 1.2), (#""""#, ""),
      ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
      ("9223372036854775808", .double(0x1p63)), ("-9223372036854775809", .double(-0x1p63)),
      ("100000000000000000000", .double(1e20)),
      (#""\"\\\/\b\f\n\r\t\u00e9\u20AC""#, "\"\\/\u{8}\u{C}\n\r\té€"),
      (#""\ud83d\ude00x""#, "😀x"), (#""\u0000""#, "\u{0}"), ("\"é\u{7F}\"", "é\u{7F}"),
      ("{\"b\": [1, {\"a\": null}],\n\t\"a\": \"x\"}", ["b": [1, ["a": .null]], "a": "x"]),
    ] as [(String, Value)])
  func reads(_ text: String, _ value: Value) throws {
    #expect(try JSON.parse(text) == value)
  }

  @Test(
    "what RFC 8259 does not allow is refused with its place",
    arguments: [
      ("", "1:1: expected a value, found the end"),
      ("[1,]", "1:4: [1]: expected a value, found ']'"),
      ("[1 2]", "1:4: expected ',' or ']' after an item, found '2'"),
      ("[1", "1:3: expected ',' or ']' after an item, found the end"),
      ("{\"a\": 1,}", "1:9: expected a key in double quotes, found '}'"),
      ("{a: 1}", "1:2: expected a key in double quotes, found 'a'"),
      ("{\"a\" 1}", "1:6: a: expected ':' after the key, found '1'"),
      ("{\"a\":\n {\"b\": [0, tru]}}", "2:12: a.b[1]: expected a value, found 't'"),
      ("1 1", "1:3: unexpected '1' after the end of the value"),
      ("01", "1:1: a number must not begin with a zero"),
      ("-", "1:2: expected a digit, found the end"), ("1.", "1:3: expected a digit, found the end"),
      ("1e", "1:3: expected a digit, found the end"), (".5", "1:1: expected a value, found '.'"),
      ("+1", "1:1: expected a value, found '+'"), ("NaN", "1:1: expected a value, found 'N'"),
      ("1e999", "1:1: the number 1e999 is too large"),
      ("\"a", "1:1: the string is not closed"), ("\"a\\", "1:3: the string is not closed"),
      ("\"a\nb\"", "1:3: a control character must be written as \\u000a in a string"),
      ("\"\u{1F}\"", "1:2: a control character must be written as \\u001f in a string"),
      ("\"\\x\"", "1:2: unknown escape in a string: \\ and 'x'"),
      ("\"\\u12G4\"", "1:2: \\u must be followed by four hexadecimal digits"),
      ("\"\\ud800\"", "1:2: half of a surrogate pair"),
      ("\"\\ud800\\u0041\"", "1:2: half of a surrogate pair"),
      ("\"\\ud83d\\ud83d\"", "1:2: half of a surrogate pair"),
      ("\"\\udc00\\ud800\"", "1:2: half of a surrogate pair"),
      ("[1] // no", "1:5: unexpected '/' after the end of the value"),
      ("\u{FEFF}1", "1:1: JSON must not begin with a byte order mark"),
      ("['a']", "1:2: [0]: expected a value, found '''"),
      ("[é]", "1:2: [0]: expected a value, found a character that does not belong here"),
    ])
  func refuses(_ text: String, _ message: String) {
    #expect(jsonError(text) == "f.json:" + message)
  }

  @Test("bytes that are not UTF-8 are refused, also inside strings")
  func encoding() {
    #expect(jsonError([0x22, 0xFF, 0x22]) == "f.json:1:2: not valid UTF-8")
    #expect(jsonError([0x0A, 0x22, 0xED, 0xA0, 0x80, 0x22]) == "f.json:2:2: not valid UTF-8")
    #expect(
      jsonError([0xFF, 0xFE, 0x31, 0x00]) == "f.json:1:1: not valid UTF-8: it looks like UTF-16")
  }

  @Test("a key given twice is refused with both lines, and both are kept when told so")
  func duplicates() throws {
    let text = "{\"x\": {\n\"a\": 1, \"b\": {\"a\": 0},\n\"a\": 2}}"
    #expect(
      jsonError(text)
        == "f.json:3:1: x.a: the key is given twice; the first time in line 2")
    let escaped = "{\"a\": 1, \"\\u0061\": 2}"
    #expect(jsonError(escaped)?.contains("the key is given twice") == true)
    let kept = try JSON.parse(escaped, duplicateKeys: .kept)
    #expect(kept.members?.map(\.value) == [1, 2])
  }

  @Test("a duplicate is found among many keys")
  func manyKeys() {
    for twice in [0, 15, 16, 17, 99] {
      let keys = (0..<100).map { "\"k\($0)\": 0" } + ["\n\"k\(twice)\": 0"]
      let text = "{" + keys.joined(separator: ",") + "}"
      #expect(
        jsonError(text) == "f.json:2:1: k\(twice): the key is given twice; the first time in line 1"
      )
    }
  }

  @Test("nesting, size and the length of a number are bounded")
  func bounds() throws {
    let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    _ = try JSON.parse(deep)
    let oneMore = "[\(deep)]"
    #expect(jsonError(oneMore)?.hasSuffix("lists and maps may be nested at most 100 deep") == true)
    let deeper = String(repeating: "[", count: 100_000)
    #expect(jsonError(deeper)?.hasSuffix("lists and maps may be nested at most 100 deep") == true)
    let large = [UInt8](repeating: 0x20, count: (16 << 20) + 1)
    #expect(
      jsonError(large)?.hasSuffix("16777217 bytes are too many: at most 16777216 are read") == true)
    let long = String(repeating: "1", count: 1025)
    #expect(jsonError(long) == "f.json:1:1: a number has at most 1024 characters")
  }

  @Test(
    "numbers are written short and read back the same",
    arguments: [
      (5, "5"), (-3, "-3"), (0.1, "0.1"), (1e20, "1e+20"), (0x1p53, "9007199254740992.0"),
      (9_007_199_254_740_991, "9007199254740991"), (.leastNonzeroMagnitude, "5e-324"),
      (-0.0, "-0.0"),
      (.infinity, "null"), (.nan, "null"),
    ] as [(Double, String)])
  func numbers(_ number: Double, _ text: String) {
    #expect(JSON.encode(.double(number)) == text)
  }

  @Test("text is compact, or indented with one member a line; < and & stand as they are")
  func encodes() {
    let value: Value = ["a": [], "b": [:], "c": [1, ["d": "<&>\"\\\u{1}\u{1F}\n"]]]
    #expect(JSON.encode(value) == #"{"a":[],"b":{},"c":[1,{"d":"<&>\"\\\u0001\u001f\n"}]}"#)
    #expect(
      JSON.encode(value, indent: 2) == #"""
        {
          "a": [],
          "b": {},
          "c": [
            1,
            {
              "d": "<&>\"\\\u0001\u001f\n"
            }
          ]
        }
        """#)
    #expect(JSON.bytes("é") == [0x22, 0xC3, 0xA9, 0x22])
  }
}
