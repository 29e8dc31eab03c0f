// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

/// What a syncer knows of the store and what it still has to tell its consumer.
///
/// At most one change of a key waits: a newer one takes its place. An object that came and went
/// before the consumer looked leaves nothing.
struct SyncQueue {
  private struct Pending {
    var order: UInt64
    var change: ResourceChange
  }

  /// The revision of every object that is in the store, by kind.
  private var latest: [Kind: [ResourceKey: String]] = [:]
  /// The unreadable objects and why, by kind.
  private var malformed: [Kind: [ResourceKey: String]] = [:]
  /// What the consumer has.
  private var held: Set<ResourceKey> = []
  private var pending: [ResourceKey: Pending] = [:]
  private var order: UInt64 = 0

  var objects: Int { latest.values.reduce(0) { $0 + $1.count } }
  var malformedObjects: Int { malformed.values.reduce(0) { $0 + $1.count } }
  var waiting: Int { pending.count }

  /// The object is there now. Nothing new when it is known with this revision.
  mutating func set(_ resource: any Resource) {
    let key = resource.key
    let revision = resource.metadata.resourceVersion ?? ""
    malformed[key.kind]?[key] = nil
    let known = latest[key.kind, default: [:]].updateValue(revision, forKey: key)
    if known == nil || known != revision || revision.isEmpty { append(.set(resource)) }
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
    var present = Set(list.malformed.map(\.key))
    for resource in list.items { present.insert(resource.key) }
    for key in latest[kind, default: [:]].keys.sorted() where !present.contains(key) { remove(key) }
    for key in malformed[kind, default: [:]].keys where !present.contains(key) {
      malformed[kind]?[key] = nil
    }
    for resource in list.items { set(resource) }
    return list.malformed.filter { setMalformed($0) }
  }

  /// All that waits, oldest first.
  mutating func drain() -> [ResourceChange] {
    let changes = pending.values.sorted { $0.order < $1.order }.map(\.change)
    pending = [:]
    for change in changes {
      switch change {
      case .set: held.insert(change.key)
      case .removed: held.remove(change.key)
      }
    }
    return changes
  }

  private mutating func withdraw(_ key: ResourceKey) {
    guard latest[key.kind]?.removeValue(forKey: key) != nil else { return }
    if held.contains(key) { append(.removed(key)) } else { pending[key] = nil }
  }

  private mutating func append(_ change: ResourceChange) {
    order += 1
    pending[change.key] = Pending(order: order, change: change)
  }
}
