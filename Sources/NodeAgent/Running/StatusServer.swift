// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Telemetry

/// The agent's HTTP: liveness and readiness on one port, metrics on another. Both are opened,
/// moved and closed as the settings say.
actor StatusServer {
  /// Where to listen.
  struct Address: Sendable, Hashable {
    var host: String
    var port: Int
  }

  private let health: HealthRegistry
  private let metrics: MetricsRegistry
  private let log: Logger
  private var running: [String: (address: Address, task: Task<Void, Never>)] = [:]

  init(health: HealthRegistry, metrics: MetricsRegistry, log: Logger) {
    self.health = health
    self.metrics = metrics
    self.log = log
  }

  /// Serves exactly what is asked for. `nil` closes.
  func serve(health healthAddress: Address?, metrics metricsAddress: Address?) async {
    await replace("health", with: healthAddress) { [health] router in
      router.get("/liveness") { _, _ in Self.response(health.liveness) }
      router.get("/readiness") { _, _ in Self.response(health.readiness) }
    }
    await replace("metrics", with: metricsAddress) { [metrics] router in
      router.get("/metrics") { _, _ in
        Self.response(.ok, metrics.text(), type: PrometheusText.contentType)
      }
    }
  }

  func stop() async { await serve(health: nil, metrics: nil) }

  private func replace(
    _ name: String, with address: Address?,
    routes: (Router<BasicRequestContext>) -> Void
  ) async {
    if let current = running[name] {
      if current.address == address { return }
      current.task.cancel()
      await current.task.value
      running[name] = nil
    }
    guard let address else { return }
    let router = Router()
    routes(router)
    var quiet = log
    quiet.logLevel = .warning
    let configuration = ApplicationConfiguration(
      address: .hostname(address.host, port: address.port), serverName: nil)
    let log = log
    let task = Task {
      // A port may still be held by whoever had it before.
      while !Task.isCancelled {
        do {
          let application = Application(
            router: router, configuration: configuration, logger: quiet)
          try await application.run()
        } catch is CancellationError {
          return
        } catch {
          log.error("cannot serve \(name) on \(address.host):\(address.port): \(error)")
          try? await Task.sleep(for: .seconds(2))
        }
      }
    }
    running[name] = (address, task)
    log.info("serving \(name)", metadata: ["address": "\(address.host):\(address.port)"])
  }

  private static func response(_ state: HealthState) -> Response {
    response(
      state.isGood ? .ok : .serviceUnavailable, state.text, type: "text/plain; charset=utf-8")
  }

  private static func response(
    _ status: HTTPResponse.Status, _ text: String, type: String
  ) -> Response {
    Response(
      status: status, headers: [.contentType: type],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
