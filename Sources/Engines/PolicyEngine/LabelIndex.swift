// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Selectors

/// Which items (things with labels) match which queries (selectors), kept up to date as either
/// changes.
///
/// DESIGN: trying every selector on every item is what makes such a calculation slow. Most
/// selectors demand that one label has one of a few values; such a query is anchored at those
/// values, and an item only tries the queries anchored at values that it has. The other way round,
/// items are found by the values of their own labels and of their parents' (an item's profiles), so
/// that a new query only tries items that have a value it demands. The anchors only narrow the
/// search: what matches is always decided by the selector.
struct LabelIndex: Sendable {
  /// What a query demands of every item that it matches.
  private enum Anchor: Sendable {
    /// The label has one of these values.
    case values(String, [String])
    /// The label is there.
    case present(String)
    case nothing
  }

  private struct Item: Sendable {
    var labels: [String: String]
    var parents: [String]
    var matches: Set<Int> = []
  }

  private struct Query: Sendable {
    var selector: Selector
    var anchor: Anchor
    var matches: Set<Int> = []
  }

  /// An item that began or ceased to match a query.
  struct Event: Sendable {
    var item: Int
    var query: Int
    var began: Bool
  }

  private var items = Slots<Item>()
  private var queries = Slots<Query>()
  private var parents: [String: [String: String]] = [:]

  private var itemsByValue = ValueIndex<Int>()
  private var itemsByParent: [String: Set<Int>] = [:]
  private var parentsByValue = ValueIndex<String>()

  private var queriesByValue = ValueIndex<Int>()
  private var queriesByName: [String: Set<Int>] = [:]
  private var unanchored: Set<Int> = []

  /// How many selectors have been tried on an item: the cost of a change, for tests.
  private(set) var evaluations = 0

  /// The queries that an item matches.
  func queries(matching item: Int) -> Set<Int> { items[item]?.matches ?? [] }

  /// The items that match a query.
  func items(matching query: Int) -> Set<Int> { queries[query]?.matches ?? [] }

  // MARK: Items

  /// A new item that matches nothing yet; give it labels with `update`.
  mutating func addItem() -> Int {
    items.insert(Item(labels: [:], parents: []))
  }

  /// Gives an item labels and parents, also the first time.
  mutating func update(_ item: Int, labels: [String: String], parents: [String]) -> [Event] {
    guard let old = items[item] else { return [] }
    if old.labels != labels {
      itemsByValue.remove(item, old.labels)
      itemsByValue.insert(item, labels)
    }
    if old.parents != parents {
      for parent in old.parents { unlink(item, from: parent) }
      for parent in parents { itemsByParent[parent, default: []].insert(item) }
    }
    items[item]?.labels = labels
    items[item]?.parents = parents
    return match(item)
  }

  /// Removes an item and returns the queries that it matched.
  mutating func removeItem(_ item: Int) -> Set<Int> {
    guard let old = items.remove(item) else { return [] }
    itemsByValue.remove(item, old.labels)
    for parent in old.parents { unlink(item, from: parent) }
    for query in old.matches { queries[query]?.matches.remove(item) }
    return old.matches
  }

  /// Gives a parent labels; `nil` removes it.
  mutating func setParent(_ name: String, labels: [String: String]?) -> [Event] {
    let old = parents[name] ?? [:]
    let new = labels ?? [:]
    parents[name] = new.isEmpty ? nil : new
    if old == new { return [] }
    parentsByValue.remove(name, old)
    parentsByValue.insert(name, new)
    return (itemsByParent[name] ?? []).flatMap { match($0) }
  }

  private mutating func unlink(_ item: Int, from parent: String) {
    itemsByParent[parent]?.remove(item)
    if itemsByParent[parent]?.isEmpty == true { itemsByParent[parent] = nil }
  }

  private func labels(of item: Item) -> InheritedLabels {
    InheritedLabels(own: item.labels, parents: item.parents.compactMap { parents[$0] })
  }

  /// Finds anew what an item matches.
  private mutating func match(_ index: Int) -> [Event] {
    guard let item = items[index] else { return [] }
    let labels = labels(of: item)
    var matches: Set<Int> = []
    for query in candidates(labels) {
      guard let selector = queries[query]?.selector else { continue }
      evaluations += 1
      if selector.matches(labels) { matches.insert(query) }
    }
    var events: [Event] = []
    for query in matches where !item.matches.contains(query) {
      queries[query]?.matches.insert(index)
      events.append(Event(item: index, query: query, began: true))
    }
    for query in item.matches where !matches.contains(query) {
      queries[query]?.matches.remove(index)
      events.append(Event(item: index, query: query, began: false))
    }
    items[index]?.matches = matches
    return events
  }

