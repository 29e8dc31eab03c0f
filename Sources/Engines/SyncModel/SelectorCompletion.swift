// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Selectors

/// The selectors that conversion adds to those of people (compatibility §1.7 and §1.8).
///
/// DESIGN: a namespace selector selects what is in the namespaces that it selects, and a service
/// account selector what runs under the accounts. What is in none has none of their labels, and a
/// negation is true of labels that are missing; so a selector that is true without any label is
/// told to ask for a namespace or an account first. Others stay as they are, and so do the sets
/// that are named after them.
enum SelectorCompletion {
  /// The longest name of a service account that is a label's value.
  static let longestAccountLabel = 63

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
    try Selector("\(ReservedLabels.namespace) == \(try quoted(name))")
  }

  /// What runs under a service account of one of these names.
  static func serviceAccounts(_ names: [String]) throws(SelectorError) -> Selector {
    var values: [String] = []
    for name in names { values.append(try quoted(name)) }
    let areLabels = names.allSatisfy { $0.utf8.count <= longestAccountLabel }
    let label = areLabels ? ReservedLabels.serviceAccount : accountName
    return try Selector("\(label) in {\(values.joined(separator: ", "))}")
  }

  /// What runs under the service accounts that a selector of their labels selects.
  static func serviceAccounts(selecting text: String) throws(SelectorError) -> Selector {
    try inherited(
      labels(text), prefix: ReservedLabels.serviceAccountPrefix, has: accountName)
  }

  /// What is in the namespaces that a selector of their labels selects.
  static func namespaces(selecting text: String) throws(SelectorError) -> Selector {
    try inherited(
      labels(text), prefix: ReservedLabels.namespacePrefix, has: ReservedLabels.namespace)
  }

  /// What a rule's namespace selector selects: what is in the namespaces, or what is in none.
  static func ruleNamespaces(_ text: String) throws(SelectorError) -> Selector {
    let selector = try Selector(text)
    if selector.canonical == "global()" { return try Selector("!has(\(ReservedLabels.namespace))") }
    if selector.usesGlobal {
      throw SelectorError(message: "global() cannot be combined with other selectors", offset: 0)
    }
    return try namespaces(selecting: text)
  }

  /// The name of a service account as a label, however long.
  private static let accountName =
    ReservedLabels.serviceAccountPrefix + ReservedLabels.name

  private static func inherited(
    _ selector: Selector, prefix: String, has label: String
  ) throws(SelectorError) -> Selector {
    let prefixed = selector.prefixingLabels(with: prefix)
    guard selector.matches([:]) else { return prefixed }
    return conjunction([try Selector("has(\(label))"), prefixed]) ?? prefixed
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
