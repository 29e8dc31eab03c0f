// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import HostSystem
import Logging
import ProgramServices
import ServiceLifecycle
import Settings
import Telemetry

/// Lets agents in until it is told to stop, and then sends them away one after the other, so that the
/// other Typhas do not get all of them at once.
struct Door: Service, CustomStringConvertible {
  private static let reporter = "SyncServer"

  let listener: Listener
  let settings: TyphaSettings
  let health: HealthRegistry
  let log: Logger
  var clock = HostClock.continuous

  var description: String { "agents" }

  /// Errors: the address cannot be listened on.
  func run() async throws {
    let port = settings.serverPort == 0 ? TyphaMessage.defaultPort : settings.serverPort
    try await listener.open(host: settings.serverHost, port: Int(port))
    health.register(Self.reporter, reports: [.live, .ready])
    health.report(Self.reporter)
    do {
      try await gracefulShutdown()
      health.report(Self.reporter, ready: false, detail: "this Typha ends")
      await listener.closeDoor()
      try await drain()
    } catch is CancellationError {}
    await listener.close(farewell)
  }

  private var farewell: Farewell { Farewell(.shutdown, "this Typha ends") }

  /// Errors: cancellation.
  private func drain() async throws {
    let end = clock.now() + settings.shutdownTimeout
    var count = await listener.connections().reduce(0, +)
    log.info("sending away the agents", metadata: ["connections": "\(count)"])
    let interval = min(
      settings.shutdownConnectionDropIntervalMax,
      settings.shutdownTimeout / Double(max(count, 1)))
    while count > 0, clock.now() < end {
      guard await listener.dropOne(farewell) else { return }
      try await clock.sleep(interval * Double.random(in: 0.75...1.25))
      count = await listener.connections().reduce(0, +)
    }
  }
}
