// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import HostSystem
import Synchronization
import TestSupport

/// Lets several tasks take turns at the store in an order that hangs on a seed: each stops before
/// each of its calls, and once all have stopped one of them goes on. Some seeds let a task often go
/// on several times before another, as one that is fast does.
final class TurnTaker: Sendable {
  private let state: Mutex<State>

  private struct State {
    var generator: SplitMix64
    let stickiness: Int
    var running: Int
    var last: Int?
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]

    /// Whose turn it is, if everybody waits.
    mutating func pick() -> CheckedContinuation<Void, Never>? {
      guard !waiting.isEmpty, waiting.count == running else { return nil }
      if let last, waiting[last] != nil, generator.chance(stickiness) {
        return waiting.removeValue(forKey: last)
      }
      let keys = waiting.keys.sorted()
      let next = keys[generator.below(keys.count)]
      last = next
      return waiting.removeValue(forKey: next)
    }
  }

  /// - Parameter count: the number of tasks that take part.
  init(seed: UInt64, count: Int) {
    var generator = SplitMix64(seed: seed)
    let stickiness = [0, 60, 85][generator.below(3)]
    state = Mutex(State(generator: generator, stickiness: stickiness, running: count))
  }

  func wrap(_ store: any Datastore, task: Int) -> WrappedDatastore {
    var wrapped = WrappedDatastore(store)
    wrapped.before = { _ throws(DatastoreError) in await self.wait(task) }
    return wrapped
  }

  private func wait(_ task: Int) async {
    await withCheckedContinuation { continuation in
      let next = state.withLock { state in
        state.waiting[task] = continuation
        return state.pick()
      }
      next?.resume()
    }
  }

  /// A task has come to its end.
  func leave() {
    let next = state.withLock { state in
      state.running -= 1
      return state.pick()
    }
    next?.resume()
  }
}
