// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Wakes tasks that wait until something changes.
///
/// Read the generation, look at what matters, and wait after that generation: what changed in
/// between is not missed.
package final class Signal: Sendable {
  private struct Waiter {
    var id: UInt64
    var continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var generation: UInt64 = 0
    var waiters: [Waiter] = []
    var lastWaiter: UInt64 = 0
  }

  private let state = Mutex(State())

  package init() {}

  /// Changes with every `raise`.
  package var generation: UInt64 { state.withLock { $0.generation } }

  /// Wakes all who wait.
  package func raise() {
    let waiters = state.withLock { state in
      state.generation &+= 1
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.continuation.resume() }
  }

  /// Returns once the signal was raised after it had this generation, or the task is cancelled.
  package func wait(after generation: UInt64) async {
    let id = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDue = state.withLock { state in
          if state.generation != generation || Task.isCancelled { return true }
          state.waiters.append(Waiter(id: id, continuation: continuation))
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
      }
      waiter?.continuation.resume()
    }
  }
}
