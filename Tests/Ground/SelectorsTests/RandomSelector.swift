// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// An expression with its meaning by the plain reading of the rules: the model of selectors.
indirect enum RandomSelector {
  case all
  case global
  case has(String)
  case test(String, Operation, String)
  case set(String, isNegated: Bool, [String])
  case not(RandomSelector)
  case and([RandomSelector])
  case or([RandomSelector])

  enum Operation: String, CaseIterable {
    case equal = "=="
    case notEqual = "!="
    case contains
    case startsWith = "starts with"
    case endsWith = "ends with"
  }

  static let labels = ["a", "in", "has"]
  static let values = ["", "x", "xy", "yx"]

  /// All label sets that can be made of `labels` and `values`.
  static let universe: [[String: String]] = labels.reduce([[:]]) { sets, label in
    sets.flatMap { set in
      [set] + values.map { set.merging([label: $0]) { first, _ in first } }
    }
  }

  static func make(depth: Int, _ random: inout SplitMix64) -> RandomSelector {
    func pick<T>(_ options: [T]) -> T { options[Int.random(in: 0..<options.count, using: &random)] }
    let label = pick(labels)
    switch Int.random(in: 0..<(depth > 0 ? 20 : 11), using: &random) {
    case 0: return .all
    case 1: return .global
    case 2, 3: return .has(label)
    case 4...7: return .test(label, pick(Operation.allCases), pick(values))
    case 8...10:
      let count = Int.random(in: 0...3, using: &random)
      return .set(label, isNegated: .random(using: &random), (0..<count).map { _ in pick(values) })
    case 11...13: return .not(make(depth: depth - 1, &random))
    case let choice:
      let count = Int.random(in: 2...4, using: &random)
      let operands = (0..<count).map { _ in make(depth: depth - 1, &random) }
      return choice < 17 ? .and(operands) : .or(operands)
    }
  }

  func matches(_ labels: [String: String]) -> Bool {
    switch self {
    case .all, .global: true
    case .has(let label): labels.keys.contains(label)
    case .test(let label, .equal, let value): labels[label] == value
    case .test(let label, .notEqual, let value): labels[label] != value
    case .test(let label, .contains, let value):
      labels[label].map { value.isEmpty || $0.contains(value) } ?? false
    case .test(let label, .startsWith, let value): labels[label]?.hasPrefix(value) ?? false
    case .test(let label, .endsWith, let value): labels[label]?.hasSuffix(value) ?? false
    case .set(let label, let isNegated, let values):
      (labels[label].map(values.contains) ?? false) != isNegated
    case .not(let inner): !inner.matches(labels)
    case .and(let operands): operands.allSatisfy { $0.matches(labels) }
    case .or(let operands): operands.contains { $0.matches(labels) }
    }
  }

  /// One of the many texts: spaces, quotes, spellings and needless parentheses by chance.
  func text(_ random: inout SplitMix64) -> String {
    func space() -> String { ["", "", " ", "\t", "  "].randomElement(using: &random) ?? "" }
    func quoted(_ value: String) -> String {
      Bool.random(using: &random) ? "'\(value)'" : "\"\(value)\""
    }
    func joined(_ operands: [RandomSelector], _ joint: String) -> String {
      var texts: [String] = []
      for operand in operands {
        let text = operand.text(&random)
        // An operand that binds no tighter needs its parentheses.
        let needed =
          switch operand {
          case .or: true
          case .and: joint == "&&"
          default: false
          }
        texts.append(needed ? "(\(text))" : text)
      }
      var result = texts[0]
      for text in texts.dropFirst() { result += space() + joint + space() + text }
      return result
    }
    var text: String
    switch self {
    case .all: text = "all(\(space()))"
    case .global: text = "global(\(space()))"
    case .has(let label): text = "has(\(space())\(label)\(space()))"
    case .test(let label, let operation, let value):
      var word = operation.rawValue
      if Bool.random(using: &random) { word = word.split(separator: " ").joined() }
      let gap = operation == .equal || operation == .notEqual ? space() : " " + space()
      text = label + gap + word + space() + quoted(value)
    case .set(let label, let isNegated, let values):
      let word =
        isNegated ? ["not in", "notin", "not \t in"].randomElement(using: &random) ?? "" : "in"
      text = "\(label) \(word)\(space()){\(space())"
      for (index, value) in values.enumerated() {
        text += quoted(value) + space()
        if index < values.count - 1 || Bool.random(using: &random) { text += "," + space() }
      }
      text += "}"
    case .not(let inner):
      let operand = inner.text(&random)
      switch inner {
      case .and, .or: text = "!\(space())(\(operand))"
      default: text = "!\(space())\(operand)"
      }
    case .and(let operands): text = joined(operands, "&&")
    case .or(let operands): text = joined(operands, "||")
    }
    if Int.random(in: 0..<8, using: &random) == 0 { text = "(\(space())\(text)\(space()))" }
    return space() + text + space()
  }
}
