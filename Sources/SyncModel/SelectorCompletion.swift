// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Selectors

/// The selectors that conversion adds to those of people (facts §1.7 and §1.8).
enum SelectorCompletion {
  static let namespaceLabel = "projectcalico.org/namespace"
  static let orchestratorLabel = "projectcalico.org/orchestrator"
  static let serviceAccountLabel = "projectcalico.org/serviceaccount"
  /// Before the labels that endpoints inherit from their namespace.
  static let namespacePrefix = "pcns."
  /// Before the labels that endpoints inherit from their service account.
  static let serviceAccountPrefix = "pcsa."

  /// A selector of labels, where `global()` says nothing.
  static func labels(_ text: String) throws(SelectorError) -> Selector {
    let selector = try Selector(text)
    if selector.usesGlobal {
      throw SelectorError(
        message: "global() can only stand in a rule's namespaceSelector", offset: 0)
    }
    return selector
  }

  /// What is in a namespace.
  static func namespace(_ name: String) throws(SelectorError) -> Selector {
    try Selector("\(namespaceLabel) == \(try quoted(name))")
  }

  /// What runs under a service account of one of these names.
  static func serviceAccounts(_ names: [String]) throws(SelectorError) -> Selector {
    var values: [String] = []
    for name in names { values.append(try quoted(name)) }
    return try Selector("\(serviceAccountLabel) in {\(values.joined(separator: ", "))}")
  }

  /// What is in the namespaces that a rule's namespace selector selects.
  static func namespaces(_ text: String) throws(SelectorError) -> Selector {
    let selector = try Selector(text)
    switch selector.canonical {
    case "all()": return try Selector("has(\(namespaceLabel))")
    case "global()": return try Selector("!has(\(namespaceLabel))")
    default:
      if selector.usesGlobal {
        throw SelectorError(message: "global() cannot be combined with other selectors", offset: 0)
      }
      return selector.prefixingLabels(with: namespacePrefix)
    }
  }

  /// All of these; nil for none. `all()` adds nothing to another.
  static func conjunction(_ parts: [Selector]) -> Selector? {
    let telling = parts.filter { $0 != .all }
    guard let first = telling.first else { return parts.first }
    return telling.dropFirst().reduce(first) { $0.and($1) }
  }

  /// The language has no escapes: a text with both kinds of quotes cannot be written.
  private static func quoted(_ text: String) throws(SelectorError) -> String {
    if !text.contains("\"") { return "\"\(text)\"" }
    if !text.contains("'") { return "'\(text)'" }
    throw SelectorError(message: "'\(text)' cannot be written in a selector", offset: 0)
  }
}
