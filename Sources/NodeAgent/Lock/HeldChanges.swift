// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// Changes that were taken from the syncer and not passed on yet: of each key the last one, so that
/// they do not grow with time. An object that came and went meanwhile leaves nothing: whoever the
/// changes are for never had it.
struct HeldChanges: Sendable {
  private var changes: [ResourceChange] = []
  /// For each of them, whether it sets an object that was never passed on.
  private var areNew: [Bool] = []

  var isEmpty: Bool { changes.isEmpty }

  /// Adds what the syncer gave, which has at most one change of each key.
  mutating func add(_ batch: SyncBatch) {
    if batch.changes.isEmpty { return }
    if changes.isEmpty {
      changes = batch.changes
      areNew = batch.changes.indices.map { batch.isNew($0) }
      return
    }
    let newer = Set(batch.changes.map(\.key))
    var replaced: [ResourceKey: Bool] = [:]
    var kept: [ResourceChange] = []
    var keptAreNew: [Bool] = []
    for (change, isNew) in zip(changes, areNew) {
      if newer.contains(change.key) {
        replaced[change.key] = isNew
      } else {
        kept.append(change)
        keptAreNew.append(isNew)
      }
    }
    for (place, change) in batch.changes.enumerated() {
      // The syncer counts as known what was taken from it: the first change that is held knows better.
      let isNew = replaced[change.key] ?? batch.isNew(place)
      if case .removed = change, isNew { continue }
      kept.append(change)
      keptAreNew.append(isNew)
    }
    changes = kept
    areNew = keptAreNew
  }

  /// All of them, in the order in which they happened.
  mutating func drain() -> [ResourceChange] {
    defer {
      changes = []
      areNew = []
    }
    return changes
  }
}

extension SyncBatch {
  /// Whether a change sets an object that its consumer does not have.
  fileprivate func isNew(_ place: Int) -> Bool {
    areNew.indices.contains(place) ? areNew[place] : false
  }
}
