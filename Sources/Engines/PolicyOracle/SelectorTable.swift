// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Selectors

/// The parsed form of every selector of a world.
struct SelectorTable: Sendable {
  private var parsed: [String: Selector] = [:]

  mutating func add(_ text: String) {
    if parsed[text] == nil { parsed[text] = try? Selector(text) }
  }

  mutating func add(_ rules: [Rule]) {
    for rule in rules {
      for end in [rule.source, rule.destination] {
        add(end.selector)
        add(end.notSelector)
        add(end.namespaceSelector)
        add(end.serviceAccounts?.selector ?? "")
      }
    }
  }

  /// A selector of labels; nil if the text is none. `global()` says nothing about labels.
  func labels(_ text: String) -> Selector? {
    guard let selector = any(text), !selector.usesGlobal else { return nil }
    return selector
  }

  /// A selector, `global()` included; nil if the text is none.
  func any(_ text: String) -> Selector? { parsed[text] ?? (try? Selector(text)) }
}
