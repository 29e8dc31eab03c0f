// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import DesiredState
import PolicyModel

/// The sets that active rules refer to, and everything in the cluster that may be in one.
struct SetTable: Sendable {
  private var index = LabelIndex()
  /// By item of the index.
  private var contributors: [Int: Contributor] = [:]
  /// By query of the index.
  private var sets: [Int: TrackedSet] = [:]
  private var queries: [IPSetID: Int] = [:]
  /// Sets that may have something to tell, and those that may have lost their last use.
  private var changed: Set<Int> = []
  private var released: Set<IPSetID> = []

  var count: Int { sets.count }
  var evaluations: Int { index.evaluations }

  // MARK: Contributors

  /// A new contributor, known from now on under the returned number.
  mutating func addContributor() -> Int { index.addItem() }

  mutating func updateContributor(
    _ item: Int, _ contributor: Contributor, labels: [String: String], profiles: [String]
  ) {
    let events = index.update(item, labels: labels, parents: profiles)
    let old = contributors.updateValue(contributor, forKey: item)
    var begun: Set<Int> = []
    for event in events {
      if event.began {
        begun.insert(event.query)
        sets[event.query]?.add(contributor)
      } else if let old {
        sets[event.query]?.remove(old)
      }
      changed.insert(event.query)
    }
    guard let old, old != contributor else { return }
    for query in index.queries(matching: item) where !begun.contains(query) {
      sets[query]?.add(contributor)
      sets[query]?.remove(old)
      changed.insert(query)
    }
  }

  mutating func removeContributor(_ item: Int) {
    let old = contributors.removeValue(forKey: item)
    for query in index.removeItem(item) {
      if let old { sets[query]?.remove(old) }
      changed.insert(query)
    }
  }

  mutating func setProfileLabels(_ name: String, _ labels: [String: String]?) {
    for event in index.setParent(name, labels: labels) {
      guard let contributor = contributors[event.item] else { continue }
      if event.began {
        sets[event.query]?.add(contributor)
      } else {
        sets[event.query]?.remove(contributor)
      }
      changed.insert(event.query)
    }
  }

  // MARK: Sets

  /// Counts a use of a set; the first one makes it.
  mutating func acquire(_ id: IPSetID, _ definition: SetDefinition) {
    if let query = queries[id] {
      sets[query]?.uses += 1
      return
    }
    let query = index.addQuery(definition.selector)
    var set = TrackedSet(id: id, definition: definition)
    set.uses = 1
    for item in index.items(matching: query) {
      if let contributor = contributors[item] { set.add(contributor) }
    }
    sets[query] = set
    queries[id] = query
    changed.insert(query)
  }

  /// Takes back a use; without any left the set goes with the next `takeNews`.
  mutating func release(_ id: IPSetID) {
    guard let query = queries[id] else { return }
    sets[query]?.uses -= 1
    released.insert(id)
  }

  /// The changes since the last call: announcements, then members, and the removals apart.
  mutating func takeNews() -> (changes: [DesiredChange], removals: [DesiredChange]) {
    var removals: [DesiredChange] = []
    for id in released.sorted() {
      guard let query = queries[id], let set = sets[query], set.uses <= 0 else { continue }
      index.removeQuery(query)
      sets[query] = nil
      queries[id] = nil
      if set.isAnnounced { removals.append(.setRemoved(id)) }
    }
    released.removeAll()

    var announced: [(IPSetID, DesiredChange)] = []
    var members: [(IPSetID, DesiredChange)] = []
    for query in changed {
      guard let id = sets[query]?.id, let news = sets[query]?.takeNews() else { continue }
      if case .set = news {
        announced.append((id, news))
      } else {
        members.append((id, news))
      }
    }
    changed.removeAll()
    announced.sort { $0.0 < $1.0 }
    members.sort { $0.0 < $1.0 }
    return (announced.map(\.1) + members.map(\.1), removals)
  }
}
