// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Dataplane
import Logging
import ProgramServices
import Resources
import Selectors
import Settings
import SyncModel
import Telemetry
import Testing

@testable import NodeAgent

@Suite("Settings in the course of time")
struct SettingsStateTests {
  private func state(
    _ environment: [String: String] = [:], file: String = ""
  ) throws -> SettingsState {
    try SettingsState(node: "n1", environment: environment, file: SettingsFile(file))
  }

  private func spec(
    _ change: (inout FelixConfigurationSpec) -> Void
  ) -> SyncFelixConfiguration {
    var spec = FelixConfigurationSpec()
    change(&spec)
    return SyncFelixConfiguration(parameters: spec.parameters)
  }

  @Test("what the datastore says at the start is taken without a word about restarts")
  func start() throws {
    var state = try state()
    let stored = ["node.n1": spec { $0.interfacePrefix = "tap" }]
    #expect(state.start(stored, labels: [:]).isEmpty)
    #expect(state.dataplane.interfacePrefixes == ["tap"])
    #expect(state.update(stored, labels: [:]).isEmpty)
  }

  @Test("what is wrong in the datastore at the start is said, and once")
  func problemsAtStart() throws {
    var state = try state()
    let stored = ["default": spec { $0.defaultEndpointToHostAction = "Perhaps" }]
    let said = state.start(stored, labels: [:])
    #expect(said.count == 1)
    #expect(
      said.first?.hasPrefix(
        "DefaultEndpointToHostAction = 'Perhaps' from FelixConfiguration 'default' must be one of ")
        == true)
    #expect(said.first?.hasSuffix("; using 'Drop'") == true)
    #expect(state.update(stored, labels: [:]).isEmpty)
  }

  @Test("a change that waits for a restart is said once, and forgotten when it is taken back")
  func restarts() throws {
    var state = try state()
    _ = state.start([:], labels: [:])
    let changed = ["default": spec { $0.interfacePrefix = "tap" }]
    #expect(
      state.update(changed, labels: [:])
        == ["InterfacePrefix: 'cali' -> 'tap' takes effect when the agent is restarted"])
    #expect(state.dataplane.interfacePrefixes == ["cali"])
    #expect(state.update(changed, labels: [:]).isEmpty)
    #expect(state.update([:], labels: [:]).isEmpty)
    // What takes effect at once needs no word.
    let live = ["default": spec { $0.defaultEndpointToHostAction = "Accept" }]
    #expect(state.update(live, labels: [:]).isEmpty)
    #expect(state.dataplane.endpointToHostAction == .accept)
  }

  @Test("a configuration for chosen nodes is in force for as long as the node's labels say so")
  func chosenNodes() throws {
    var state = try state()
    _ = state.start([:], labels: [:])
    var chosen = spec { $0.defaultEndpointToHostAction = "Accept" }
    chosen.nodeSelector = try Selector("rack == 'a'")
    let isKnown = state.apply(.felixConfiguration("racks", chosen))
    #expect(isKnown)
    for (rack, isChosen) in [("b", false), ("a", true), ("b", false), ("a", true)] {
      let isNews = state.apply(.node("n1", SyncNode(labels: ["rack": rack])))
      #expect(isNews, "\(rack)")
      // Others' labels say nothing of this node.
      _ = state.apply(.node("n2", SyncNode(labels: ["rack": "a"])))
      let said = state.settle()
      #expect(said.isEmpty)
      #expect(state.dataplane.endpointToHostAction == (isChosen ? .accept : .drop), "\(rack)")
    }
    _ = state.apply(.node("n1", nil))
    _ = state.settle()
    #expect(state.dataplane.endpointToHostAction == .drop)
  }

  @Test(
    "a vital setting of the node's own that cannot be read keeps it from starting",
    arguments: [
      ("InterfacePrefix", "cali "), ("DefaultEndpointToHostAction", "maybe"),
      ("NftablesMarkMask", "0x1"), ("NftablesFilterDenyAction", "ignore"),
      ("NftablesFilterAllowAction", "drop"),
    ])
  func vital(_ name: String, _ value: String) throws {
    for (environment, file) in [
      (["FELIX_\(name.uppercased())": value], ""), ([:], "\(name) = \"\(value)\""),
    ] {
      #expect {
        _ = try state(environment, file: file)
      } throws: { error in
        "\(error)".contains("\(name) = '\(value)' from ") && "\(error)".contains(" must be ")
      }
    }
  }

  @Test("logs go where the settings say, each from its level on")
  func logs() throws {
    #expect(
      try state().logs
        == LogConfiguration(
          screen: .info, file: .info, filePath: "/var/log/calico/felix.log", syslog: .info))
    var state = try state([
      "FELIX_LOGSEVERITYSCREEN": "none", "FELIX_LOGSEVERITYFILE": "Fatal",
      "FELIX_LOGSEVERITYSYS": "Warning", "FELIX_LOGFILEPATH": "/log",
      "FELIX_DEBUGDISABLELOGDROPPING": "true",
    ])
    #expect(
      state.logs
        == LogConfiguration(
          screen: nil, file: .critical, filePath: "/log", syslog: .warning, mayDrop: false))
    // The datastore's part takes effect as it changes.
    state = try self.state(["FELIX_LOGSEVERITYSYS": "none"])
    _ = state.update(["default": spec { $0.logSeverityScreen = "Debug" }], labels: [:])
    #expect(state.logs.screen == .debug && state.logs.syslog == nil)
    #expect(state.problems == [])
  }

  @Test("any other is replaced by its default, and said")
  func replaced() throws {
    let state = try state(["FELIX_HEALTHPORT": "health"], file: "LogSeverityScreen = loud\nrubbish")
    #expect(
      state.problems == [
        ":2: must be 'Name = value', is 'rubbish'",
        "HealthPort = 'health' from environment variable must be a number from 0 to 65535; "
          + "using '9099'",
        "LogSeverityScreen = 'loud' from configuration file must be one of Trace, Debug, Info, "
          + "Warning, Error, Fatal, or none; using 'Info'",
      ])
  }

  @Test("metrics are served in the TLS that the settings ask for together, and else not at all")
  func metricsTLS() throws {
    let environment = [
      "FELIX_PROMETHEUSMETRICSENABLED": "true", "FELIX_PROMETHEUSMETRICSCERTFILE": "/tls.crt",
    ]
    var state = try state(environment)
    let alone =
      "PrometheusMetricsCertFile = '/tls.crt' is set without PrometheusMetricsKeyFile: TLS needs "
      + "both; metrics are not served"
    #expect(state.problems == [alone])
    #expect(state.metricsAddress == nil)

    // Where a setting comes from does not matter.
    var stored = spec { $0.prometheusMetricsKeyFile = "/tls.key" }
    #expect(state.update(["default": stored], labels: [:]).isEmpty)
    let open = try ServerTLS(
      settings: "PrometheusMetrics", certificateFile: "/tls.crt", keyFile: "/tls.key",
      authorityFile: "", clientAuth: "NoClientCert")
    #expect(state.metricsAddress == .init(host: "127.0.0.1", port: 9091, tls: open))

    stored = spec {
      $0.prometheusMetricsKeyFile = "/tls.key"
      $0.prometheusMetricsCAFile = "/ca.crt"
    }
    let said = state.update(["default": stored], labels: [:])
    #expect(said.count == 1)
    #expect(said.first?.hasPrefix("PrometheusMetricsCAFile = '/ca.crt' is set, but with ") == true)
    #expect(state.metricsAddress == nil)
    #expect(state.update(["default": stored], labels: [:]).isEmpty, "it is said once")

    stored = spec {
      $0.prometheusMetricsKeyFile = "/tls.key"
      $0.prometheusMetricsCAFile = "/ca.crt"
      $0.prometheusMetricsClientAuth = "RequireAndVerifyClientCert"
    }
    #expect(state.update(["default": stored], labels: [:]).isEmpty)
    let shut = try ServerTLS(
      settings: "PrometheusMetrics", certificateFile: "/tls.crt", keyFile: "/tls.key",
      authorityFile: "/ca.crt", clientAuth: "RequireAndVerifyClientCert")
    #expect(state.metricsAddress == .init(host: "127.0.0.1", port: 9091, tls: shut))
    #expect(shut != open)

    #expect(state.update([:], labels: [:]) == [alone])
    // Where there are no metrics nobody misses their TLS.
    let silent = try self.state(["FELIX_PROMETHEUSMETRICSCERTFILE": "/tls.crt"])
    #expect(silent.problems.isEmpty && silent.metricsAddress == nil)
  }
}
