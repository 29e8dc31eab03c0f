// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Makes selectors of every operator over the labels that generated things have.
struct SelectorMaker {
  /// Labels and the values that they take.
  struct Vocabulary: Sendable {
    var labels: [(name: String, values: [String])]
  }

  static let endpoints = Vocabulary(labels: [
    ("app", ["web", "api", "db"]), ("color", ["red-1", "red-2", "blue-1", "blue-2"]),
    ("example.com/zone", ["a", "b"]), ("canary", ["", "true"]),
  ])
  static let networkSets = Vocabulary(labels: [
    ("kind", ["partner", "public"]), ("color", ["red-1", "blue-2"]),
  ])
  static let namespaces = Vocabulary(labels: [
    ("env", ["prod", "test"]), ("team", ["red-1", "blue-1"]),
    ("projectcalico.org/name", Names.namespaces),
  ])
  static let accounts = Vocabulary(labels: [
    ("role", ["front", "back"]), ("projectcalico.org/name", Names.accounts),
  ])
  /// Labels that say where something belongs. They follow from what it is; many a thing claims them.
  static let origins = Vocabulary(labels: [
    ("pcns.env", ["prod", "test"]), ("pcns.team", ["red-1", "blue-1"]),
    ("pcns.projectcalico.org/name", Names.namespaces), ("pcsa.role", ["front", "back"]),
    ("pcsa.projectcalico.org/name", Names.accounts), ("projectcalico.org/name", Names.namespaces),
    ("projectcalico.org/orchestrator", ["k8s", "cni"]),
    ("projectcalico.org/serviceaccount", Names.accounts),
  ])

  let vocabulary: Vocabulary

  init(_ vocabulary: Vocabulary...) {
    self.vocabulary = Vocabulary(labels: vocabulary.flatMap(\.labels))
  }

  func selector(_ dice: inout Dice) -> String { expression(&dice, depth: 0) }

  /// A selector that is true of what lacks the labels.
  func negation(_ dice: inout Dice) -> String {
    let (name, values) = dice.pick(vocabulary.labels, or: ("app", ["web"]))
    let value = dice.pick(values, or: "")
    let list = dice.some(0...2, of: values).map { "'\($0)'" }.joined(separator: ", ")
    return switch dice.number(0...6) {
    case 0: "\(name) != '\(value)'"
    case 1, 2: "\(name) not in {\(list)}"
    case 3: "!has(\(name))"
    case 4: "!(\(name) == '\(value)')"
    case 5: "!(\(name) in {\(list)})"
    default: "!(has(\(name)) && \(term(&dice)))"
    }
  }

  private func expression(_ dice: inout Dice, depth: Int) -> String {
    switch dice.number(0...99) {
    case 0..<8 where depth < 2:
      return "\(expression(&dice, depth: depth + 1)) && \(term(&dice))"
    case 8..<26 where depth < 2:
      return "(\(expression(&dice, depth: depth + 1)) || \(term(&dice)))"
    case 26..<32 where depth < 2: return "!(\(expression(&dice, depth: depth + 1)))"
    case 32..<37: return "all()"
    default: return term(&dice)
    }
  }

  private func term(_ dice: inout Dice) -> String {
    let (name, values) = dice.pick(vocabulary.labels, or: ("app", ["web"]))
    let value = dice.pick(values, or: "")
    let list = dice.some(1...2, of: values).map { "'\($0)'" }.joined(separator: ", ")
    return switch dice.number(0...9) {
    case 0, 1: "\(name) == '\(value)'"
    case 2: "\(name) != \"\(value)\""
    case 3: "\(name) in {\(list)}"
    case 4: "\(name) not in {\(list)}"
    case 5: "has(\(name))"
    case 6: "!has(\(name))"
    case 7: "\(name) contains '\(value.dropFirst().prefix(2))'"
    case 8: "\(name) starts with '\(value.prefix(2))'"
    default: "\(name) ends with '\(value.suffix(1))'"
    }
  }
}
