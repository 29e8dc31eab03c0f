// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Synchronization

/// The watches of a datastore that are open, so that they end with it.
final class OpenWatches: Sendable {
  private struct State {
    var isClosed = false
    var next = 0
    var ends: [Int: @Sendable () -> Void] = [:]
  }

  private let state = Mutex(State())

  /// Notes how to end a watch; nil when the datastore is closed already.
  func add(_ end: @escaping @Sendable () -> Void) -> Int? {
    state.withLock { state in
      if state.isClosed { return nil }
      state.next += 1
      state.ends[state.next] = end
      return state.next
    }
  }

  func remove(_ id: Int) { state.withLock { $0.ends[id] = nil } }

  func close() {
    let ends = state.withLock { state in
      state.isClosed = true
      defer { state.ends = [:] }
      return state.ends.values
    }
    for end in ends { end() }
  }
}
