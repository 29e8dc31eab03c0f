// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Selectors
import Testing

@Suite("Combining selectors")
struct SelectorCombinationTests {
  @Test("a conjunction is what the combined text parses to")
  func and() throws {
    let positive = try Selector("a == 'x' || has(b)")
    let negative = try Selector("c in {'y'}")
    let combined = positive.and(negative.negated)
    #expect(combined == (try Selector("(\(positive)) && (!(\(negative)))")))
    #expect(combined.canonical == #"((a == "x" || has(b)) && !c in {"y"})"#)
    #expect(Selector.all.and(positive).canonical == #"(all() && (a == "x" || has(b)))"#)
    #expect(combined.matches(["a": "x"]) && !combined.matches(["a": "x", "c": "y"]))
  }

  @Test("negating twice gives the selector back")
  func negated() throws {
    let selector = try Selector("a == 'x' && has(b)")
    #expect(selector.negated.canonical == #"!(a == "x" && has(b))"#)
    #expect(selector.negated.negated == selector)
    #expect(try Selector("!has(a)").negated.canonical == "has(a)")
  }

  @Test("prefixing reaches every label and leaves values alone")
  func prefixing() throws {
    let selector = try Selector(
      """
      a == 'a' && b != 'b' || !(c in {'c'} && d not in {'d'}) || e contains 'e' \
      && f starts with 'f' && g ends with 'g' && has(h) && all() && global()
      """)
    #expect(
      selector.prefixingLabels(with: "pcns.").canonical == """
        ((pcns.a == "a" && pcns.b != "b") || !(pcns.c in {"c"} && pcns.d not in {"d"}) || \
        (pcns.e contains "e" && pcns.f starts with "f" && pcns.g ends with "g" && has(pcns.h) \
        && all() && global()))
        """)
    #expect(selector.prefixingLabels(with: "") == selector)
  }

  @Test("selectors are equal by canonical form")
  func equality() throws {
    let a = try Selector("a == 'x' && has(b)")
    let b = try Selector("((a=='x')&&has( b ))")
    let c = try Selector("has(b) && a == 'x'")
    #expect(a == b && a.hashValue == b.hashValue && a.id == b.id)
    #expect(a != c)
    #expect(Set([a, b, c]).count == 2)
  }
}
