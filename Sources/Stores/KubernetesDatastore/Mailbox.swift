// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Synchronization

/// Hands elements from some tasks to one other, in order; who sends waits while it is full.
final class Mailbox<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    /// Those before it have been taken.
    var start = 0
    var isFinished = false
    var error: (any Error)?

    var count: Int { elements.count - start }
  }

  private let capacity: Int
  private let state = Mutex(State())
  private let filled = Signal()
  private let emptied = Signal()

  init(capacity: Int) { self.capacity = capacity }

  /// Adds an element. Returns false when nobody will take it: the box is finished, or the task was
  /// cancelled.
  func send(_ element: Element) async -> Bool {
    while !Task.isCancelled {
      let generation = emptied.generation
      let isDone: Bool? = state.withLock { state in
        if state.isFinished { return false }
        guard state.count < capacity else { return nil }
        state.elements.append(element)
        return true
      }
      if let isDone {
        if isDone { filled.raise() }
        return isDone
      }
      await emptied.wait(after: generation)
    }
    return false
  }

  /// The next element; nil at the end, or when the task was cancelled.
  ///
  /// Errors: that with which the box was finished, once it is empty.
  func next() async throws -> Element? {
    while true {
      let generation = filled.generation
      let (element, isFinished, error) = state.withLock {
        state -> (Element?, Bool, (any Error)?) in
        guard state.count > 0 else { return (nil, state.isFinished, state.error) }
        let element = state.elements[state.start]
        state.start += 1
        if state.start >= capacity {
          state.elements.removeFirst(state.start)
          state.start = 0
        }
        return (element, false, nil)
      }
      if let element {
        emptied.raise()
        return element
      }
      if let error { throw error }
      if isFinished || Task.isCancelled { return nil }
      await filled.wait(after: generation)
    }
  }

  /// Ends it once what is in it has been taken. Only the first call counts.
  func finish(throwing error: (any Error)? = nil) {
    state.withLock { state in
      if state.isFinished { return }
      state.isFinished = true
      state.error = error
    }
    filled.raise()
    emptied.raise()
  }
}
