// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// The agent's settings that this program uses, each with its default (compatibility §4.2).
public struct FelixSettings: Hashable, Sendable {
  // Health and metrics.
  public var healthEnabled = false
  public var healthHost = "localhost"
  public var healthPort: UInt16 = 9099
  public var prometheusMetricsEnabled = false
  /// Loopback, unless somebody asks for more; empty is every address.
  public var prometheusMetricsHost = "127.0.0.1"
  public var prometheusMetricsPort: UInt16 = 9091
  /// With a certificate and its key metrics are served in TLS.
  public var prometheusMetricsCertFile = ""
  public var prometheusMetricsKeyFile = ""
  /// Whose certificates those need who read metrics, where they are verified.
  public var prometheusMetricsCAFile = ""
  public var prometheusMetricsClientAuth = ClientAuth.none
  /// Whether the metrics of the process itself are served too.
  public var prometheusProcessMetricsEnabled = true
  /// Whether denied packets are served as metrics, on a port of their own.
  public var prometheusReporterEnabled = false
  public var prometheusReporterPort: UInt16 = 9092

  // Logs. A severity that is nil is no log.
  public var logSeverityScreen: LogSeverity? = .info
  public var logSeverityFile: LogSeverity? = .info
  public var logSeveritySys: LogSeverity? = .info
  /// Empty for no file.
  public var logFilePath = "/var/log/calico/felix.log"
  /// Whether a log waits for whoever reads it, where it would leave lines out.
  public var debugDisableLogDropping = false
  /// What lines about packets begin with.
  public var logPrefix = "calico-packet"

  // Workloads.
  /// What names of workloads' interfaces begin with.
  public var interfacePrefixes = ["cali"]
  public var defaultEndpointToHostAction = EndpointToHostAction.drop
  public var workloadSourceSpoofing = SourceSpoofing.disabled
  public var ipv6Support = true
  public var ipForwarding = Switch.enabled

  // How often the kernel is looked at anew; zero is never.
  public var nftablesRefreshInterval = Duration.seconds(180)
  public var routeRefreshInterval = Duration.seconds(90)
  public var interfaceRefreshInterval = Duration.seconds(90)
  /// After how long a silent dataplane counts as dead.
  public var dataplaneWatchdogTimeout = Duration.seconds(90)

  // Rules.
  public var nftablesFilterAllowAction = AllowAction.accept
  public var nftablesFilterDenyAction = DenyAction.drop
  public var dropActionOverride = DropActionOverride.drop
  /// The mark bits that may be used.
  public var nftablesMarkMask: UInt32 = 0xffff_0000
  public var disableConntrackInvalidCheck = false
  /// The source address of traffic that leaves the pools; nil is that of the interface.
  public var natOutgoingAddress: IPAddress?
  /// The source ports of it; nil is any.
  public var natPortRange: PortRange?

  // Routes.
  /// The protocol number of routes to workloads.
  public var deviceRouteProtocol: UInt8 = 3
  /// The source address of routes to workloads; nil leaves it to the kernel.
  public var deviceRouteSourceAddress: IPAddress?
  public var deviceRouteSourceAddressIPv6: IPAddress?
  public var removeExternalRoutes = true

  // Reports about endpoints.
  public var endpointReportingEnabled = false
  public var endpointReportingDelay = Duration.seconds(1)
  /// The folder that holds the status of endpoints, for the CNI plugin.
  public var endpointStatusPathPrefix = "/var/run/calico"
  /// How often the agent reports that it lives; zero is never.
  public var reportingInterval = Duration.seconds(30)
  public var reportingTTL = Duration.seconds(90)

  // Typha; only the environment and the file have these.
  /// Where it is, `host:port`, or where several are, with commas; empty: found by its service, or
  /// there is none.
  public var typhaAddr = ""
  public var typhaK8sNamespace = "kube-system"
  /// The service behind which Typhas are; empty: found by its address, or there is none.
  public var typhaK8sServiceName = ""
  /// How long Typha may say nothing.
  public var typhaReadTimeout = Duration.seconds(30)
  /// How long what is said to Typha may not arrive.
  public var typhaWriteTimeout = Duration.seconds(10)
  public var typhaKeyFile = ""
  public var typhaCertFile = ""
  public var typhaCAFile = ""
  /// The common name that Typha's certificate must have.
  public var typhaCN = ""
  /// The URI among the alternative names that Typha's certificate must have.
  public var typhaURISAN = ""

  public init() {}
}
