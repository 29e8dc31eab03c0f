// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Netlink

@testable import Dataplane

extension TableModel {
  /// What is not the same in another table, in words. Comments of chains and sets, which stay as
  /// they were first, do not count.
  func differences(from other: TableModel) -> [String] {
    var found: [String] = []
    func compare(_ what: String, _ mine: Set<String>, _ others: Set<String>) {
      for name in mine.subtracting(others).sorted() { found.append("\(what) \(name) is too much") }
      for name in others.subtracting(mine).sorted() { found.append("\(what) \(name) is missing") }
    }
    compare("set", Set(sets.keys), Set(other.sets.keys))
    compare("chain", Set(chains.keys), Set(other.chains.keys))
    for (name, set) in sets.sorted(by: { $0.key < $1.key }) {
      guard let there = other.sets[name] else { continue }
      let (mine, others) = (set.definition, there.definition)
      if mine.flags != others.flags || mine.key != others.key || mine.data != others.data
        || mine.size != others.size || mine.timeoutMilliseconds != others.timeoutMilliseconds
      {
        found.append("set \(name) is of another kind")
      }
      if set.elements != there.elements {
        found.append(
          "set \(name) has \(set.elements.subtracting(there.elements).map(\.key)) too much and"
            + " lacks \(there.elements.subtracting(set.elements).map(\.key))")
      }
    }
    for (name, chain) in chains.sorted(by: { $0.key < $1.key }) {
      guard let there = other.chains[name] else { continue }
      if chain.definition.hook != there.definition.hook { found.append("chain \(name): hook") }
      if chain.rules != there.rules {
        let pairs = zip(chain.rules, there.rules)
        let place = pairs.prefix { $0 == $1 }.count
        found.append("chain \(name) differs from rule \(place) on")
      }
    }
    return found
  }
}
