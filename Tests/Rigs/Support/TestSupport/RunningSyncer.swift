// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
import HostSystem
public import Resources
import Synchronization

/// A syncer that runs, with its reports and a clock that does not wait.
public final class RunningSyncer: Sendable {
  public let syncer: Syncer
  private let task: Task<Void, Never>
  private let log: Log

  private final class Log: Sendable {
    let reports = Mutex<[SyncReport]>([])
    /// Time passes by what is slept.
    let time = Mutex<Duration>(.zero)
  }

  public init(_ store: any Datastore, _ kinds: [Kind]) {
    let log = Log()
    self.log = log
    let clock = HostClock(
      now: { log.time.withLock { $0 } },
      sleep: { duration in
        log.time.withLock { $0 += duration }
        try Task.checkCancellation()
        await Task.yield()
      })
    let syncer = Syncer(store, kinds: kinds, clock: clock) { report in
      log.reports.withLock { $0.append(report) }
    }
    self.syncer = syncer
    task = Task { await syncer.run() }
  }

  deinit { task.cancel() }

  public func stop() async {
    task.cancel()
    await task.value
  }

  public func advance(_ duration: Duration) { log.time.withLock { $0 += duration } }

  public var reports: [SyncReport] { log.reports.withLock { $0 } }
}
