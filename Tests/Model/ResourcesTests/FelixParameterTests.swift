// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import TestSupport
import Testing
import ValueTree

@Suite("The names of agents' settings")
struct FelixParameterTests {
  @Test("all settings of the store are there, and those of the book")
  func count() {
    #expect(FelixParameter.all.count == 187 + 3)
    #expect(Set(FelixParameter.all.map { $0.name.lowercased() }).count == 190)
  }

  @Test(
    "parameter and field are found by each other",
    arguments: [
      ("IpInIpEnabled", "ipipEnabled"), ("ReportingIntervalSecs", "reportingInterval"),
      ("PrometheusMetricsPort", "prometheusMetricsPort"), ("BPFEnabled", "bpfEnabled"),
      ("BPFConntrackCleanupMode", "bpfConntrackMode"), ("Ipv6Support", "ipv6Support"),
      ("IPv4NormalRoutePriority", "ipv4NormalRoutePriority"), ("NFTablesMode", "nftablesMode"),
      ("NftablesMarkMask", "nftablesMarkMask"), ("ExternalNodesCIDRList", "externalNodesList"),
      ("WireguardPersistentKeepAlive", "wireguardKeepAlive"), ("NATPortRange", "natPortRange"),
      ("MTUIfacePattern", "mtuIfacePattern"), ("IPForwarding", "ipForwarding"),
      ("IptablesLockProbeIntervalMillis", "iptablesLockProbeInterval"),
      ("AWSSrcDstCheck", "awsSrcDstCheck"), ("XDPEnabled", "xdpEnabled"),
      ("VXLANMTUV6", "vxlanMTUV6"), ("DropActionOverride", "dropActionOverride"),
      ("PrometheusReporterPort", "prometheusReporterPort"), ("GoGCThreshold", "goGCThreshold"),
    ])
  func pairs(name: String, field: String) {
    #expect(FelixParameter.field(field)?.name == name)
    #expect(FelixParameter.named(name.uppercased())?.field == field)
  }

  @Test("the store's own field is no parameter")
  func selector() {
    #expect(FelixParameter.field("nodeSelector") == nil)
    #expect(FelixParameter.named("NodeSelector") == nil)
  }

  @Test("a configuration lists what it sets")
  func settings() throws {
    let configuration = try #require(
      try read(Book.felixConfiguration).first as? FelixConfiguration)
    let settings = configuration.spec.settings.map { "\($0.parameter.name)=\($0.value)" }
    #expect(
      Set(settings) == [
        "IpInIpEnabled=bool(true)", "LogSeverityScreen=string(\"Info\")",
        "ReportingIntervalSecs=string(\"0s\")", "PrometheusMetricsEnabled=bool(true)",
        "PrometheusMetricsPort=int(9081)",
      ])
    #expect(configuration.spec.value(of: "ipipEnabled") == true)
    #expect(configuration.spec.value(of: "ipipMTU") == nil)
  }
}
