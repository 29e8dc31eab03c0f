// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import Logging
import Synchronization

/// One place that a log goes to: its level, and a thread of its own that writes what waits, so that
/// neither who logs nor another place is held up.
final class LogSink: Sendable {
  private let name: String
  private let counts: LogCounts
  private let setup: LogSetup
  private let queue: LogQueue
  private let threshold = Mutex<Logger.Level?>(nil)
  private let make: @Sendable () -> any LogWriter
  private let report: @Sendable (String) -> Void

  /// - Parameters:
  ///   - name: the thread's, and the place's in messages.
  ///   - make: opens the place, on the thread.
  ///   - report: told when the place begins to fail.
  init(
    _ name: String, counts: LogCounts, setup: LogSetup,
    report: @escaping @Sendable (String) -> Void, make: @escaping @Sendable () -> any LogWriter
  ) {
    self.name = name
    self.counts = counts
    self.setup = setup
    self.make = make
    self.report = report
    queue = LogQueue(limit: setup.waiting)
  }

  /// The thread still writes what waits, and then ends.
  deinit { queue.close() }

  /// The lowest level that is written; nil for nothing.
  var level: Logger.Level? {
    get { threshold.withLock { $0 } }
    set {
      if newValue != nil { start() }
      threshold.withLock { $0 = newValue }
    }
  }

  /// Starts the thread, where it does not run.
  private func start() {
    guard queue.open() else { return }
    let (queue, counts, setup, make) = (queue, counts, setup, make)
    let fail: @Sendable (SystemCallError) -> Void = { [name, report] error in
      report("\(name): \(error); lines are left out until it can be written")
    }
    do throws(SystemCallError) {
      try HostThread(name: name) {
        var drain = LogDrain(queue, make(), counts: counts, setup: setup, report: fail)
        drain.run()
      }.detach()
    } catch {
      queue.close()
      counts.errors.increment()
      fail(error)
    }
  }

  func take(_ line: LogLine, mayDrop: Bool = true) {
    if !queue.add(line, mayDrop: mayDrop) { counts.dropped.increment() }
  }

  /// Waits until all that came is written; whether it was in time.
  func flush(within limit: Duration) -> Bool { queue.flush(within: limit) }

  /// Gives what came last a chance to be written before the program goes on, or ends.
  func settle() { queue.settle(within: setup.patience) }
}
