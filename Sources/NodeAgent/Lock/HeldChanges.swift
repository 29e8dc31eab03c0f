// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// Changes that were taken from the syncer and not passed on yet: of each key the last one, so that
/// they do not grow with time.
struct HeldChanges: Sendable {
  private var changes: [ResourceChange] = []

  var isEmpty: Bool { changes.isEmpty }

  /// Adds a batch, which has at most one change of each key.
  mutating func add(_ batch: [ResourceChange]) {
    if changes.isEmpty {
      changes = batch
    } else if !batch.isEmpty {
      let newer = Set(batch.map(\.key))
      changes.removeAll { newer.contains($0.key) }
      changes += batch
    }
  }

  /// All of them, in the order in which they happened.
  mutating func drain() -> [ResourceChange] {
    defer { changes = [] }
    return changes
  }
}
