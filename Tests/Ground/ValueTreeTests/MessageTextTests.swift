// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing
import ValueTree

@Suite("Texts of others in messages")
struct MessageTextTests {
  @Test(
    "what would end the line or hide something is written as an escape",
    arguments: [
      ("", ""), ("a b", "a b"), ("a\nb", "a\\nb"), ("a\r\nb", "a\\r\\nb"), ("\ta", "\\ta"),
      ("\u{0}\u{1b}[31m\u{7f}", "\\u0000\\u001b[31m\\u007f"), ("a\u{85}b", "a\\u0085b"),
      ("a\u{2028}b\u{2029}", "a\\u2028b\\u2029"), ("\u{202e}dcba\u{2066}", "\\u202edcba\\u2066"),
      ("häß 🐈‍⬛ e\u{301}", "häß 🐈‍⬛ e\u{301}"), ("a\\nb", "a\\nb"),
    ])
  func escapes(text: String, expected: String) {
    #expect(Array(text.onOneLine.utf8) == Array(expected.utf8))
    #expect(text.onOneLine.onOneLine == text.onOneLine)
    #expect(text.quoted == "'\(expected)'")
  }

  @Test(
    "what is long is cut by scalars, also inside of one character that goes on and on",
    arguments: [
      ("", 0, ""), ("", 3, ""), ("abc", 3, "abc"), ("abcd", 3, "abc…"), ("abcd", 0, "…"),
      ("e\u{301}e\u{301}", 3, "e\u{301}e…"),
      ("a" + String(repeating: "\u{301}", count: 1000), 2, "a\u{301}…"),
    ])
  func cuts(text: String, limit: Int, expected: String) {
    #expect(Array(text.cut(to: limit).utf8) == Array(expected.utf8))
  }
}
