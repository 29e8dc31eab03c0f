// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Synchronization

/// Takes the events of a watch from the task that reads the connection to the consumer: one answer
/// of etcd at a time, so that a slow consumer slows etcd down and nothing piles up here.
final class WatchMailbox: Sendable {
  private struct State {
    /// The next event last.
    var events: [WatchEvent] = []
    var end: DatastoreError?
    var isAbandoned = false
  }

  private let state = Mutex(State())
  private let arrived = Signal()
  private let taken = Signal()

  /// Hands over events once those before are taken. False when nobody wants them any more.
  func put(_ events: [WatchEvent]) async -> Bool {
    if events.isEmpty { return state.withLock { !$0.isAbandoned && $0.end == nil } }
    while true {
      let generation = taken.generation
      let isDone = state.withLock { state -> Bool? in
        if state.isAbandoned || state.end != nil { return false }
        guard state.events.isEmpty else { return nil }
        state.events = events.reversed()
        return true
      }
      if let isDone {
        if isDone { arrived.raise() }
        return isDone
      }
      if Task.isCancelled { return false }
      await taken.wait(after: generation)
    }
  }

  /// No more events come. What was handed over can still be taken. The first reason stands.
  func finish(_ error: DatastoreError) {
    state.withLock { state in
      if state.end == nil { state.end = error }
    }
    arrived.raise()
    taken.raise()
  }

  /// Nobody takes events any more.
  func abandon() {
    state.withLock { $0.isAbandoned = true }
    taken.raise()
  }

  /// The next event; waits for it. Nil when the consumer's task was cancelled.
  func next() async throws(DatastoreError) -> WatchEvent? {
    while true {
      let generation = arrived.generation
      let (event, end, isEmpty) = state.withLock { state in
        let event = state.events.popLast()
        return (event, state.end, state.events.isEmpty)
      }
      if let event {
        if isEmpty { taken.raise() }
        return event
      }
      if let end { throw end }
      if Task.isCancelled { return nil }
      await arrived.wait(after: generation)
    }
  }
}
