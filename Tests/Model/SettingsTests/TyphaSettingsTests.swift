// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

@Suite("Typha's settings") struct TyphaSettingsTests {
  private func resolve(
    _ environment: [String: String] = [:], file: String = ""
  ) -> TyphaSettings.Resolution {
    TyphaSettings.resolve(environment: environment, file: SettingsFile(file, name: "typha.cfg"))
  }

  private func source(
    _ name: String, _ resolution: TyphaSettings.Resolution
  ) -> TyphaSettings.Source? {
    resolution.provenance.first { $0.name == name }?.source
  }

  @Test("without any source are the defaults") func defaults() {
    let resolution = resolve(["PATH": "/bin", "TYPHOON": "1", "FELIX_HEALTHPORT": "1"])
    #expect(resolution.settings == TyphaSettings())
    #expect(resolution.problems == [] && resolution.fatal == [] && resolution.unused == [])
    #expect(resolution.provenance.allSatisfy { $0.source == .builtIn })
    var shown: [String: String] = [:]
    for setting in resolution.provenance { shown[setting.name] = setting.value }
    #expect(
      shown == [
        "CAFile": "", "ClientCN": "", "ClientURISAN": "", "ConnectionDropIntervalSecs": "1s",
        "ConnectionRebalancingMode": "none", "DatastoreType": "etcdv3",
        "DebugDisableLogDropping": "false", "EtcdAddr": "127.0.0.1:2379", "EtcdCaFile": "",
        "EtcdCertFile": "", "EtcdEndpoints": "", "EtcdKeyFile": "", "EtcdScheme": "http",
        "HealthEnabled": "false", "HealthHost": "localhost", "HealthPort": "9098",
        "K8sNamespace": "kube-system", "K8sPortName": "calico-typha",
        "K8sServiceName": "calico-typha", "K8sServicePollIntervalSecs": "30s",
        "LogFilePath": "/var/log/calico/typha.log", "LogSeverityFile": "Info",
        "LogSeverityScreen": "Info", "LogSeveritySys": "Info",
        "MaxConnectionsLowerLimit": "400", "MaxConnectionsUpperLimit": "10000",
        "PrometheusGoMetricsEnabled": "true", "PrometheusMetricsCAFile": "",
        "PrometheusMetricsCertFile": "", "PrometheusMetricsClientAuth": "NoClientCert",
        "PrometheusMetricsEnabled": "false", "PrometheusMetricsHost": "127.0.0.1",
        "PrometheusMetricsKeyFile": "", "PrometheusMetricsPort": "9093",
        "PrometheusProcessMetricsEnabled": "true", "ServerCertFile": "",
        "ServerHandshakeTimeoutSecs": "10s", "ServerHost": "", "ServerKeyFile": "",
        "ServerMaxFallBehindSecs": "300s", "ServerMaxMessageSize": "100",
        "ServerMinBatchingAgeThresholdSecs": "10ms",
        "ServerNewClientFallBehindGracePeriod": "300s", "ServerPingIntervalSecs": "10s",
        "ServerPongTimeoutSecs": "60s", "ServerPort": "0", "ServerWriteTimeoutSecs": "120s",
        "ShutdownConnectionDropIntervalMaxSecs": "1s", "ShutdownTimeoutSecs": "300s",
        "SnapshotCacheMaxBatchSize": "100",
      ])
  }

  @Test("come from the environment in any case, then from the file") func precedence() {
    let file = "ServerPort = 1\nHealthPort=2\nclientcn = felix\n"
    let resolution = resolve(["typha_ServerPort": "3", "TYPHA_HEALTHENABLED": "true"], file: file)
    #expect(resolution.settings.serverPort == 3 && resolution.settings.healthPort == 2)
    #expect(resolution.settings.healthEnabled && resolution.settings.clientCN == "felix")
    #expect(source("ServerPort", resolution) == .environment)
    #expect(source("HealthPort", resolution) == .file)
    #expect(source("HealthHost", resolution) == .builtIn)
    // An empty value counts as not given.
    #expect(resolve(["TYPHA_SERVERPORT": ""], file: file).settings.serverPort == 1)
  }

  @Test("are known under the names that books print wrongly") func misprints() {
    let resolution = resolve([
      "TYPA_LOGSEVERITYSCREEN": "debug", "TYPHAPROMETHEUSPROCESSMETRICSENABLED": "false",
    ])
    #expect(resolution.settings.logSeverityScreen == .debug)
    #expect(!resolution.settings.prometheusProcessMetricsEnabled)
    #expect(resolution.problems == [] && resolution.unused == [])
    // The right name goes before them.
    let both = resolve(["TYPHA_LOGSEVERITYSCREEN": "error", "TYPA_LOGSEVERITYSCREEN": "debug"])
    #expect(both.settings.logSeverityScreen == .error)
  }

  @Test("none is the zero value, and no value where there is none") func none() {
    let resolution = resolve([
      "TYPHA_LOGFILEPATH": "none", "TYPHA_LOGSEVERITYSYS": "None", "TYPHA_SERVERHOST": "none",
      "TYPHA_CONNECTIONREBALANCINGMODE": "none", "TYPHA_SERVERMAXFALLBEHINDSECS": "none",
      "TYPHA_SERVERMAXMESSAGESIZE": "none",
    ])
    let settings = resolution.settings
    #expect(settings.logFilePath == "" && settings.logSeveritySys == nil)
    #expect(settings.serverHost == "" && settings.connectionRebalancingMode == .none)
    #expect(settings.serverMaxFallBehind == .zero)
    #expect(settings.serverMaxMessageSize == 100)
    #expect(
      resolution.problems == [
        "ServerMaxMessageSize = 'none' from environment variable cannot be none: it must be a number "
          + "from 1 to 100000; using '100'"
      ])
    #expect(resolution.fatal == [])
  }

  @Test("an empty severity of syslog is none, wherever it stands") func emptySyslog() {
    let none = resolve(["TYPHA_LOGSEVERITYSYS": ""], file: "LogSeveritySys = debug\n")
    #expect(none.settings.logSeveritySys == nil && none.problems == [])
    #expect(source("LogSeveritySys", none) == .environment)
    #expect(resolve(file: "LogSeveritySys = \"\"\n").settings.logSeveritySys == nil)
    #expect(resolve(file: "LogSeveritySys = debug\n").settings.logSeveritySys == .debug)
    // Of two spellings the one that says something counts, and of others' severities none.
    for names in [["TYPA_", "TYPHA_"], ["TYPHA_", "TYPA_"], ["Typha_", "TYPHA_"]] {
      let both = resolve([
        "\(names[0])LOGSEVERITYSYS": "", "\(names[1])LOGSEVERITYSYS": "error",
      ])
      #expect(both.settings.logSeveritySys == .error)
    }
    let others = resolve(
      ["TYPHA_LOGSEVERITYFILE": "", "TYPHA_COLOUR": ""], file: "LogSeverityFile = debug\n")
    #expect(others.settings.logSeverityFile == .debug && others.unused == [])
  }

  @Test("say what is wrong with them; with some of them Typha does not start") func problems() {
    let resolution = resolve(
      ["TYPHA_SERVERPORT": "65536", "TYPHA_DATASTORETYPE": "Kubernetes", "TYPHA_COLOUR": "red"],
      file: "LogSeverityFile = loud\nDebugPort = 1234\n")
    #expect(resolution.settings.datastoreType == .kubernetes)
    #expect(
      resolution.problems == [
        "LogSeverityFile = 'loud' from configuration file must be one of Trace, Debug, Info, Warning, "
          + "Error, Fatal, or none; using 'Info'",
        "ServerPort = '65536' from environment variable must be a number from 0 to 65535; using '0'",
      ])
    #expect(
      resolution.fatal == [
        "ServerPort = '65536' from environment variable must be a number from 0 to 65535"
      ])
    #expect(resolution.unused == ["colour", "debugport"])
  }
}
