// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Netlink

/// Collects the messages of one transaction.
struct BatchBuilder {
  private(set) var messages: [NFTMessage] = []
  private var lastSetID: UInt32 = 0

  var isEmpty: Bool { messages.isEmpty }

  mutating func append(_ message: NFTMessage) { messages.append(message) }

  mutating func add(_ elements: Set<NFTElement>, to set: String) {
    guard !elements.isEmpty else { return }
    append(.newElements(NFTSetID(ChainModel.table, set), Self.ordered(elements)))
  }

  mutating func delete(_ elements: Set<NFTElement>, from set: String) {
    guard !elements.isEmpty else { return }
    append(.deleteElements(NFTSetID(ChainModel.table, set), Self.ordered(elements)))
  }

  /// A rule, after the unnamed sets that it needs.
  mutating func add(_ model: RuleModel, to chain: String, _ placement: NFTRule.Placement) {
    let first = lastSetID
    for set in model.anonymous {
      lastSetID += 1
      var flags: NFTSet.Flags = [.anonymous, .constant]
      if set.isInterval { flags.insert(.interval) }
      let definition = NFTSet(
        ChainModel.table, RuleModel.anonymousName, key: [set.key], flags: flags, id: lastSetID)
      append(.newSet(definition))
      append(
        .newElements(
          NFTSetID(ChainModel.table, RuleModel.anonymousName, id: lastSetID), set.elements))
    }
    let expressions = model.expressions.map { expression -> NFTExpression in
      guard case .lookup(var lookup) = expression, lookup.set == RuleModel.anonymousName else {
        return expression
      }
      lookup.setID += first
      return .lookup(lookup)
    }
    append(
      .newRule(
        NFTRule(ChainModel.table, chain: chain, expressions, comment: model.comment), placement))
  }

  /// The same batch for the same elements; the kernel's trees also like their order.
  private static func ordered(_ elements: Set<NFTElement>) -> [NFTElement] {
    elements.sorted { $0.key.lexicographicallyPrecedes($1.key) }
  }
}
