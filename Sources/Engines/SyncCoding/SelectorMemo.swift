// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Selectors

/// The selectors that were parsed last, by their texts, so that one that comes with every frame is
/// parsed once.
struct SelectorMemo: Sendable {
  /// By bytes, as texts that Unicode calls equal are different selectors.
  private struct Text: Hashable {
    let text: String

    static func == (a: Self, b: Self) -> Bool { isSame(a.text, b.text) }

    func hash(into hasher: inout Hasher) {
      for byte in text.utf8 { hasher.combine(byte) }
    }
  }

  private var known: [Text: Selector] = [:]
  private var size = 0
  /// How many bytes of text are kept.
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  var count: Int { known.count }

  mutating func selector(_ text: String) throws(SelectorError) -> Selector {
    let key = Text(text: text)
    if let selector = known[key] { return selector }
    let selector = try Selector(canonical: text)
    size += text.utf8.count + Expansion.place
    if size > limit {
      known.removeAll()
      size = text.utf8.count + Expansion.place
    }
    known[key] = selector
    return selector
  }
}