  /// The queries whose demand something with these labels may meet.
  private func candidates(_ labels: InheritedLabels) -> Set<Int> {
    var found = unanchored
    for layer in [labels.own] + labels.parents {
      for (name, value) in layer {
        found.formUnion(queriesByValue.having(name, value))
        if let present = queriesByName[name] { found.formUnion(present) }
      }
    }
    return found
  }

  // MARK: Queries

  /// A new query; `items(matching:)` has what it matches from the start.
  mutating func addQuery(_ selector: Selector) -> Int {
    let anchor = bestAnchor(selector)
    let query = queries.insert(Query(selector: selector, anchor: anchor))
    switch anchor {
    case .values(let name, let values):
      for value in values { queriesByValue.insert(query, name: name, value: value) }
    case .present(let name): queriesByName[name, default: []].insert(query)
    case .nothing: unanchored.insert(query)
    }
    for index in items(meeting: anchor) {
      guard let item = items[index] else { continue }
      evaluations += 1
      guard selector.matches(labels(of: item)) else { continue }
      items[index]?.matches.insert(query)
      queries[query]?.matches.insert(index)
    }
    return query
  }

  /// Removes a query and returns the items that matched it.
  @discardableResult
  mutating func removeQuery(_ query: Int) -> Set<Int> {
    guard let old = queries.remove(query) else { return [] }
    switch old.anchor {
    case .values(let name, let values):
      for value in values { queriesByValue.remove(query, name: name, value: value) }
    case .present(let name):
      queriesByName[name]?.remove(query)
      if queriesByName[name]?.isEmpty == true { queriesByName[name] = nil }
    case .nothing: unanchored.remove(query)
    }
    for item in old.matches { items[item]?.matches.remove(query) }
    return old.matches
  }

  /// The demand that the fewest items meet now; among equals, the one with the fewest values, and
  /// then the one that the fewest queries share.
  private func bestAnchor(_ selector: Selector) -> Anchor {
    var best: (cost: (Int, Int, Int), anchor: Anchor)?
    var present: [String] = []
    for (name, restriction) in selector.restrictions {
      if let values = restriction.mustHaveOneOfValues {
        let values = Array(Set(values))
        var cost = (0, values.count, 0)
        for value in values {
          cost.0 += itemsByValue.having(name, value).count
          for parent in parentsByValue.having(name, value) {
            cost.0 += itemsByParent[parent]?.count ?? 0
          }
          cost.2 += queriesByValue.having(name, value).count
        }
        if best.map({ cost < $0.cost }) ?? true { best = (cost, .values(name, values)) }
      } else if restriction.mustBePresent {
        present.append(name)
      }
    }
    if let best { return best.anchor }
    // Some labels nearly everything has, such as that of the namespace.
    if present.count < 2 { return present.first.map(Anchor.present) ?? .nothing }
    let counts = present.map { (count: itemCount(having: $0), name: $0) }
    return counts.min { $0 < $1 }.map { .present($0.name) } ?? .nothing
  }

  /// How many items have a label, about: one that has it twice counts twice.
  private func itemCount(having name: String) -> Int {
    let own = itemsByValue.having(name).reduce(0) { $0 + $1.count }
    return parentsByValue.having(name).joined().reduce(own) { $0 + (itemsByParent[$1]?.count ?? 0) }
  }

  /// The items that may meet a demand.
  private func items(meeting anchor: Anchor) -> Set<Int> {
    var found: Set<Int> = []
    switch anchor {
    case .values(let name, let values):
      for value in values {
        found.formUnion(itemsByValue.having(name, value))
        for parent in parentsByValue.having(name, value) {
          found.formUnion(itemsByParent[parent] ?? [])
        }
      }
    case .present(let name):
      for group in itemsByValue.having(name) { found.formUnion(group) }
      for group in parentsByValue.having(name) {
        for parent in group { found.formUnion(itemsByParent[parent] ?? []) }
      }
    case .nothing: found.formUnion(items.indices)
    }
    return found
  }
}
