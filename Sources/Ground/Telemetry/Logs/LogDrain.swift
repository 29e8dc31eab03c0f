// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// Writes what comes into a queue to a place, on the thread on which it is run. While the place fails,
/// it is left alone most of the time; the next line that it takes is told how many are missing.
struct LogDrain {
  let queue: LogQueue
  let writer: any LogWriter
  let counts: LogCounts
  let setup: LogSetup
  /// Told when the place begins to fail.
  let report: (SystemCallError) -> Void
  private var missing = 0
  private var isFailing = false
  /// When to try again.
  private var end = Duration.zero

  init(
    _ queue: LogQueue, _ writer: any LogWriter, counts: LogCounts, setup: LogSetup,
    report: @escaping (SystemCallError) -> Void
  ) {
    self.queue = queue
    self.writer = writer
    self.counts = counts
    self.setup = setup
    self.report = report
  }

  /// Runs until the queue is closed and empty.
  mutating func run() {
    // A screen whose reader has gone is an error, and not the program's end.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    while let batch = queue.next() { write(batch) }
  }

  mutating func write(_ batch: LogQueue.Batch) {
    for line in batch.lines where !write(line) {
      counts.dropped.increment()
      missing += 1
    }
    missing += batch.missing
    if batch.missing > 0 { _ = write(nil) }
  }

  /// Writes how many lines are missing before this one, if any, and the line; whether it could.
  private mutating func write(_ line: LogLine?) -> Bool {
    if isFailing, setup.clock.now() < end { return false }
    do throws(SystemCallError) {
      if missing > 0 { try writer.write(.missing(missing)) }
      missing = 0
      if let line { try writer.write(line) }
      isFailing = false
      return true
    } catch {
      counts.errors.increment()
      end = setup.clock.now() + setup.pause
      if !isFailing { report(error) }
      isFailing = true
      return false
    }
  }
}
