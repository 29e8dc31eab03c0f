// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Selectors

/// A node's labels, for pools that select nodes.
struct NodeLabels {
  let labels: [String: String]

  /// Whether a selector leaves the choice of node open, so that labels need not be read.
  static func isOpen(_ selector: String) -> Bool {
    selector.isEmpty || selector == "all()"
  }

  /// A selector that cannot be read selects nothing.
  func match(_ selector: String) -> Bool {
    if Self.isOpen(selector) { return true }
    guard let parsed = try? Selector(selector) else { return false }
    return parsed.matches(labels)
  }
}
