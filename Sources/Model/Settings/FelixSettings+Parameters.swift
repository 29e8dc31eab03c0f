// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources

extension FelixSettings {
  typealias Parameter = SettingParameter<FelixSettings>

  static let parameters: [Parameter] = [
    parameter("healthEnabled", \.healthEnabled, .bool),
    parameter("healthHost", \.healthHost, .host),
    parameter("healthPort", \.healthPort, .number(0 ... .max)),
    parameter("prometheusMetricsEnabled", \.prometheusMetricsEnabled, .bool),
    parameter("prometheusMetricsHost", \.prometheusMetricsHost, .host),
    parameter("prometheusMetricsPort", \.prometheusMetricsPort, .number(0 ... .max)),
    parameter("prometheusMetricsCertFile", \.prometheusMetricsCertFile, .text),
    parameter("prometheusMetricsKeyFile", \.prometheusMetricsKeyFile, .text),
    parameter("prometheusMetricsCAFile", \.prometheusMetricsCAFile, .text),
    parameter("prometheusMetricsClientAuth", \.prometheusMetricsClientAuth, .word),
    parameter("prometheusProcessMetricsEnabled", \.prometheusProcessMetricsEnabled, .bool),
    parameter("prometheusReporterEnabled", \.prometheusReporterEnabled, .bool),
    parameter("prometheusReporterPort", \.prometheusReporterPort, .number(0 ... .max)),
    parameter("logSeverityScreen", \.logSeverityScreen, .wordOrNone()),
    parameter("logSeverityFile", \.logSeverityFile, .wordOrNone()),
    parameter("logSeveritySys", \.logSeveritySys, .wordOrNone()),
    parameter("logFilePath", \.logFilePath, .text, vital: true),
    parameter("debugDisableLogDropping", \.debugDisableLogDropping, .bool),
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
    Parameter("TyphaAddr", \.typhaAddr, .hostsAndPorts, vital: true),
    Parameter("TyphaK8sNamespace", \.typhaK8sNamespace, .text, vital: true),
    Parameter("TyphaK8sServiceName", \.typhaK8sServiceName, .text, vital: true),
    Parameter("TyphaReadTimeout", \.typhaReadTimeout, .seconds),
    Parameter("TyphaWriteTimeout", \.typhaWriteTimeout, .seconds),
    Parameter("TyphaKeyFile", \.typhaKeyFile, .text, vital: true),
    Parameter("TyphaCertFile", \.typhaCertFile, .text, vital: true),
    Parameter("TyphaCAFile", \.typhaCAFile, .text, vital: true),
    Parameter("TyphaCN", \.typhaCN, .text, vital: true),
    Parameter("TyphaURISAN", \.typhaURISAN, .text, vital: true),
  ]

  /// - Parameters:
  ///   - field: as in a FelixConfiguration's spec: `interfacePrefix`.
  ///   - vital: see `SettingParameter.isVital` (compatibility §4.2, Exit).
  private static func parameter<T: Equatable & Sendable>(
    _ field: String, _ path: any WritableKeyPath<FelixSettings, T> & Sendable,
    _ codec: SettingCodec<T>, restart: Bool = false, vital: Bool = false
  ) -> Parameter {
    Parameter(
      FelixParameter.field(field)?.name ?? field, path, codec, restart: restart, vital: vital)
  }
}
