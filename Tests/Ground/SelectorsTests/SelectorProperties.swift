// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Selectors
import TestSupport
import Testing

@Suite("Properties of selectors")
struct SelectorProperties {
  @Test("canonical forms, meaning, negation and restrictions of random selectors")
  func meaning() throws {
    var random = SplitMix64(for: "random selectors")
    for _ in 0..<1500 {
      let model = RandomSelector.make(depth: 4, &random)
      let text = model.text(&random)
      let selector = try Selector(text)
      let again = try Selector(selector.canonical)
      #expect(again == selector && again.canonical == selector.canonical, "\(text)")
      #expect(again.id == selector.id)
      let negated = selector.negated
      #expect(try Selector(negated.canonical) == negated)
      let restrictions = selector.restrictions
      let opposite = negated.restrictions
      let isImpossible = restrictions.values.contains(where: \.isImpossible)
      // Recording an expectation per label set would dominate the time.
      var failures: [[String: String]] = []
      for labels in RandomSelector.universe {
        let expected = model.matches(labels)
        let mandatory = expected ? restrictions : opposite
        let isRight =
          selector.matches(labels) == expected && again.matches(labels) == expected
          && negated.matches(labels) == !expected && !(expected && isImpossible)
          && mandatory.allSatisfy { $0.value.allows(labels[$0.key]) }
        if !isRight { failures.append(labels) }
      }
      #expect(failures.isEmpty, "\(text)")
    }
  }

  @Test("prefixing a selector is prefixing the labels")
  func prefixing() throws {
    var random = SplitMix64(for: "prefixed selectors")
    for _ in 0..<200 {
      let model = RandomSelector.make(depth: 3, &random)
      let selector = try Selector(model.text(&random)).prefixingLabels(with: "pcns.")
      #expect(try Selector(selector.canonical) == selector)
      for labels in RandomSelector.universe {
        let prefixed = Dictionary(uniqueKeysWithValues: labels.map { ("pcns." + $0, $1) })
        #expect(selector.matches(prefixed) == model.matches(labels))
      }
    }
  }

  @Test("conjunctions of random selectors match what both match")
  func conjunctions() throws {
    var random = SplitMix64(for: "conjunctions")
    for _ in 0..<200 {
      let a = RandomSelector.make(depth: 3, &random)
      let b = RandomSelector.make(depth: 3, &random)
      let selector = try Selector(a.text(&random)).and(try Selector(b.text(&random)))
      #expect(try Selector(selector.canonical) == selector)
      for labels in RandomSelector.universe {
        #expect(selector.matches(labels) == (a.matches(labels) && b.matches(labels)))
      }
    }
  }

  @Test("any bytes and any tokens give a selector or an error with its place")
  func noise() throws {
    var random = SplitMix64(for: "noise")
    let tokens = [
      "a", "in", "not", "notin", "contains", "starts", "with", "ends", "startswith", "has(", "all(",
      "global(", "all()", "(", ")", "{", "}", ",", "==", "!=", "!", "&&", "||", "&", "|", "=", "'",
      "\"", "'x'", "\"y\"", " ", "\t", "\n", "é", "🙂", "\u{0}", "has(a)", "a == 'x'",
    ]
    var accepted = 0
    for round in 0..<20_000 {
      var text = ""
      if round % 2 == 0 {
        for _ in 0..<Int.random(in: 1...10, using: &random) {
          text += tokens[Int.random(in: 0..<tokens.count, using: &random)]
          if Bool.random(using: &random) { text += " " }
        }
      } else {
        // Spoil a good one.
        var bytes = Array(RandomSelector.make(depth: 2, &random).text(&random).utf8)
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: at)
        default: bytes = Array(bytes.prefix(at))
        }
        text = String(decoding: bytes, as: UTF8.self)
      }
      do {
        let selector = try Selector(text)
        accepted += 1
        #expect(try Selector(selector.canonical) == selector)
        _ = selector.matches(["a": "x"])
        _ = selector.restrictions
      } catch {
        #expect(0...text.utf8.count ~= error.offset, "\(text)")
        #expect(!error.message.isEmpty)
      }
    }
    #expect(accepted > 500)
  }
}
