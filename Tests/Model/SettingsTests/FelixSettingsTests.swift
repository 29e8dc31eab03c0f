// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources
import Settings
import Testing
import ValueTree

@Suite("The agent's settings") struct FelixSettingsTests {
  private func spec(_ change: (inout FelixConfigurationSpec) -> Void) -> [String: String] {
    var spec = FelixConfigurationSpec()
    change(&spec)
    return spec.parameters
  }

  private func provenance(
    _ name: String, _ resolution: FelixSettings.Resolution
  ) -> FelixSettings.Provenance? {
    resolution.provenance.first { $0.name == name }
  }

  @Test("without any source are the defaults") func defaults() {
    let resolution = FelixSettings.resolve(.init())
    let settings = resolution.settings
    #expect(settings == FelixSettings())
    #expect(resolution.problems.isEmpty && resolution.unused.isEmpty)
    #expect(resolution.provenance.allSatisfy { $0.source == .builtIn })
    var shown: [String: String] = [:]
    for setting in resolution.provenance { shown[setting.name] = setting.value }
    #expect(
      shown == [
        "DataplaneWatchdogTimeout": "90s", "DebugDisableLogDropping": "false",
        "DefaultEndpointToHostAction": "Drop",
        "DeviceRouteProtocol": "3", "DeviceRouteSourceAddress": "",
        "DeviceRouteSourceAddressIPv6": "", "DisableConntrackInvalidCheck": "false",
        "DropActionOverride": "Drop", "EndpointReportingDelaySecs": "1s",
        "EndpointReportingEnabled": "false", "EndpointStatusPathPrefix": "/var/run/calico",
        "HealthEnabled": "false", "HealthHost": "localhost", "HealthPort": "9099",
        "IPForwarding": "Enabled", "InterfacePrefix": "cali", "InterfaceRefreshInterval": "90s",
        "Ipv6Support": "true", "LogFilePath": "/var/log/calico/felix.log",
        "LogPrefix": "calico-packet", "LogSeverityFile": "Info", "LogSeverityScreen": "Info",
        "LogSeveritySys": "Info",
        "NATOutgoingAddress": "", "NATPortRange": "", "NftablesFilterAllowAction": "Accept",
        "NftablesFilterDenyAction": "Drop", "NftablesMarkMask": "0xffff0000",
        "NftablesRefreshInterval": "180s", "PrometheusMetricsCAFile": "",
        "PrometheusMetricsCertFile": "", "PrometheusMetricsClientAuth": "NoClientCert",
        "PrometheusMetricsEnabled": "false", "PrometheusMetricsHost": "127.0.0.1",
        "PrometheusMetricsKeyFile": "", "PrometheusMetricsPort": "9091",
        "PrometheusProcessMetricsEnabled": "true", "PrometheusReporterEnabled": "false",
        "PrometheusReporterPort": "9092", "RemoveExternalRoutes": "true",
        "ReportingIntervalSecs": "30s", "ReportingTTLSecs": "90s", "RouteRefreshInterval": "90s",
        "TyphaAddr": "", "TyphaCAFile": "", "TyphaCN": "", "TyphaCertFile": "",
        "TyphaK8sNamespace": "kube-system", "TyphaK8sServiceName": "", "TyphaKeyFile": "",
        "TyphaReadTimeout": "30s", "TyphaURISAN": "", "TyphaWriteTimeout": "10s",
        "WorkloadSourceSpoofing": "Disabled",
      ])
  }

  @Test("come from the strongest source that has them") func precedence() {
    var sources = FelixSettings.Sources()
    func port(_ expected: UInt16, _ source: FelixSettings.Source) {
      let resolution = FelixSettings.resolve(sources)
      #expect(resolution.settings.healthPort == expected)
      #expect(provenance("HealthPort", resolution)?.source == source)
      #expect(provenance("HealthPort", resolution)?.value == "\(expected)")
      #expect(resolution.problems.isEmpty)
    }
    port(9099, .builtIn)
    sources.global = spec { $0.healthPort = 1 }
    port(1, .global)
    sources.selected = ["b": spec { $0.healthPort = 2 }, "a": spec { $0.healthPort = 3 }]
    port(3, .selected("a"))
    sources.node = spec { $0.healthPort = 4 }
    port(4, .node)
    sources.file = SettingsFile("healthPORT = 5")
    port(5, .file)
    sources.environment = ["FELIX_HealthPort": "6", "HEALTHPORT": "7", "XFELIX_HEALTHPORT": "8"]
    port(6, .environment)
    // An empty value is none.
    sources.environment = ["FELIX_HEALTHPORT": ""]
    port(5, .file)
    sources.file = SettingsFile("HealthPort =")
    port(4, .node)
    sources.node = spec { $0.healthHost = "example" }
    port(3, .selected("a"))
    sources.selected["a"] = nil
    port(2, .selected("b"))
  }

  @Test(
    "are found under their names in any case",
    arguments: ["FELIX_LOGPREFIX", "FELIX_LogPrefix", "felix_logprefix", "Felix_LOGprefix"])
  func anyCase(_ name: String) {
    #expect(FelixSettings.resolve(.init(environment: [name: "x"])).settings.logPrefix == "x")
  }

  @Test("are read alike from the environment and from resources") func forms() {
    let environment = FelixSettings.resolve(
      .init(environment: [
        "FELIX_INTERFACEPREFIX": "cali,tap", "FELIX_DEFAULTENDPOINTTOHOSTACTION": "RETURN",
        "FELIX_IPV6SUPPORT": "false", "FELIX_NFTABLESREFRESHINTERVAL": "7.5",
        "FELIX_REPORTINGINTERVALSECS": "0", "FELIX_NFTABLESMARKMASK": "0xff00",
        "FELIX_NATOUTGOINGADDRESS": "192.0.2.1", "FELIX_NATPORTRANGE": "1000:2000",
        "FELIX_LOGSEVERITYSCREEN": "DEBUG", "FELIX_DROPACTIONOVERRIDE": "logandaccept",
        "FELIX_DEVICEROUTEPROTOCOL": "80", "FELIX_NFTABLESFILTERDENYACTION": "REJECT",
        "FELIX_DEVICEROUTESOURCEADDRESSIPV6": "2001:db8::1",
      ]))
    let stored = FelixSettings.resolve(
      .init(
        global: spec {
          $0.interfacePrefix = "cali,tap"
          $0.defaultEndpointToHostAction = "Return"
          $0.ipv6Support = false
          $0.nftablesRefreshInterval = "7s500ms"
          $0.reportingInterval = "0s"
          $0.nftablesMarkMask = 0xff00
          $0.natOutgoingAddress = "192.0.2.1"
          $0.natPortRange = PolicyPort("1000:2000")
          $0.logSeverityScreen = "Debug"
          $0.dropActionOverride = "LogAndAccept"
          $0.deviceRouteProtocol = 80
          $0.nftablesFilterDenyAction = "Reject"
          $0.deviceRouteSourceAddressIPv6 = "2001:db8::1"
        }))
    for resolution in [environment, stored] {
      let settings = resolution.settings
      #expect(resolution.problems.isEmpty)
      #expect(settings.interfacePrefixes == ["cali", "tap"])
      #expect(settings.defaultEndpointToHostAction == .return)
      #expect(!settings.ipv6Support)
      #expect(settings.nftablesRefreshInterval == .milliseconds(7500))
      #expect(settings.reportingInterval == .zero)
      #expect(settings.nftablesMarkMask == 0xff00)
      #expect(settings.natOutgoingAddress == IPAddress("192.0.2.1"))
      #expect(settings.natPortRange == PortRange("1000:2000"))
      #expect(settings.logSeverityScreen == .debug)
      #expect(settings.dropActionOverride == .logAndAccept)
      #expect(settings.deviceRouteProtocol == 80)
      #expect(settings.nftablesFilterDenyAction == .reject)
      #expect(settings.deviceRouteSourceAddressIPv6 == IPAddress("2001:db8::1"))
    }
    #expect(environment.settings == stored.settings)
  }

  @Test("are switched off by none") func none() {
    let names = [
      "Ipv6Support", "NftablesRefreshInterval", "LogFilePath", "NATOutgoingAddress",
      "PrometheusMetricsHost", "HealthPort", "LogSeverityScreen", "LogSeverityFile",
      "LogSeveritySys",
    ]
    let environment = Dictionary(uniqueKeysWithValues: names.map { ("FELIX_\($0)", "None") })
    let weaker = spec {
      $0.natOutgoingAddress = "192.0.2.1"
      $0.ipv6Support = true
    }
    let resolution = FelixSettings.resolve(.init(environment: environment, global: weaker))
    let settings = resolution.settings
    #expect(resolution.problems.isEmpty)
    #expect(!settings.ipv6Support)
    #expect(settings.nftablesRefreshInterval == .zero)
    #expect(settings.logFilePath.isEmpty && settings.prometheusMetricsHost.isEmpty)
    #expect(settings.natOutgoingAddress == nil)
    #expect(settings.healthPort == 0)
    #expect(settings.logSeverityScreen == nil && settings.logSeverityFile == nil)
    #expect(settings.logSeveritySys == nil)
    #expect(provenance("NATOutgoingAddress", resolution)?.source == .environment)
  }

  @Test(
    "that cannot be read are reported, and the default stands in",
    arguments: [
      ("HealthPort", "65536", "a number from 0 to 65535"), ("HealthPort", "-1", "a number"),
      ("HealthPort", "9O99", "a number"), ("HealthEnabled", "maybe", "true or false"),
      ("HealthHost", "a b", "letters"), ("InterfacePrefix", "cali,", "prefixes"),
      ("InterfacePrefix", "sixteencharacter", "prefixes"), ("InterfacePrefix", "none", "prefixes"),
      ("NftablesMarkMask", "0x1", "at least two bits"), ("NftablesMarkMask", "none", "two bits"),
      ("NftablesMarkMask", "0x1ffffffff", "two bits"), ("NATOutgoingAddress", "::1", "IPv4"),
      ("NATPortRange", "2:1", "n:m"), ("NATPortRange", "http", "n:m"),
      ("LogSeverityScreen", "Loud", "Debug"), ("NftablesRefreshInterval", "-1", "seconds"),
      ("NftablesRefreshInterval", "1 hour", "seconds"),
      ("NftablesRefreshInterval", "nan", "seconds"),
      ("NftablesRefreshInterval", "1e30", "seconds"), ("NftablesRefreshInterval", "inf", "seconds"),
      ("DefaultEndpointToHostAction", "none", "Accept, Drop, Return"),
      ("DeviceRouteProtocol", "256", "0 to 255"),
      ("LogFilePath", "/" + String(repeating: "x", count: 4096), "4096 bytes"),
    ]) func invalid(_ name: String, _ value: String, _ allowed: String) throws
  {
    let weaker = spec {
      $0.healthPort = 1
      $0.healthEnabled = true
    }
    let resolution = FelixSettings.resolve(
      .init(environment: ["FELIX_\(name)": value], global: weaker))
    #expect(resolution.problems.count == 1)
    let problem = try #require(resolution.problems.first)
    #expect(problem.hasPrefix("\(name) = '\(value)' from environment variable "))
    #expect(problem.contains(allowed))
    // Not what a weaker source says: that was meant to be overruled.
    let standard = try #require(provenance(name, FelixSettings.resolve(.init())))
    #expect(provenance(name, resolution) == standard)
    #expect(problem.hasSuffix("using '\(standard.value)'"))
  }

  @Test("of every parameter are checked wherever they come from, and say what stands in for them")
  func everyParameter() throws {
    let standard = FelixSettings.resolve(.init())
    // What is no value of any kind but text; and what no text may be.
    let rubbish = "no such value \u{1F980} \" ' ; 1:0"
    let texts = [
      "LogPrefix", "LogFilePath", "EndpointStatusPathPrefix", "PrometheusMetricsCAFile",
      "PrometheusMetricsCertFile", "PrometheusMetricsKeyFile", "TyphaCAFile", "TyphaCN",
      "TyphaCertFile", "TyphaK8sNamespace", "TyphaK8sServiceName", "TyphaKeyFile", "TyphaURISAN",
    ]
    for setting in standard.provenance {
      let isText = texts.contains(setting.name)
      let value = isText ? String(repeating: "x", count: 5000) : rubbish
      for (source, sources) in [
        (
          "environment variable",
          FelixSettings.Sources(environment: ["FELIX_\(setting.name)": value])
        ),
        ("configuration file", .init(file: SettingsFile("\(setting.name) = \(value)"))),
      ] {
        let resolution = FelixSettings.resolve(sources)
        // In a file, what follows a semicolon is a remark.
        let read =
          source == "configuration file" && !isText ? "no such value \u{1F980} \" '" : value
        #expect(resolution.settings == standard.settings, "\(setting.name)")
        #expect(resolution.problems.count == 1, "\(setting.name)")
        let said = try #require(resolution.problems.first)
        #expect(said.hasPrefix("\(setting.name) = '\(read)' from \(source) "))
        #expect(said.contains("must be "))
        #expect(said.hasSuffix("; using '\(setting.value)'"))
        #expect(resolution.fatal.isEmpty != Self.vital.contains(setting.name), "\(setting.name)")
      }
      guard let field = FelixParameter.named(setting.name)?.field else { continue }
      var context = DecodingContext(.preserving)
      let stored: Value = .object([Value.Member(field, .string(value))])
      let spec = try #require(FelixConfigurationSpec.decode(stored, &context)).parameters
      for sources in [
        FelixSettings.Sources(node: spec), .init(selected: ["a": spec]), .init(global: spec),
      ] {
        let resolution = FelixSettings.resolve(sources)
        #expect(resolution.settings == standard.settings, "\(setting.name)")
        #expect(resolution.problems.count == 1, "\(setting.name)")
        #expect(resolution.fatal.isEmpty, "\(setting.name)")
      }
    }
  }

  /// compatibility §4.2: with a wrong value of these Felix does not start; and of those that say where
  /// Typha is and who, without which an agent would go to the datastore itself.
  private static let vital: Set = [
    "DefaultEndpointToHostAction", "InterfacePrefix", "LogFilePath", "NftablesFilterAllowAction",
    "NftablesFilterDenyAction", "NftablesMarkMask", "TyphaAddr", "TyphaCAFile", "TyphaCN",
    "TyphaCertFile", "TyphaK8sNamespace", "TyphaK8sServiceName", "TyphaKeyFile", "TyphaURISAN",
  ]

  @Test("where the file is, is nothing that is set in vain") func fileVariable() {
    let environment = ["FELIX_CONFIGFILE": "/etc/x", "FELIX_NOSUCH": "1"]
    #expect(FelixSettings.resolve(.init(environment: environment)).unused == ["nosuch"])
  }

  @Test("are not lost when one stored value has the wrong form") func wrongForm() throws {
    let value: Value = ["healthPort": ["a": 1], "logPrefix": 5, "healthHost": "good"]
    var context = DecodingContext(.preserving)
    let spec = try #require(FelixConfigurationSpec.decode(value, &context)).parameters
    let resolution = FelixSettings.resolve(.init(node: spec))
    #expect(resolution.settings.healthPort == 9099)
    #expect(resolution.settings.healthHost == "good")
    #expect(resolution.problems.count == 1)
    let problem = try #require(resolution.problems.first)
    #expect(problem.hasPrefix("HealthPort = '{\"a\":1}' from FelixConfiguration of the node "))
  }

  @Test("that are set but of no use here are named") func unused() {
    let resolution = FelixSettings.resolve(
      .init(
        environment: ["FELIX_BPFENABLED": "true", "FELIX_NOSUCHTHING": "1", "FELIX_": "x"],
        file: SettingsFile("WireguardMTU = 1400"), global: spec { $0.ipipEnabled = true }))
    #expect(resolution.unused == ["BPFEnabled", "IpInIpEnabled", "WireguardMTU", "nosuchthing"])
    #expect(resolution.problems.isEmpty)
  }

  @Test("say what changed and what needs a restart") func changes() {
    let old = FelixSettings.resolve(
      .init(environment: ["FELIX_LOGPREFIX": "a", "FELIX_HEALTHPORT": "1"])
    ).settings
    let new = FelixSettings.resolve(
      .init(file: SettingsFile("LogPrefix = a\nHealthPort = 2\nInterfacePrefix = tap"))
    ).settings
    let changes = new.changes(since: old)
    #expect(
      changes.map(\.description) == ["HealthPort: '1' -> '2'", "InterfacePrefix: 'cali' -> 'tap'"])
    #expect(changes.map(\.needsRestart) == [false, true])
    #expect(new.changes(since: new).isEmpty)
  }

  @Test("each have a parameter of Calico's") func names() {
    // Of Typha nothing can be stored (compatibility §4.2, Local).
    for setting in FelixSettings.resolve(.init()).provenance
    where !setting.name.hasPrefix("Typha") {
      #expect(FelixParameter.named(setting.name)?.name == setting.name)
    }
  }
}
