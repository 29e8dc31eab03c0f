// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Netlink

/// A set or map of the table: what it is, and what is in it.
struct SetModel: Hashable {
  var definition: NFTSet
  var elements: Set<NFTElement> = []
}

/// A rule, with the contents of the unnamed sets that it uses.
struct RuleModel: Hashable {
  /// Lookups in an unnamed set have the name `anonymousName` and, as set ID, the set's number in
  /// `anonymous`, counted from 1.
  var expressions: [NFTExpression]
  var anonymous: [AnonymousSet] = []
  var comment: String?

  static let anonymousName = "__set%d"
}

/// A set without a name, which lives and dies with its rule.
struct AnonymousSet: Hashable {
  var key: NFTType
  var isInterval: Bool
  /// In the order of their keys.
  let elements: [NFTElement]

  init(key: NFTType, isInterval: Bool, elements: [NFTElement]) {
    self.key = key
    self.isInterval = isInterval
    self.elements = elements.sorted { a, b in
      if a.key != b.key { return a.key.lexicographicallyPrecedes(b.key) }
      return a.flags.contains(.intervalEnd) && !b.flags.contains(.intervalEnd)
    }
  }
}

/// A chain and its rules in order.
struct ChainModel: Hashable {
  var definition: NFTChain
  var rules: [RuleModel] = []

  init(_ name: String, hook: NFTHook? = nil, comment: String, rules: [RuleModel] = []) {
    definition = NFTChain(Self.table, name, hook: hook, comment: Names.comment(comment))
    self.rules = rules
  }

  init(definition: NFTChain, rules: [RuleModel] = []) {
    self.definition = definition
    self.rules = rules
  }

  static let table = NFTTableID(.inet, Names.table)
}

/// The whole table.
struct TableModel: Hashable {
  var sets: [String: SetModel] = [:]
  var chains: [String: ChainModel] = [:]
}
