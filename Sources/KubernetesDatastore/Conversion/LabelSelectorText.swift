// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import Selectors

/// Kubernetes' label selectors in Calico's language (facts §1.7).
enum LabelSelectorText {
  /// Why a selector cannot be put into the language.
  struct Problem: Error {
    var reason: String
  }

  static let orchestrator = "projectcalico.org/orchestrator == 'k8s'"

  /// The pods that a selector selects; nil selects all.
  static func pods(_ selector: KubeLabelSelector?) throws(Problem) -> String {
    let terms = try selector.map { selector throws(Problem) in try self.terms(selector) } ?? []
    return ([orchestrator] + terms).joined(separator: " && ")
  }

  /// The namespaces that a selector selects.
  static func namespaces(_ selector: KubeLabelSelector) throws(Problem) -> String {
    let terms = try self.terms(selector)
    return terms.isEmpty ? "all()" : terms.joined(separator: " && ")
  }

  private static func terms(_ selector: KubeLabelSelector) throws(Problem) -> [String] {
    var terms: [String] = []
    for (key, value) in selector.matchLabels.sorted(by: { $0.key < $1.key }) {
      terms.append("\(key) == \(try quoted(value))")
    }
    for expression in selector.matchExpressions {
      let key = expression.key
      switch expression.`operator` {
      case "In": terms.append("\(key) in \(try set(expression.values))")
      case "NotIn": terms.append("\(key) not in \(try set(expression.values))")
      case "Exists": terms.append("has(\(key))")
      case "DoesNotExist": terms.append("! has(\(key))")
      default: throw Problem(reason: "the operator '\(expression.`operator`)' is not known")
      }
    }
    return terms
  }

  private static func set(_ values: [String]) throws(Problem) -> String {
    var texts: [String] = []
    for value in values { texts.append(try quoted(value)) }
    return "{ \(texts.joined(separator: ", ")) }"
  }

  private static func quoted(_ value: String) throws(Problem) -> String {
    if !value.contains("'") { return "'\(value)'" }
    guard !value.contains("\"") else {
      throw Problem(reason: "the value \(value) has both kinds of quotes")
    }
    return "\"\(value)\""
  }
}
