// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Logging
import ProgramServices
import StoreAccess
import SyncCoding
import Synchronization
import Telemetry
import TyphaLink

/// Tells people how it stands with Typha: in the log when something changes, and for as long as it
/// lasts with the readiness and in the metrics.
final class TyphaNotice: Sendable {
  private static let name = "typha"

  private let lock: LockNotice
  private let health: HealthRegistry
  private let metrics: MetricsRegistry
  private let age: Gauge
  private let connected: Gauge
  private let connections: Counter
  private let log: Logger
  private let unknown = Mutex<Set<UnknownPart>>([])

  init(lock: LockNotice, health: HealthRegistry, metrics: MetricsRegistry, log: Logger) {
    self.lock = lock
    self.health = health
    self.metrics = metrics
    self.log = log
    age = metrics.gauge(
      "calico_typha_source_age_seconds",
      help: "Seconds since Typha last heard of the datastore; -1 if it never did.")
    connected = metrics.gauge("calico_typha_connected", help: "1 while there is a Typha.")
    connections = metrics.counter(
      "calico_typha_connections", help: "How often a Typha has let this agent in.")
    age.set(-1)
    connected.set(0)
    health.note(Self.name, "no Typha has let this agent in yet")
  }

  func show(_ report: TyphaReport) {
    switch report {
    case .connected(let address, let greeting):
      connections.increment()
      connected.set(1)
      log.info(
        "connected",
        metadata: [
          "address": "\(address)", "host": "\(greeting.host)", "software": "\(greeting.software)",
        ])
      health.note(Self.name, "of \(address): telling everything")
    case .inSync(let address):
      log.debug("in sync", metadata: ["address": "\(address)"])
      health.note(Self.name, "of \(address)")
    case .left(let address, let reason):
      connected.set(0)
      age.set(-1)
      log.warning("left \(address): \(reason)")
      health.note(Self.name, "looking for another one than \(address), since \(reason)")
    case .unreachable(let reason, let pause):
      log.warning("\(reason); the last state stays in force; again in \(pause.inWords)")
      health.note(Self.name, "none can be reached: \(reason); the last state stays in force")
    case .heard(let ping):
      age.set(ping.age.map { Double($0) / 1000 } ?? -1)
      lock.show(ping.isLocked)
    case .unknown(let parts):
      for (part, count) in parts { show(part, count) }
    }
  }

  /// What only a newer Typha knows: counted, and said once.
  private func show(_ part: UnknownPart, _ count: Int) {
    metrics.counter(
      "calico_typha_unknown_parts",
      help: "Parts of updates that only a newer version knows.",
      labels: ["critical": "\(part.isCritical)"]
    ).increment(by: Double(count))
    guard unknown.withLock({ $0.insert(part).inserted }) else { return }
    let effect = part.isCritical ? "what it is about allows nothing" : "it is left out"
    log.warning(
      "Typha tells of what this version does not know, number \(part.number) of a \(part.of): \(effect)"
    )
  }
}
