// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import FanOut
import Glibc
import HostSystem
import Logging
import NIOCore
import ProgramServices
import ServiceLifecycle
import Settings
import StoreAccess
import Telemetry
import TyphaLink
import UnixSignals

/// One Typha: one reader of the datastore for many agents.
public struct TyphaServer: Sendable {
  private let environment: [String: String]
  private let file: String?
  private let version: String

  /// - Parameters:
  ///   - environment: The process's environment.
  ///   - file: The configuration file; nil is the default one, if it is there.
  public init(environment: [String: String], file: String?, version: String) {
    self.environment = environment
    self.file = file
    self.version = version
  }

  /// Runs until SIGTERM, after which agents are sent away one after the other, or SIGINT, which ends
  /// it at once.
  ///
  /// Errors: what it was started with cannot work.
  public func run() async throws {
    let launch = try TyphaLaunch(environment: environment, file: file)
    let (settings, log) = (launch.settings, launch.log)
    defer { launch.output.flush() }
    log.info("starting", metadata: ["version": "\(version)"])
    if launch.security == nil, !["localhost", "127.0.0.1", "::1"].contains(settings.serverHost) {
      log.warning(
        "agents are spoken to without TLS: whoever reaches this port reads all policy, labels and addresses (TYPHA_SERVERKEYFILE and so on)"
      )
    }
    raiseDescriptorLimit(log)
    let registry = MetricsRegistry()
    if settings.prometheusProcessMetricsEnabled { registry.addProcessMetrics() }
    launch.output.addMetrics(to: registry, prefix: "typha")
    let metrics = TyphaMetrics(registry)
    let health = HealthRegistry()
    let status = StatusServer(
      health: health, metrics: registry, log: launch.output.logger("http"))
    let limits = ServerLimits(settings)
    let hub = try Hub(limits: limits, metrics: metrics, log: launch.output.logger("hub"))
    log.info("using the \(launch.store)")
    let store = launch.store
    let reader = SourceReader(
      hub: hub, pause: settings.serverMinBatchingAgeThreshold, health: health, metrics: metrics,
      log: launch.output.logger("datastore"),
      open: { () throws(DatastoreError) in try await store.open(durability: .full) })
    let agents = launch.output.logger("agents")
    let (host, software) = (HostSystem.hostName(), "calico-typha \(version)")
    let listener = try await Listener(
      threads: max(2, System.coreCount), security: launch.security, log: agents
    ) { loop, index in
      Room(
        loop: loop, limits: limits, host: host, software: software, metrics: metrics, log: agents,
        requests: Room.Requests(
          snapshot: { interest, reach in
            Task { await hub.want(interest, reach: reach, room: index) }
          },
          age: { reader.age }))
    }
    await hub.open(listener.rooms)
    await status.serve(health: settings.healthAddress, metrics: launch.metricsAddress)
    let rebalancer = Rebalancer(
      balance: Balance(
        lower: settings.maxConnectionsLowerLimit, upper: settings.maxConnectionsUpperLimit),
      pollInterval: settings.k8sServicePollInterval, dropInterval: settings.connectionDropInterval,
      listener: listener, nodes: { await hub.nodes }, typhas: try launch.typhas(), log: agents)
    // They end in the reverse order, each before the next: the agents first, health last.
    let group = ServiceGroup(
      services: [
        ProgramService("status server") { await status.stop() },
        ProgramService(loop: "datastore") { await reader.run() },
        ProgramService(loop: "freshness") {
          while true {
            await reader.reportFreshness()
            try await Task.sleep(for: .seconds(1))
          }
        },
        ProgramService(loop: "certificates") {
          while true {
            try await Task.sleep(for: .seconds(60))
            listener.renewSecurity()
          }
        },
        ProgramService(loop: "balance") { try await rebalancer.run() },
        Door(listener: listener, settings: settings, health: health, log: agents),
      ],
      gracefulShutdownSignals: [.sigterm], cancellationSignals: [.sigint], logger: log)
    do {
      try await group.run()
    } catch {
      await listener.close(Farewell(.shutdown, "this Typha ends"))
      throw error
    }
    hub.stop()
    log.info("stopped")
  }

  private static let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

  /// Each agent takes a file descriptor: as many as the system allows.
  private func raiseDescriptorLimit(_ log: Logger) {
    var limit = rlimit()
    guard getrlimit(Self.files, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    if setrlimit(Self.files, &limit) != 0 {
      log.warning("cannot raise the limit of open files: \(errorText(errno))")
    }
  }
}

extension TyphaSettings {
  var logs: LogConfiguration {
    func level(_ severity: LogSeverity?) -> Logger.Level? {
      severity.flatMap { Logger.Level(severity: $0.rawValue) }
    }
    return LogConfiguration(
      screen: level(logSeverityScreen), file: level(logSeverityFile), filePath: logFilePath,
      syslog: level(logSeveritySys), mayDrop: !debugDisableLogDropping)
  }

  var healthAddress: StatusServer.Address? {
    healthEnabled ? .init(host: healthHost, port: Int(healthPort)) : nil
  }

  /// Errors: what is said of TLS does not go together.
  func metricsAddress() throws(ServerTLSError) -> StatusServer.Address? {
    guard prometheusMetricsEnabled else { return nil }
    let host = prometheusMetricsHost.isEmpty ? "::" : prometheusMetricsHost
    let tls = try ServerTLS(
      settings: "PrometheusMetrics", certificateFile: prometheusMetricsCertFile,
      keyFile: prometheusMetricsKeyFile, authorityFile: prometheusMetricsCAFile,
      clientAuth: prometheusMetricsClientAuth.rawValue)
    return .init(host: host, port: Int(prometheusMetricsPort), tls: tls)
  }
}
