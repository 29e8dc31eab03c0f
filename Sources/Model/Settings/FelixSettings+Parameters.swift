// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources

extension FelixSettings {
  /// One parameter: its names, its form and where its value is.
  struct Parameter: Sendable {
    /// As in the environment, after `FELIX_`: `InterfacePrefix`.
    var name: String
    /// As in a FelixConfiguration's spec: `interfacePrefix`.
    var field: String
    /// Whether a change takes effect only when the agent starts.
    var needsRestart: Bool
    /// Whether the agent does not start with a value that cannot be read in its environment or file
    /// (compatibility §4.2, Exit): what it would do instead is too far from what was meant.
    var isVital: Bool
    var write: @Sendable (FelixSettings) -> String
    /// Takes a value; gives back what is wrong with it.
    var read: @Sendable (String, inout FelixSettings) -> String?
  }

  static let parameters: [Parameter] = [
    parameter("healthEnabled", \.healthEnabled, .bool),
    parameter("healthHost", \.healthHost, .host),
    parameter("healthPort", \.healthPort, .number(0 ... .max)),
    parameter("prometheusMetricsEnabled", \.prometheusMetricsEnabled, .bool),
    parameter("prometheusMetricsHost", \.prometheusMetricsHost, .host),
    parameter("prometheusMetricsPort", \.prometheusMetricsPort, .number(0 ... .max)),
    parameter("prometheusProcessMetricsEnabled", \.prometheusProcessMetricsEnabled, .bool),
    parameter("prometheusReporterEnabled", \.prometheusReporterEnabled, .bool),
    parameter("prometheusReporterPort", \.prometheusReporterPort, .number(0 ... .max)),
    parameter("logSeverityScreen", \.logSeverityScreen, .word),
    parameter("logSeverityFile", \.logSeverityFile, .word),
    parameter("logFilePath", \.logFilePath, .text, vital: true),
    parameter("logPrefix", \.logPrefix, .text),
    parameter(
      "interfacePrefix", \.interfacePrefixes, .interfacePrefixes, restart: true, vital: true),
    parameter(
      "defaultEndpointToHostAction", \.defaultEndpointToHostAction, .word, vital: true),
    parameter("workloadSourceSpoofing", \.workloadSourceSpoofing, .word),
    parameter("ipv6Support", \.ipv6Support, .bool),
    parameter("ipForwarding", \.ipForwarding, .word),
    parameter("nftablesRefreshInterval", \.nftablesRefreshInterval, .seconds),
    parameter("routeRefreshInterval", \.routeRefreshInterval, .seconds),
    parameter("interfaceRefreshInterval", \.interfaceRefreshInterval, .seconds),
    parameter("dataplaneWatchdogTimeout", \.dataplaneWatchdogTimeout, .seconds),
    parameter("nftablesFilterAllowAction", \.nftablesFilterAllowAction, .word, vital: true),
    parameter("nftablesFilterDenyAction", \.nftablesFilterDenyAction, .word, vital: true),
    parameter("dropActionOverride", \.dropActionOverride, .word),
    parameter("nftablesMarkMask", \.nftablesMarkMask, .markMask, vital: true),
    parameter("disableConntrackInvalidCheck", \.disableConntrackInvalidCheck, .bool),
    parameter("natOutgoingAddress", \.natOutgoingAddress, .address(.v4)),
    parameter("natPortRange", \.natPortRange, .portRange),
    parameter("deviceRouteProtocol", \.deviceRouteProtocol, .number(0 ... .max)),
    parameter("deviceRouteSourceAddress", \.deviceRouteSourceAddress, .address(.v4)),
    parameter("deviceRouteSourceAddressIPv6", \.deviceRouteSourceAddressIPv6, .address(.v6)),
    parameter("removeExternalRoutes", \.removeExternalRoutes, .bool),
    parameter("endpointReportingEnabled", \.endpointReportingEnabled, .bool),
    parameter("endpointReportingDelay", \.endpointReportingDelay, .seconds),
    parameter("endpointStatusPathPrefix", \.endpointStatusPathPrefix, .text),
    parameter("reportingInterval", \.reportingInterval, .seconds),
    parameter("reportingTTL", \.reportingTTL, .seconds),
  ]

  private static func parameter<T: Equatable & Sendable>(
    _ field: String, _ path: any WritableKeyPath<FelixSettings, T> & Sendable,
    _ codec: SettingCodec<T>, restart: Bool = false, vital: Bool = false
  ) -> Parameter {
    Parameter(
      name: FelixParameter.field(field)?.name ?? field, field: field, needsRestart: restart,
      isVital: vital,
      write: { codec.write($0[keyPath: path]) },
      read: { text, settings in
        if text.lowercased() == "none" {
          guard let zero = codec.zero else { return "cannot be none: it must be \(codec.allowed)" }
          settings[keyPath: path] = zero
          return nil
        }
        guard let value = codec.read(text) else { return "must be \(codec.allowed)" }
        settings[keyPath: path] = value
        return nil
      })
  }
}
