// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Selectors
import Testing

@Suite("Label restrictions")
struct LabelRestrictionTests {
  private static func present(_ values: String...) -> LabelRestriction {
    LabelRestriction(mustBePresent: true, mustHaveOneOfValues: values)
  }
  private static let present = LabelRestriction(mustBePresent: true)
  private static let absent = LabelRestriction(mustBeAbsent: true)

  @Test(
    "restrictions of each form",
    arguments: [
      ("all()", [:]), ("global()", [:]), ("!all()", [:]),
      ("has(a)", ["a": present]), ("!has(a)", ["a": absent]),
      ("a == 'x'", ["a": present("x")]), ("!a == 'x'", [:]),
      ("a != 'x'", [:]), ("!a != 'x'", ["a": present("x")]),
      ("a in {'y', 'x'}", ["a": present("x", "y")]), ("!a in {'x'}", [:]),
      ("a not in {'x'}", [:]), ("!a not in {'x', 'y'}", ["a": present("x", "y")]),
      ("a contains 'x'", ["a": present]), ("a starts with 'x'", ["a": present]),
      ("a ends with 'x'", ["a": present]), ("!a contains 'x'", [:]),
      ("a == 'x' && has(b)", ["a": present("x"), "b": present]),
      ("a == 'x' && has(a)", ["a": present("x")]),
      ("a in {'x', 'y'} && a in {'y', 'z'}", ["a": present("y")]),
      ("a in {'x', 'y'} && a != 'x'", ["a": present("x", "y")]),
      ("a == 'x' || a == 'y'", ["a": present("x", "y")]),
      ("a == 'x' || has(a)", ["a": present]), ("a == 'x' || has(b)", [:]),
      ("a == 'x' || !has(a)", [:]), ("!has(a) || !has(a) && has(b)", ["a": absent]),
      ("a == 'x' && has(b) || a == 'y' && has(c)", ["a": present("x", "y")]),
      ("!(a != 'x' || !has(b))", ["a": present("x"), "b": present]),
      ("!(a != 'x' && a != 'y')", ["a": present("x", "y")]),
      ("!(has(a) || has(b))", ["a": absent, "b": absent]), ("!(has(a) && has(b))", [:]),
      ("a in {} || b == 'x'", ["b": present("x")]),
      ("has(a) && !has(a) || b == 'x'", ["b": present("x")]),
      ("a == 'x' && a == 'y' || a == 'z'", ["a": present("z")]),
    ])
  func forms(text: String, expected: [String: LabelRestriction]) throws {
    #expect(try Selector(text).restrictions == expected)
  }

  @Test(
    "what can't be satisfied is impossible",
    arguments: [
      "a in {}", "a == 'x' && a == 'y'", "has(a) && !has(a)", "a == 'x' && !has(a)",
      "a in {} || b in {}",
    ])
  func impossible(text: String) throws {
    #expect(try Selector(text).restrictions.values.contains(where: \.isImpossible))
  }

  @Test("a restriction knows which values it allows")
  func allows() {
    #expect(LabelRestriction().allows(nil) && LabelRestriction().allows("x"))
    #expect(!Self.present.allows(nil) && Self.present.allows(""))
    #expect(Self.absent.allows(nil) && !Self.absent.allows(""))
    #expect(Self.present("y", "x").allows("x") && !Self.present("x").allows("y"))
    #expect(!LabelRestriction(mustHaveOneOfValues: ["x"]).allows(nil))
    #expect(Self.present("y", "x", "y").mustHaveOneOfValues == ["x", "y"])
  }
}
