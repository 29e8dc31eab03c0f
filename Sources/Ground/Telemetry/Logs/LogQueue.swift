// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem

/// The lines that wait for a place's thread to write them: a bounded number of bytes.
final class LogQueue: Sendable {
  struct Batch {
    var lines: [LogLine] = []
    /// How many more came after those and were left out.
    var missing = 0
    var isEmpty: Bool { lines.isEmpty && missing == 0 }
  }

  private struct State {
    var batch = Batch()
    /// Of the lines in it.
    var bytes = 0
    var isOpen = false
    /// Lines that came, also those that were left out, ...
    var came = 0
    /// ... of them those that the thread took, ...
    var taken = 0
    /// ... and of those what it is done with.
    var done = 0
    /// Whether somebody waited in vain since the thread came here last.
    var isStuck = false
  }

  private let limit: Int
  private let state = Monitor(State())

  /// - Parameter limit: bytes at most; a line that is larger waits alone.
  init(limit: Int) { self.limit = limit }

  /// Adds a line; whether it was. Where it may not be left out, waits until there is room.
  func add(_ line: LogLine, mayDrop: Bool) -> Bool {
    let size = line.text.utf8.count + MemoryLayout<LogLine>.size
    return state.wait { state in
      // After one that is missing nothing fits: it is told where it is missing.
      let fits = state.batch.missing == 0 && (state.bytes == 0 || state.bytes + size <= limit)
      if !fits, !mayDrop, state.isOpen { return nil }
      state.came += 1
      guard fits, state.isOpen else {
        state.batch.missing += 1
        return false
      }
      state.batch.lines.append(line)
      state.bytes += size
      return true
    }
  }

  /// All that waits; nil when nothing more will. Whoever calls is done with what it was given before.
  func next() -> Batch? {
    state.withLock { state in
      state.done = state.taken
      state.isStuck = false
    }
    let batch = state.wait { state -> Batch? in
      if state.batch.isEmpty, state.isOpen { return nil }
      defer {
        state.batch = Batch()
        state.bytes = 0
        state.taken = state.came
      }
      return state.batch
    }
    return batch.isEmpty ? nil : batch
  }

  /// Lets lines in; whether they were not let in before.
  func open() -> Bool {
    state.withLock { state in
      defer { state.isOpen = true }
      return !state.isOpen
    }
  }

  /// Lets no more lines in. Those that wait are still there to be taken.
  func close() { state.withLock { $0.isOpen = false } }

  /// Waits until the thread is done with all that has come so far; whether it was in time.
  func flush(within limit: Duration) -> Bool {
    let goal = state.withLock { $0.came }
    return state.wait(atMost: limit) { $0.done >= goal || !$0.isOpen ? true : nil } ?? false
  }

  /// The same, but once somebody has waited in vain nobody else does until the thread has moved.
  func settle(within limit: Duration) {
    if state.withLock({ $0.isStuck }) || flush(within: limit) { return }
    state.withLock { $0.isStuck = true }
  }
}
