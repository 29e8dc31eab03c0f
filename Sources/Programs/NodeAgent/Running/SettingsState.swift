// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Dataplane
import Logging
import Netlink
import ProgramServices
import Resources
import Selectors
import Settings
import SyncModel
import Telemetry

/// The settings in force, worked out anew whenever one of their sources changes.
struct SettingsState: Sendable {
  private let node: String
  private let environment: [String: String]
  private let file: SettingsFile
  private(set) var current: FelixSettings
  /// What is wrong in the sources, and what they set in vain, in words for the log.
  private(set) var problems: [String]
  /// What the source of updates has told of the datastore's part.
  private var configurations: [String: SyncFelixConfiguration] = [:]
  /// The node's, which configurations may select.
  private var labels: [String: String] = [:]
  /// Those that the agent started with: some stay until it is started again.
  private var started: FelixSettings
  /// What waits for that, in words for the log.
  private var restarts: [String] = []

  /// Errors: a setting of this node's own that must not be guessed cannot be read.
  init(
    node: String, environment: [String: String], file: SettingsFile
  ) throws(ConfigurationError) {
    self.node = node
    // The rest of the environment, which may hold secrets, is nothing that should be kept.
    let environment = environment.filter { $0.key.uppercased().hasPrefix("FELIX_") }
    self.environment = environment
    self.file = file
    let resolution = FelixSettings.resolve(
      FelixSettings.Sources(environment: environment, file: file))
    if !resolution.fatal.isEmpty {
      throw ConfigurationError(resolution.fatal.joined(separator: "; "))
    }
    current = resolution.settings
    started = resolution.settings
    problems = Self.problems(file, resolution)
  }

  /// What stored configurations say, by name.
  static func configurations(
    _ stored: [FelixConfiguration]
  ) -> [String: SyncFelixConfiguration] {
    var converter = SyncConverter()
    var configurations: [String: SyncFelixConfiguration] = [:]
    for update in stored.flatMap({ converter.convert(.set($0)) }) {
      if case .felixConfiguration(let name, let value) = update { configurations[name] = value }
    }
    return configurations
  }

  /// Takes over what the datastore says at the start; what is to be said about it.
  mutating func start(
    _ configurations: [String: SyncFelixConfiguration], labels: [String: String]
  ) -> [String] {
    let new = take(configurations, labels)
    started = current
    return new
  }

  /// Takes one update; whether it may change the settings once they are settled.
  mutating func apply(_ update: SyncUpdate) -> Bool {
    switch update {
    case .felixConfiguration(let name, let value): configurations[name] = value
    case .node(node, let value): labels = value?.labels ?? [:]
    case .inSync: break
    default: return false
    }
    return true
  }

  /// Works out what follows from all updates; what is to be said about it. Not before everything has
  /// been read once: a configuration that has not come yet is not one that was deleted.
  mutating func settle() -> [String] { update(configurations, labels: labels) }

  /// Takes over what the datastore says now; what is to be said about it.
  ///
  /// - Parameter labels: The node's, which configurations may select.
  mutating func update(
    _ configurations: [String: SyncFelixConfiguration], labels: [String: String]
  ) -> [String] {
    let new = take(configurations, labels)
    let old = restarts
    restarts = current.changes(since: started).filter(\.needsRestart).map { change in
      "\(change) takes effect when the agent is restarted"
    }
    return new + restarts.filter { !old.contains($0) }
  }

  /// Works the settings out anew; the problems that were not there before.
  private mutating func take(
    _ configurations: [String: SyncFelixConfiguration], _ labels: [String: String]
  ) -> [String] {
    let selected = configurations.filter { name, configuration in
      name != "default" && !name.hasPrefix("node.")
        && configuration.nodeSelector?.matches(labels) == true
    }
    let resolution = FelixSettings.resolve(
      FelixSettings.Sources(
        environment: environment, file: file,
        node: configurations["node.\(node)"]?.parameters ?? [:],
        selected: selected.mapValues(\.parameters),
        global: configurations["default"]?.parameters ?? [:]))
    let old = problems
    current = resolution.settings
    problems = Self.problems(file, resolution)
    return problems.filter { !old.contains($0) }
  }

  private static func problems(
    _ file: SettingsFile, _ resolution: FelixSettings.Resolution
  ) -> [String] {
    var problems = file.problems + resolution.problems
    problems += resolution.unused.map { "\($0) is set and has no effect in this version" }
    if resolution.settings.prometheusMetricsEnabled {
      do throws(ServerTLSError) {
        _ = try metricsTLS(resolution.settings)
      } catch {
        problems.append("\(error); metrics are not served")
      }
    }
    return problems
  }

  /// The TLS in which metrics are served, if any.
  ///
  /// Errors: settings that do not go together.
  private static func metricsTLS(
    _ settings: FelixSettings
  ) throws(ServerTLSError) -> ServerTLS? {
    try ServerTLS(
      settings: "PrometheusMetrics", certificateFile: settings.prometheusMetricsCertFile,
      keyFile: settings.prometheusMetricsKeyFile, authorityFile: settings.prometheusMetricsCAFile,
      clientAuth: settings.prometheusMetricsClientAuth.rawValue)
  }

  /// What of it the dataplane goes by.
  var dataplane: DataplaneConfiguration {
    var configuration = DataplaneConfiguration(interfacePrefixes: started.interfacePrefixes)
    switch current.defaultEndpointToHostAction {
    case .accept: configuration.endpointToHostAction = .accept
    case .drop: configuration.endpointToHostAction = .drop
    case .return: configuration.endpointToHostAction = .return
    }
    configuration.denyAction = current.nftablesFilterDenyAction == .reject ? .reject : .drop
    configuration.logPrefix = current.logPrefix
    configuration.skipsInvalidCheck = current.disableConntrackInvalidCheck
    configuration.ipv6Enabled = current.ipv6Support
    configuration.routeProtocol = RouteProtocol(rawValue: current.deviceRouteProtocol)
    configuration.routeSourceIPv4 = current.deviceRouteSourceAddress
    configuration.routeSourceIPv6 = current.deviceRouteSourceAddressIPv6
    configuration.removesExternalRoutes = current.removeExternalRoutes
    configuration.markMask = current.nftablesMarkMask
    configuration.natOutgoingAddress = current.natOutgoingAddress
    configuration.natPortRange = current.natPortRange
    return configuration
  }

  var healthAddress: StatusServer.Address? {
    current.healthEnabled ? .init(host: current.healthHost, port: Int(current.healthPort)) : nil
  }

  /// `nil` also where the settings of its TLS do not go together, which `problems` says: metrics are
  /// not served more openly than somebody meant.
  var metricsAddress: StatusServer.Address? {
    guard current.prometheusMetricsEnabled else { return nil }
    do throws(ServerTLSError) {
      return .init(
        host: current.prometheusMetricsHost, port: Int(current.prometheusMetricsPort),
        tls: try Self.metricsTLS(current))
    } catch {
      return nil
    }
  }

  var logs: LogConfiguration {
    LogConfiguration(
      screen: Self.level(current.logSeverityScreen), file: Self.level(current.logSeverityFile),
      filePath: current.logFilePath, syslog: Self.level(current.logSeveritySys),
      mayDrop: !current.debugDisableLogDropping)
  }

  private static func level(_ severity: LogSeverity?) -> Logger.Level? {
    severity.flatMap { Logger.Level(severity: $0.rawValue) }
  }
}
