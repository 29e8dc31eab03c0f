// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension TyphaSettings {
  public static let defaultPath = "/etc/calico/typha.cfg"

  /// Where a setting comes from; the first in this order that has it decides (compatibility §5.3).
  public enum Source: SettingSource {
    /// A variable `TYPHA_<Name>`.
    case environment
    /// The configuration file.
    case file
    case builtIn

    public var isLocal: Bool { self != .builtIn }

    public var description: String {
      switch self {
      case .environment: "environment variable"
      case .file: "configuration file"
      case .builtIn: "default"
      }
    }
  }

  public typealias Resolution = SettingsResolution<TyphaSettings, Source>

  /// Puts the settings together. An empty value counts as not given, but for `LogSeveritySys`, where
  /// it is `none`, which is the zero value. A value that cannot be read is replaced by the default.
  ///
  /// - Parameter environment: All variables of the process; those with another beginning do not matter.
  public static func resolve(environment: [String: String], file: SettingsFile) -> Resolution {
    // Books print two names wrongly, `TYPA_…` and `TYPHAPROMETHEUS…`; nobody else has such.
    let prefixes = ["typha_", "typa_", "typha"]
    return Resolution(
      TyphaSettings(), parameters,
      [
        SettingLayer(.environment, environment: environment, prefixes: prefixes),
        SettingLayer(.file, file.values),
      ])
  }

  static let parameters: [SettingParameter<TyphaSettings>] = [
    .init("DatastoreType", \.datastoreType, .word, vital: true),
    .init("EtcdAddr", \.etcdAddr, .text),
    .init("EtcdScheme", \.etcdScheme, .text),
    .init("EtcdEndpoints", \.etcdEndpoints, .text),
    .init("EtcdKeyFile", \.etcdKeyFile, .text),
    .init("EtcdCertFile", \.etcdCertFile, .text),
    .init("EtcdCaFile", \.etcdCaFile, .text),
    .init("LogFilePath", \.logFilePath, .text),
    .init("LogSeverityFile", \.logSeverityFile, .wordOrNone()),
    .init("LogSeverityScreen", \.logSeverityScreen, .wordOrNone()),
    .init("LogSeveritySys", \.logSeveritySys, .wordOrNone(), emptyIsNone: true),
    .init("DebugDisableLogDropping", \.debugDisableLogDropping, .bool),
    .init("HealthEnabled", \.healthEnabled, .bool),
    .init("HealthHost", \.healthHost, .host),
    .init("HealthPort", \.healthPort, .number(0 ... .max)),
    .init("PrometheusMetricsEnabled", \.prometheusMetricsEnabled, .bool),
    .init("PrometheusMetricsHost", \.prometheusMetricsHost, .host),
    .init("PrometheusMetricsPort", \.prometheusMetricsPort, .number(0 ... .max)),
    .init("PrometheusGoMetricsEnabled", \.prometheusGoMetricsEnabled, .bool),
    .init("PrometheusProcessMetricsEnabled", \.prometheusProcessMetricsEnabled, .bool),
    .init("PrometheusMetricsCAFile", \.prometheusMetricsCAFile, .text, vital: true),
    .init("PrometheusMetricsCertFile", \.prometheusMetricsCertFile, .text, vital: true),
    .init("PrometheusMetricsKeyFile", \.prometheusMetricsKeyFile, .text, vital: true),
    .init("PrometheusMetricsClientAuth", \.prometheusMetricsClientAuth, .word, vital: true),
    .init("ServerHost", \.serverHost, .host, vital: true),
    .init("ServerPort", \.serverPort, .number(0 ... .max), vital: true),
    .init("ServerKeyFile", \.serverKeyFile, .text, vital: true),
    .init("ServerCertFile", \.serverCertFile, .text, vital: true),
    .init("CAFile", \.caFile, .text, vital: true),
    .init("ClientCN", \.clientCN, .text, vital: true),
    .init("ClientURISAN", \.clientURISAN, .text, vital: true),
    .init("ServerMaxMessageSize", \.serverMaxMessageSize, .number(1...100_000)),
    .init("ServerMaxFallBehindSecs", \.serverMaxFallBehind, .seconds),
    .init(
      "ServerNewClientFallBehindGracePeriod", \.serverNewClientFallBehindGracePeriod, .seconds),
    .init("ServerMinBatchingAgeThresholdSecs", \.serverMinBatchingAgeThreshold, .seconds),
    .init("ServerPingIntervalSecs", \.serverPingInterval, .seconds),
    .init("ServerPongTimeoutSecs", \.serverPongTimeout, .seconds),
    .init("ServerHandshakeTimeoutSecs", \.serverHandshakeTimeout, .seconds),
    .init("ServerWriteTimeoutSecs", \.serverWriteTimeout, .seconds),
    .init("SnapshotCacheMaxBatchSize", \.snapshotCacheMaxBatchSize, .number(1...100_000)),
    .init("ConnectionRebalancingMode", \.connectionRebalancingMode, .word),
    .init("ConnectionDropIntervalSecs", \.connectionDropInterval, .seconds),
    .init("ShutdownTimeoutSecs", \.shutdownTimeout, .seconds),
    .init(
      "ShutdownConnectionDropIntervalMaxSecs", \.shutdownConnectionDropIntervalMax, .seconds),
    .init("MaxConnectionsUpperLimit", \.maxConnectionsUpperLimit, .number(1...1_000_000)),
    .init("MaxConnectionsLowerLimit", \.maxConnectionsLowerLimit, .number(1...1_000_000)),
    .init("K8sServicePollIntervalSecs", \.k8sServicePollInterval, .seconds),
    .init("K8sNamespace", \.k8sNamespace, .text),
    .init("K8sServiceName", \.k8sServiceName, .text),
    .init("K8sPortName", \.k8sPortName, .text),
  ]
}
