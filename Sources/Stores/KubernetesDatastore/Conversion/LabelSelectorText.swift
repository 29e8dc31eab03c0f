// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import Resources
import Selectors

/// Kubernetes' label selectors in Calico's language (compatibility §1.7).
enum LabelSelectorText {
  /// Why a selector cannot be put into the language.
  struct Problem: Error {
    var field: String
    var reason: String
  }

  static let orchestrator = "projectcalico.org/orchestrator == 'k8s'"

  /// The pods that a selector selects; nil selects all.
  static func pods(_ selector: KubeLabelSelector?) throws(Problem) -> String {
    let terms = try selector.map { selector throws(Problem) in try self.terms(selector) } ?? []
    return try checked(([orchestrator] + terms).joined(separator: " && "))
  }

  /// The namespaces that a selector selects.
  static func namespaces(_ selector: KubeLabelSelector) throws(Problem) -> String {
    let terms = try self.terms(selector)
    return terms.isEmpty ? "all()" : try checked(terms.joined(separator: " && "))
  }

  private static func checked(_ text: String) throws(Problem) -> String {
    do throws(SelectorError) {
      _ = try Selector(text)
      return text
    } catch {
      throw Problem(field: "", reason: "is no selector: \(LeftOut.shown("\(error)"))")
    }
  }

  private static func terms(_ selector: KubeLabelSelector) throws(Problem) -> [String] {
    var terms: [String] = []
    for (key, value) in selector.matchLabels.sorted(by: { $0.key < $1.key }) {
      let key = try name(key, ".matchLabels")
      terms.append("\(key) == \(try quoted(value, ".matchLabels"))")
    }
    for (index, expression) in selector.matchExpressions.enumerated() {
      let field = ".matchExpressions[\(index)]"
      let key = try name(expression.key, field)
      // None of no values and all but no values are mistakes, and the latter would be everything.
      switch (expression.`operator`, expression.values.isEmpty) {
      case ("In", false): terms.append("\(key) in \(try set(expression.values, field))")
      case ("NotIn", false): terms.append("\(key) not in \(try set(expression.values, field))")
      case ("Exists", true): terms.append("has(\(key))")
      case ("DoesNotExist", true): terms.append("! has(\(key))")
      case ("In", true), ("NotIn", true):
        throw Problem(field: field, reason: "\(expression.`operator`) must have values")
      case ("Exists", false), ("DoesNotExist", false):
        throw Problem(field: field, reason: "\(expression.`operator`) must have no values")
      default:
        throw Problem(
          field: field,
          reason: "the operator \(LeftOut.shown(expression.`operator`)) is not known")
      }
    }
    return terms
  }

  /// A label's name and nothing that could end it and go on.
  private static func name(_ key: String, _ field: String) throws(Problem) -> String {
    guard NameRules.isLabelKey(key) else {
      throw Problem(field: field, reason: "\(LeftOut.shown(key)) is no label's name")
    }
    return key
  }

  private static func set(_ values: [String], _ field: String) throws(Problem) -> String {
    var texts: [String] = []
    for value in values { texts.append(try quoted(value, field)) }
    return "{ \(texts.joined(separator: ", ")) }"
  }

  private static func quoted(_ value: String, _ field: String) throws(Problem) -> String {
    if !value.contains("'") { return "'\(value)'" }
    guard !value.contains("\"") else {
      throw Problem(
        field: field, reason: "the value \(LeftOut.shown(value)) has both kinds of quotes")
    }
    return "\"\(value)\""
  }
}
