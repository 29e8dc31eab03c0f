// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The two names of a setting: that of the parameter in the environment (after `FELIX_`, in any
/// case) and in files, and that of the field in FelixConfiguration resources.
public struct FelixParameter: Hashable, Sendable {
  /// The parameter: `IpInIpEnabled`.
  public let name: String
  /// The field: `ipipEnabled`.
  public let field: String

  /// Every setting that can come from the store, in the order of the fields.
  public static let all: [FelixParameter] = FieldNames.of(FelixConfigurationSpec.self).names
    .filter { $0 != "nodeSelector" }
    .map { FelixParameter(name: name(of: $0), field: $0) }

  /// The setting with that parameter name, in any case.
  public static func named(_ name: String) -> FelixParameter? { byName[name.lowercased()] }

  /// The setting with that field.
  public static func field(_ field: String) -> FelixParameter? { byField[field] }

  private static let byName = Dictionary(
    all.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
  private static let byField = Dictionary(
    all.map { ($0.field, $0) }, uniquingKeysWith: { first, _ in first })

  /// Mostly the field with a capital letter, or with its leading acronym in capitals.
  private static func name(of field: String) -> String {
    if let name = irregular[field] { return name }
    for (prefix, acronym) in acronyms where field.hasPrefix(prefix) {
      let rest = field.dropFirst(prefix.count)
      if rest.first?.isUppercase == true { return acronym + rest }
    }
    return field.prefix(1).uppercased() + field.dropFirst()
  }

  private static let acronyms = [
    ("bpf", "BPF"), ("vxlan", "VXLAN"), ("xdp", "XDP"), ("aws", "AWS"), ("nat", "NAT"),
    ("mtu", "MTU"),
  ]

  private static let irregular = [
    "externalNodesList": "ExternalNodesCIDRList",
    "ipForwarding": "IPForwarding",
    "ipv4ElevatedRoutePriority": "IPv4ElevatedRoutePriority",
    "ipv4NormalRoutePriority": "IPv4NormalRoutePriority",
    "ipv6ElevatedRoutePriority": "IPv6ElevatedRoutePriority",
    "ipv6NormalRoutePriority": "IPv6NormalRoutePriority",
    "nftablesFlowTableDataIfacePattern": "NFTablesFlowTableDataIfacePattern",
    "nftablesFlowTableOffload": "NFTablesFlowTableOffload",
    "nftablesMode": "NFTablesMode",
    "netlinkTimeout": "NetlinkTimeoutSecs",
    "iptablesLockProbeInterval": "IptablesLockProbeIntervalMillis",
    "iptablesPostWriteCheckInterval": "IptablesPostWriteCheckIntervalSecs",
    "ipipEnabled": "IpInIpEnabled",
    "ipipMTU": "IpInIpMtu",
    "wireguardKeepAlive": "WireguardPersistentKeepAlive",
    "bpfConntrackMode": "BPFConntrackCleanupMode",
    "bpfMapSizePerCpuConntrack": "BPFMapSizePerCPUConntrack",
    "endpointReportingDelay": "EndpointReportingDelaySecs",
    "reportingInterval": "ReportingIntervalSecs",
    "reportingTTL": "ReportingTTLSecs",
    "usageReportingInitialDelay": "UsageReportingInitialDelaySecs",
    "usageReportingInterval": "UsageReportingIntervalSecs",
  ]
}
