// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Synchronization

/// The stored form of what was read or written last, so that a change of it need not read it again.
/// Of no weight: whether it is still what is stored, etcd compares.
final class RecentValues: Sendable {
  private static let limit = 256
  /// Bytes of one value at most.
  private static let sizeLimit = 32 << 10

  private struct State {
    var values: [ResourceKey: StoredValue] = [:]
    var order: [ResourceKey] = []
    var next = 0
  }

  private let state = Mutex(State())

  func note(_ key: ResourceKey, _ value: StoredValue) {
    state.withLock { state in
      guard value.bytes.count <= Self.sizeLimit else {
        state.values[key] = nil
        return
      }
      guard state.values.updateValue(value, forKey: key) == nil else { return }
      if state.order.count < Self.limit {
        state.order.append(key)
      } else {
        state.values[state.order[state.next]] = nil
        state.values[key] = value
        state.order[state.next] = key
        state.next = (state.next + 1) % Self.limit
      }
    }
  }

  /// What was stored under a key at a revision, if that is known.
  func value(_ key: ResourceKey, revision: Int64) -> StoredValue? {
    state.withLock { state in
      state.values[key].flatMap { $0.revision == revision ? $0 : nil }
    }
  }

  func forget(_ key: ResourceKey) { state.withLock { $0.values[key] = nil } }
}
