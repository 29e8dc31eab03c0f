// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Logging
import Synchronization
import Telemetry

/// Tells people that the datastore is locked for a migration: once in the log, and for as long as
/// it lasts with the readiness and in the metrics.
final class LockNotice: Sendable {
  static let reason =
    "locked for a migration (datastoreReady of the ClusterInformation is false): the last state "
    + "stays in force and nothing is written until it is unlocked with 'calicoctl datastore "
    + "migrate unlock'"

  private let health: HealthRegistry
  private let gauge: Gauge
  private let log: Logger
  private let isShown = Mutex(false)

  init(health: HealthRegistry, metrics: MetricsRegistry, log: Logger) {
    self.health = health
    self.log = log
    gauge = metrics.gauge(
      "calico_datastore_locked",
      help: "1 while the datastore is locked for a migration and the last state stays in force.")
    gauge.set(0)
  }

  func show(_ isLocked: Bool) {
    let isNews = isShown.withLock { shown in
      defer { shown = isLocked }
      return shown != isLocked
    }
    guard isNews else { return }
    gauge.set(isLocked ? 1 : 0)
    health.note("datastore", isLocked ? Self.reason : nil)
    if isLocked {
      log.warning("the datastore is \(Self.reason)")
    } else {
      log.info("the datastore is unlocked: going on with what it holds now")
    }
  }
}
