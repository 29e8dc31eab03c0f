// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The settings of Typha, each with its default (compatibility §5.3).
public struct TyphaSettings: Hashable, Sendable {
  // The datastore.
  public var datastoreType = DatastoreType.etcdv3
  public var etcdAddr = "127.0.0.1:2379"
  public var etcdScheme = "http"
  /// Comma-separated URLs; where there are any, address and scheme do not matter.
  public var etcdEndpoints = ""
  public var etcdKeyFile = ""
  public var etcdCertFile = ""
  public var etcdCaFile = ""

  // Logs. A severity that is nil is no log.
  /// Empty for no file.
  public var logFilePath = "/var/log/calico/typha.log"
  public var logSeverityFile: LogSeverity? = .info
  public var logSeverityScreen: LogSeverity? = .info
  public var logSeveritySys: LogSeverity? = .info
  /// Whether a log waits for whoever reads it, where it would leave lines out.
  public var debugDisableLogDropping = false

  // Health and metrics.
  public var healthEnabled = false
  public var healthHost = "localhost"
  public var healthPort: UInt16 = 9098
  public var prometheusMetricsEnabled = false
  /// Loopback, unless somebody asks for more; empty is every address.
  public var prometheusMetricsHost = "127.0.0.1"
  public var prometheusMetricsPort: UInt16 = 9093
  /// Go's own metrics in Calico: there are none here, and so nothing to switch off.
  public var prometheusGoMetricsEnabled = true
  public var prometheusProcessMetricsEnabled = true
  public var prometheusMetricsCAFile = ""
  public var prometheusMetricsCertFile = ""
  public var prometheusMetricsKeyFile = ""
  public var prometheusMetricsClientAuth = ClientAuth.none

  // The server.
  /// Empty is every address: agents of other nodes are whom it is for.
  public var serverHost = ""
  /// 0 is 5473.
  public var serverPort: UInt16 = 0
  public var serverKeyFile = ""
  public var serverCertFile = ""
  public var caFile = ""
  /// The common name that a client's certificate must have.
  public var clientCN = ""
  /// The URI among the alternative names that a client's certificate must have.
  public var clientURISAN = ""
  /// Updates in one message of a difference at most; a snapshot has larger ones.
  public var serverMaxMessageSize = 100
  /// How far behind a client may be before it is disconnected.
  public var serverMaxFallBehind = Duration.seconds(300)
  /// How much more right after its snapshot.
  public var serverNewClientFallBehindGracePeriod = Duration.seconds(300)
  /// A difference that is younger waits for more.
  public var serverMinBatchingAgeThreshold = Duration.milliseconds(10)
  public var serverPingInterval = Duration.seconds(10)
  public var serverPongTimeout = Duration.seconds(60)
  public var serverHandshakeTimeout = Duration.seconds(10)
  public var serverWriteTimeout = Duration.seconds(120)
  /// The same: a difference is as large as what has changed together.
  public var snapshotCacheMaxBatchSize = 100

  // The balance between Typhas.
  public var connectionRebalancingMode = RebalancingMode.none
  public var connectionDropInterval = Duration.seconds(1)
  public var shutdownTimeout = Duration.seconds(300)
  public var shutdownConnectionDropIntervalMax = Duration.seconds(1)
  public var maxConnectionsUpperLimit = 10_000
  public var maxConnectionsLowerLimit = 400
  public var k8sServicePollInterval = Duration.seconds(30)
  public var k8sNamespace = "kube-system"
  public var k8sServiceName = "calico-typha"
  public var k8sPortName = "calico-typha"

  public init() {}

  public enum DatastoreType: String, Sendable, Hashable, CaseIterable {
    case etcdv3, kubernetes
  }

  public enum RebalancingMode: String, Sendable, Hashable, CaseIterable {
    case none, kubernetes
  }
}
