// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Synchronization

/// Threads that do blocking work side by side. Tasks would not: of those there run as many at once
/// as there are cores.
final class Crew: Sendable {
  private let count: Int
  private let body: @Sendable (Int) -> Void
  private let next = Atomic(0)
  private let working: Mutex<Int>
  private let finished: CheckedContinuation<Void, Never>

  /// Calls `body` with each of 0..<count on `size` threads, and comes back after the last.
  static func run(
    _ size: Int, count: Int, _ body: @escaping @Sendable (Int) -> Void
  ) async {
    await withCheckedContinuation { finished in
      let crew = Crew(size, count, body, finished)
      for _ in 0..<size { crew.startThread() }
    }
  }

  private init(
    _ size: Int, _ count: Int, _ body: @escaping @Sendable (Int) -> Void,
    _ finished: CheckedContinuation<Void, Never>
  ) {
    self.count = count
    self.body = body
    self.finished = finished
    working = Mutex(size)
  }

  private func startThread() {
    do {
      try HostThread(name: "crew") { self.work() }.detach()
    } catch {
      fatalError("no thread for the test: \(error)")
    }
  }

  private func work() {
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      if index >= count { break }
      body(index)
    }
    let isLast = working.withLock { working in
      working -= 1
      return working == 0
    }
    if isLast { finished.resume() }
  }
}
