// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing
import ValueTree

@Suite("JSON read straight from its bytes")
struct JSONReaderTests {
  private func read<R>(_ text: String, _ body: (inout JSONReader) -> R?) -> R? {
    let bytes = Array(text.utf8)
    return JSONReader.read(bytes.span, body)
  }

  @Test(
    "a whole number of at most eighteen digits is read, and every other is left to the tree",
    arguments: [
      ("0", 0), ("-0", 0), ("-12", -12), (" 7 ", 7),
      ("999999999999999999", 999_999_999_999_999_999),
      ("-999999999999999999", -999_999_999_999_999_999),
      ("1000000000000000000", nil), ("-1000000000000000000", nil),
      ("9223372036854775808", nil), ("-9999999999999999999", nil),
      ("01", nil), ("-", nil), ("", nil), ("1.0", nil), ("1e2", nil), ("1E2", nil), ("+1", nil),
    ] as [(String, Int64?)])
  func integers(_ text: String, _ number: Int64?) {
    #expect(read(text) { $0.int() } == number)
  }

  @Test("a member is looked for in its own object alone, from the one at hand on, all around")
  func members() throws {
    let found = read(#"{"a": 1, "b": {"c": 2, "a": 3}}"#) { json -> [Int?]? in
      guard let outer = json.beginObject(),
        let b = json.member("b", in: outer.members, from: outer.members.lowerBound)
      else { return nil }
      _ = json.beginValue(of: b)
      guard let inner = json.beginObject() else { return nil }
      let found = [
        json.member("a", in: outer.members, from: outer.members.upperBound),
        json.member("a", in: inner.members, from: inner.members.lowerBound),
        json.member("a", in: inner.members, from: inner.members.upperBound),
        json.member("b", in: inner.members, from: inner.members.upperBound),
      ]
      json.end(inner)
      json.end(outer)
      return found
    }
    // The members of the outer object are 0 and 1, those of the inner one 2 and 3.
    #expect(found == [0, 3, 3, nil])
  }
}
