// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

/// What a syncer knows of the store and what it still has to tell its consumer.
///
/// At most one change of a key waits: a newer one takes its place, at the end. An object that came
/// and went before the consumer looked leaves nothing.
struct SyncQueue {
  /// What is known of one object. One that is gone stays until the consumer has been told.
  fileprivate struct Entry {
    /// Nil when it is gone.
    var revision: String?
    /// The number of its last change, counted from the first of all.
    var change: Int
    /// Whether the consumer had it before that change.
    var wasHeld: Bool

    /// Whether the consumer has it, after so many changes.
    func isHeld(after taken: Int) -> Bool { change < taken ? revision != nil : wasHeld }

    /// Whether that is what is known already. A store that has no revisions always has news.
    func knows(_ revision: String?) -> Bool { self.revision == revision && revision != "" }
  }

  private var entries: [Kind: [ResourceKey: Entry]] = [:]
  /// The unreadable objects and why, by kind.
  private var malformed: [Kind: [ResourceKey: String]] = [:]
  /// The changes that wait, oldest first.
  private var pending: [ResourceChange] = []
  /// For each of them, whether it sets an object that the consumer does not have.
  private var areNew: [Bool] = []
  /// Those of them that are to be left out, by their place.
  private var cancelled: Set<Int> = []
  /// How many changes came before those that wait.
  private var taken = 0

  /// How many objects are in the store.
  private(set) var objects = 0

  /// How many changes wait.
  var waiting: Int { pending.count - cancelled.count }

  var malformedObjects: Int { malformed.values.reduce(0) { $0 + $1.count } }

  /// The object is there now. Nothing new when it is known with this revision.
  mutating func set(_ resource: any Resource) {
    let key = resource.key.copied
    let revision = resource.resourceVersion ?? ""
    malformed[key.kind]?[key] = nil
    let next = Entry(revision: revision, change: taken + pending.count, wasHeld: false)
    let before = entries[key.kind, default: [:]][key].replace(with: next, after: taken)
    if before?.knows(revision) == true { return }
    if before?.revision == nil { objects += 1 }
    append(.set(resource), isNew: before?.isHeld(after: taken) != true, insteadOf: before)
  }

  /// The object is gone. Nothing new when it was not known.
  mutating func remove(_ key: ResourceKey) {
    malformed[key.kind]?[key] = nil
    withdraw(key)
  }

  /// The object cannot be read, so it counts as gone. Says whether that is news.
  mutating func setMalformed(_ object: MalformedObject) -> Bool {
    withdraw(object.key)
    let known = malformed[object.key.kind, default: [:]]
      .updateValue(object.reason, forKey: object.key)
    return known != object.reason
  }

  /// These are all the objects of a kind. Returns the unreadable ones that are news.
  mutating func replace(_ kind: Kind, with list: ListResult) -> [MalformedObject] {
    if entries[kind] != nil {
      var present = Set(list.malformed.map(\.key))
      for resource in list.items { present.insert(resource.key) }
      let gone = entries[kind, default: [:]].keys.filter { !present.contains($0) }.sorted()
      for key in gone { remove(key) }
      for key in malformed[kind, default: [:]].keys where !present.contains(key) {
        malformed[kind]?[key] = nil
      }
    } else {
      entries[kind] = Dictionary(minimumCapacity: list.items.count)
      pending.reserveCapacity(pending.count + list.items.count)
      areNew.reserveCapacity(pending.count + list.items.count)
    }
    for resource in list.items { set(resource) }
    return list.malformed.filter { setMalformed($0) }
  }

  /// All that waits, oldest first, and of each change whether it sets an object that the consumer
  /// does not have.
  mutating func drain() -> (changes: [ResourceChange], areNew: [Bool]) {
    // Not one of the many objects is touched; that they are held now follows from the count.
    let result = (changes: kept(pending), areNew: kept(areNew))
    taken += pending.count
    pending = []
    areNew = []
    cancelled = []
    for case .removed(let key) in result.changes { entries[key.kind]?[key] = nil }
    return result
  }

  private mutating func withdraw(_ key: ResourceKey) {
    guard let before = entries[key.kind]?[key], before.revision != nil else { return }
    objects -= 1
    if before.isHeld(after: taken) {
      entries[key.kind]?[key] = Entry(
        revision: nil, change: taken + pending.count, wasHeld: true)
      append(.removed(key), isNew: false, insteadOf: before)
    } else {
      // The consumer never learns of it.
      entries[key.kind]?[key] = nil
      cancel(before)
    }
  }

  private mutating func append(
    _ change: ResourceChange, isNew: Bool, insteadOf before: Entry?
  ) {
    pending.append(change)
    areNew.append(isNew)
    if let before { cancel(before) }
    if cancelled.count > waiting + 1_000 { closeGaps() }
  }

  /// What stands for the changes that wait, without those that are left out.
  private func kept<Element>(_ list: [Element]) -> [Element] {
    if cancelled.isEmpty { return list }
    return list.enumerated().filter { !cancelled.contains($0.offset) }.map(\.element)
  }

  /// Leaves out an object's last change, if it still waits.
  private mutating func cancel(_ entry: Entry) {
    if entry.change >= taken { cancelled.insert(entry.change - taken) }
  }

  private mutating func closeGaps() {
    pending = kept(pending)
    areNew = kept(areNew)
    cancelled = []
    for (place, change) in pending.enumerated() {
      entries[change.key.kind]?[change.key]?.change = taken + place
    }
  }
}

extension SyncQueue.Entry? {
  /// Puts the next state in the place of what is known, unless that has the same revision. Returns
  /// what was known. In one step, because to find an entry is most of the work.
  fileprivate mutating func replace(with next: SyncQueue.Entry, after taken: Int) -> Self {
    let before = self
    if before?.knows(next.revision) == true { return before }
    self = next
    self?.wasHeld = before?.isHeld(after: taken) ?? false
    return before
  }
}

extension ResourceKey {
  /// The same with texts of its own. Those of a resource lie among all else that was read with it,
  /// and to keep them would keep whole pages of memory that are otherwise empty.
  fileprivate var copied: ResourceKey {
    func copy(_ text: String) -> String { String(decoding: text.utf8, as: UTF8.self) }
    return ResourceKey(kind: kind, namespace: namespace.map(copy), name: copy(name))
  }
}
