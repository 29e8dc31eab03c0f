// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import HostSystem
import Logging
import ProgramServices
import Resources
import StoreAccess
import StoreSync
import SyncModel
import Synchronization
import Telemetry

/// Reads the datastore once for everybody, and tells the hub. Knows how fresh that is.
final class SourceReader: Sendable {
  /// A store from which nothing was heard for so long is taken for silent: its watches say at least
  /// every two and a half minutes that they are alive, or end.
  static let silence = Duration.seconds(180)
  private static let reporter = "datastore"

  private let hub: Hub
  private let open: @Sendable () async throws(DatastoreError) -> any Datastore
  private let pause: Duration
  private let health: HealthRegistry
  private let metrics: TyphaMetrics
  private let clock: HostClock
  private let log: Logger
  private let gate = Mutex<LockGate?>(nil)

  /// - Parameters:
  ///   - pause: How long what comes after a difference is gathered.
  ///   - open: Opens the datastore.
  init(
    hub: Hub, pause: Duration, health: HealthRegistry, metrics: TyphaMetrics, log: Logger,
    clock: HostClock = .continuous,
    open: @escaping @Sendable () async throws(DatastoreError) -> any Datastore
  ) {
    self.hub = hub
    self.open = open
    self.pause = pause
    self.health = health
    self.metrics = metrics
    self.clock = clock
    self.log = log
    health.register(Self.reporter, reports: [.live, .ready])
    health.report(Self.reporter, ready: false, detail: "it has not been read yet")
  }

  /// How long ago the store was last heard of; nil if it never was.
  var age: Duration? { gate.withLock { $0 }?.health.sinceContact }

  private var isLocked: Bool { gate.withLock { $0 }?.isLocked ?? false }

  /// Follows the datastore until the task is cancelled. Waits for one that cannot be reached.
  func run() async {
    var backoff = Backoff()
    while !Task.isCancelled {
      do throws(DatastoreError) {
        let store = try await open()
        await follow(store)
        await store.close()
        return
      } catch {
        let pause = backoff.next()
        log.warning("cannot open the datastore: \(error); again in \(pause.inWords)")
        health.report(Self.reporter, ready: false, detail: "\(error)")
        do { try await clock.sleep(pause) } catch { return }
      }
    }
  }

  private func follow(_ store: any Datastore) async {
    let (hub, log) = (hub, log)
    let gate = LockGate(
      store, kinds: DatastoreSource.kinds, report: { Self.say($0, log) },
      tell: { [weak self] isLocked in
        log.notice("the datastore is \(isLocked ? "locked for a migration" : "unlocked")")
        guard let self else { return }
        Task { await hub.lockHasChanged { self.isLocked } }
      })
    self.gate.withLock { $0 = gate }
    let source = DatastoreSource(gate)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await source.run() }
      while let batch = await source.next() {
        await hub.take(batch)
        // What comes meanwhile is merged.
        do { try await clock.sleep(pause) } catch { break }
      }
      group.cancelAll()
    }
  }

  /// Says whether what agents get is what the store holds.
  func reportFreshness() async {
    let status = await hub.status
    let age = age
    metrics.sourceAge.set(age.map { $0 / .seconds(1) } ?? -1)
    // Why it cannot be opened has been said.
    guard let age else { return }
    let isSilent = age > Self.silence
    await hub.setSilent(isSilent)
    let seconds = age.components.seconds
    health.report(
      Self.reporter, ready: status == .inSync && !isSilent,
      detail: isSilent
        ? "nothing has been heard of it for \(seconds) s"
        : "\(status.rawValue), heard of \(seconds) s ago")
  }

  private static func say(_ report: SyncReport, _ log: Logger) {
    switch report {
    case .malformed(let object):
      log.warning("\(object.key) cannot be read and is left out: \(object.reason)")
    case .interrupted(let kind, let reason, let retryIn):
      log.warning("following \(kind): \(reason); again in \(retryIn.inWords)")
    case .inSync:
      log.debug("in sync with the datastore")
    }
  }
}
