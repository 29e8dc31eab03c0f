// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

/// Changes that were taken from the syncer and not passed on yet: of each key the last one, so that
/// they do not grow with time. An object that came and went meanwhile leaves nothing: whoever the
/// changes are for never had it.
struct HeldChanges: Sendable {
  /// Each with whether it sets an object that was never passed on.
  private var held: [(change: ResourceChange, isNew: Bool)] = []

  var isEmpty: Bool { held.isEmpty }

  /// Adds what the syncer gave, which has at most one change of each key.
  mutating func add(_ batch: SyncBatch) {
    if batch.changes.isEmpty { return }
    let newer = Set(batch.changes.map(\.key))
    var replaced: [ResourceKey: Bool] = [:]
    held.removeAll { item in
      guard newer.contains(item.change.key) else { return false }
      replaced[item.change.key] = item.isNew
      return true
    }
    for (place, change) in batch.changes.enumerated() {
      // The syncer counts as known what was taken from it: the first change that is held knows better.
      let isNew = replaced[change.key] ?? batch.isNew(place)
      if case .removed = change, isNew { continue }
      held.append((change, isNew))
    }
  }

  /// All of them, in the order in which they happened.
  mutating func drain() -> [ResourceChange] {
    defer { held = [] }
    return held.map(\.change)
  }
}

extension SyncBatch {
  /// Whether a change sets an object that its consumer does not have.
  fileprivate func isNew(_ place: Int) -> Bool {
    areNew.indices.contains(place) ? areNew[place] : false
  }
}
