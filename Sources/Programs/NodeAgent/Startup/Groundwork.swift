// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Dataplane
import Datastore
import HostSystem
import Logging
import ProgramServices
import Telemetry

/// The third step: what stands before the datastore is asked. Its value says that a fresh node's
/// unknown workload interfaces are shut, and that people can see whom the agent waits for.
struct Groundwork: Sendable {
  let metrics: MetricsRegistry
  let health: HealthRegistry
  let dataplane: Dataplane
  let server: StatusServer
  let notice: LockNotice

  private init(_ launch: Launch) throws {
    metrics = MetricsRegistry()
    metrics.addProcessMetrics()
    launch.output.addMetrics(to: metrics, prefix: "felix")
    health = HealthRegistry()
    health.register("int_dataplane", reports: [.live, .ready])
    health.register("async_calc_graph", reports: [.live, .ready])
    dataplane = try Dataplane(
      configuration: launch.settings.dataplane, metrics: metrics,
      log: launch.output.logger("dataplane"))
    server = StatusServer(health: health, metrics: metrics, log: launch.output.logger("http"))
    notice = LockNotice(health: health, metrics: metrics, log: launch.log)
  }

  static func lay(_ launch: Launch, _ host: HostPreparation) async throws -> Self {
    let groundwork = try Groundwork(launch)
    // Before anything that may be waited for: whoever waits says so, and is not taken for dead.
    await groundwork.server.serve(
      health: launch.settings.healthAddress, metrics: launch.settings.metricsAddress)
    try await start(groundwork.health, launch.log) { try await groundwork.dataplane.start() }
    return groundwork
  }

  /// Starts the dataplane. For as long as the host's own network cannot be read, nothing may be
  /// programmed, as any interface could be the host's: that is waited for, and said.
  static func start(
    _ health: HealthRegistry, _ log: Logger, clock: HostClock = .continuous,
    _ start: () async throws -> Void
  ) async throws {
    var backoff = Backoff()
    var hasFailed = false
    while true {
      do {
        try await start()
        if hasFailed { log.info("reading the host's own network works again") }
        return
      } catch let error as HostNetworkError {
        if !hasFailed { log.error("\(error)") }
        hasFailed = true
        health.report("int_dataplane", live: true, ready: false, detail: "\(error)")
      }
      try await clock.sleep(backoff.next())
    }
  }
}
