// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The parsed form of a selector.
///
/// Kept so: a negation never holds a negation, a conjunction or disjunction has two operands or
/// more, the values of a set are in byte order and each there once.
enum Node: Sendable {
  enum Comparison: Sendable {
    case equal
    case notEqual
    case contains
    case startsWith
    case endsWith
  }

  case all
  case global
  case has(String)
  case compare(String, Comparison, String)
  case isIn(String, [String])
  case notIn(String, [String])
  indirect case not(Node)
  case and([Node])
  case or([Node])

  var negated: Node {
    if case .not(let inner) = self { inner } else { .not(self) }
  }

  var usesGlobal: Bool {
    switch self {
    case .global: true
    case .and(let operands), .or(let operands): operands.contains(where: \.usesGlobal)
    case .not(let inner): inner.usesGlobal
    default: false
    }
  }

  func prefixingLabels(with prefix: String) -> Node {
    switch self {
    case .all, .global: self
    case .has(let label): .has(prefix + label)
    case .compare(let label, let comparison, let value):
      .compare(prefix + label, comparison, value)
    case .isIn(let label, let values): .isIn(prefix + label, values)
    case .notIn(let label, let values): .notIn(prefix + label, values)
    case .not(let inner): .not(inner.prefixingLabels(with: prefix))
    case .and(let operands): .and(operands.map { $0.prefixingLabels(with: prefix) })
    case .or(let operands): .or(operands.map { $0.prefixingLabels(with: prefix) })
    }
  }
}
