// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
public import HostSystem
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import ServiceLifecycle
public import Telemetry

/// A program's HTTP: liveness and readiness on one port, metrics on another. Both are opened,
/// moved and closed as its settings say.
public actor StatusServer {
  /// Where to listen.
  public struct Address: Sendable, Hashable {
    /// A name or an address of this machine; empty is every address.
    public var host: String
    public var port: Int
    /// `nil` is plain HTTP.
    public var tls: ServerTLS?

    public init(host: String, port: Int, tls: ServerTLS? = nil) {
      self.host = host
      self.port = port
      self.tls = tls
    }
  }

  private let health: HealthRegistry
  private let metrics: MetricsRegistry
  private let log: Logger
  private let clock: HostClock
  private var running: [String: (address: Address, group: ServiceGroup, task: Task<Void, Never>)] =
    [:]

  /// Listens nowhere until it is told where.
  public init(
    health: HealthRegistry, metrics: MetricsRegistry, log: Logger, clock: HostClock = .continuous
  ) {
    self.health = health
    self.metrics = metrics
    self.log = log
    self.clock = clock
  }

  /// Serves exactly what is asked for. `nil` closes.
  public func serve(health healthAddress: Address?, metrics metricsAddress: Address?) async {
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

  /// Closes both.
  public func stop() async { await serve(health: nil, metrics: nil) }

  private func replace(
    _ name: String, with address: Address?,
    routes: (Router<BasicRequestContext>) -> Void
  ) async {
    if let current = running[name] {
      if current.address == address { return }
      // Told, not cancelled: a server that is cancelled logs that as an error.
      await current.group.triggerGracefulShutdown()
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
    let certificates = address.tls.map { ServerCertificates($0, log: log) }
    let server = certificates.map { certificates in
      HTTPServerBuilder { responder in
        TLSChannel(base: HTTP1Channel(responder: responder), certificates: certificates)
      }
    }
    let listener = Listener(
      name: name, address: address, certificates: certificates, log: log, clock: clock,
      application: Application(
        router: router, server: server ?? .http1(), configuration: configuration, logger: quiet))
    var settings = ServiceGroupConfiguration(services: [listener], logger: quiet)
    // A client that keeps its connection open is not waited for any longer.
    settings.maximumGracefulShutdownDuration = .seconds(1)
    let group = ServiceGroup(configuration: settings)
    let task = Task { [log] in
      do { try await group.run() } catch is CancellationError {} catch {
        log.error("serving \(name) has ended: \(error)")
      }
    }
    running[name] = (address, group, task)
    var metadata: Logger.Metadata = ["address": "\(address.host):\(address.port)"]
    if let tls = address.tls { metadata["tls"] = "\(tls.clientAuth.rawValue)" }
    log.info("serving \(name)", metadata: metadata)
  }

  /// Serves until it is told to stop.
  private struct Listener<Responder: HTTPResponder>: Service, CustomStringConvertible
  where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    let name: String
    let address: Address
    let certificates: ServerCertificates?
    let log: Logger
    let clock: HostClock
    let application: Application<Responder>

    var description: String { name }

    func run() async throws {
      var said = ""
      // A port may still be held by whoever had it before, and files may come later than we do.
      while !Task.isShuttingDownGracefully, !Task.isCancelled {
        do {
          // Nobody is let in before they can be shown something.
          _ = try certificates?.context()
          try await application.run()
        } catch is CancellationError {
          return
        } catch {
          let reason = "\(error)"
          if reason != said {
            log.error("cannot serve \(name) on \(address.host):\(address.port): \(reason)")
          }
          said = reason
          try? await cancelWhenGracefulShutdown { try await clock.sleep(.seconds(2)) }
        }
      }
    }
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
