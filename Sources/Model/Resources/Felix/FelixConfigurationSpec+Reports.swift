// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension FelixConfigurationSpec {
  /// The fields about logs, metrics, health and other reports.
  mutating func reportFields<V: FieldVisitor>(_ v: inout V) {
    v.optional("healthEnabled", &healthEnabled, doc: "Whether health is served over HTTP.")
    v.optional("healthHost", &healthHost, check: .host, doc: "Where health is served.")
    v.optional(
      "healthPort", &healthPort, check: .portOrOff, doc: "The port on which health is served.")
    v.optional(
      "healthTimeoutOverrides", &healthTimeoutOverrides,
      doc: "Other timeouts for named parts of the agent.")
    v.optional(
      "endpointStatusPathPrefix", &endpointStatusPathPrefix,
      doc: "Where the status of endpoints is written.")
    v.optional(
      "logActionRateLimit", &logActionRateLimit, check: .rate,
      doc: "How often Log rules log: a number per second, minute, hour or day.")
    v.optional(
      "logActionRateLimitBurst", &logActionRateLimitBurst, check: .atLeast(0),
      doc: "How often they log at once.")
    v.optional(
      "logDebugFilenameRegex", &logDebugFilenameRegex, check: .regularExpression,
      doc: "For Calico's logs; without effect here.")
    v.optional("logFilePath", &logFilePath, doc: "The log file; empty is none.")
    v.optional("logPrefix", &logPrefix, doc: "What the log lines of Log rules begin with.")
    v.optional(
      "logSeverityFile", &logSeverityFile, check: .logSeverity, doc: "What goes to the log file.")
    v.optional(
      "logSeverityScreen", &logSeverityScreen, check: .logSeverity,
      doc: "What goes to the standard output.")
    v.optional("logSeveritySys", &logSeveritySys, check: .logSeverity, doc: "What goes to syslog.")
    v.optional(
      "prometheusGoMetricsEnabled", &prometheusGoMetricsEnabled,
      doc: "Whether metrics of the runtime are served.")
    v.optional(
      "prometheusMetricsCAFile", &prometheusMetricsCAFile,
      doc: "The CA of clients that may read metrics.")
    v.optional(
      "prometheusMetricsCertFile", &prometheusMetricsCertFile,
      doc: "The certificate of the metrics server.")
    v.optional(
      "prometheusMetricsClientAuth", &prometheusMetricsClientAuth,
      check: .word(
        "NoClientCert", "RequireAndVerifyClientCert", "RequireAnyClientCert",
        "VerifyClientCertIfGiven"), doc: "Whether clients need a certificate.")
    v.optional(
      "prometheusMetricsEnabled", &prometheusMetricsEnabled, doc: "Whether metrics are served.")
    v.optional(
      "prometheusMetricsHost", &prometheusMetricsHost, check: .host,
      doc: "Where metrics are served; empty is everywhere.")
    v.optional(
      "prometheusMetricsKeyFile", &prometheusMetricsKeyFile, doc: "The key of the metrics server.")
    v.optional(
      "prometheusMetricsPort", &prometheusMetricsPort, check: .portOrOff,
      doc: "The port on which metrics are served.")
    v.optional(
      "prometheusProcessMetricsEnabled", &prometheusProcessMetricsEnabled,
      doc: "Whether metrics of the process are served.")
    v.optional(
      "prometheusWireGuardMetricsEnabled", &prometheusWireGuardMetricsEnabled,
      doc: "Whether metrics of WireGuard are served.")
    v.optional(
      "endpointReportingDelay", &endpointReportingDelay, check: .durationWithUnit,
      doc: "How long reports of endpoints wait.")
    v.optional(
      "endpointReportingEnabled", &endpointReportingEnabled,
      doc: "Whether the status of endpoints is reported to the store.")
    v.optional(
      "reportingInterval", &reportingInterval, check: .durationWithUnit,
      doc: "How often the agent's status is reported to the store; 0 is never.")
    v.optional(
      "reportingTTL", &reportingTTL, check: .durationWithUnit, doc: "How long a report is good.")
    v.optional(
      "flowLogsCollectorDebugTrace", &flowLogsCollectorDebugTrace,
      doc: "Whether the flow collector logs everything.")
    v.optional(
      "flowLogsFlushInterval", &flowLogsFlushInterval, check: .durationWithUnit,
      doc: "How often flow logs are written.")
    v.optional("flowLogsGoldmaneServer", &flowLogsGoldmaneServer, doc: "Where flow logs go.")
    v.optional(
      "flowLogsLocalReporter", &flowLogsLocalReporter, check: .exactWord("Disabled", "Enabled"),
      doc: "Whether flow logs are offered on the node.")
    v.optional(
      "flowLogsPolicyEvaluationMode", &flowLogsPolicyEvaluationMode,
      check: .word("Continuous", "None"), doc: "Whether flows are judged anew when policies change."
    )
    v.optional(
      "debugDisableLogDropping", &debugDisableLogDropping,
      doc: "Whether no log line is ever dropped.")
    v.optional("debugHost", &debugHost, check: .host, doc: "Where debugging is served.")
    v.optional("debugMemoryProfilePath", &debugMemoryProfilePath, doc: "Where memory profiles go.")
    v.optional(
      "debugPort", &debugPort, check: .portOrOff, doc: "The port on which debugging is served.")
    v.optional(
      "debugSimulateCalcGraphHangAfter", &debugSimulateCalcGraphHangAfter, check: .durationWithUnit,
      doc: "For tests.")
    v.optional(
      "debugSimulateDataplaneApplyDelay", &debugSimulateDataplaneApplyDelay,
      check: .durationWithUnit,
      doc: "For tests.")
    v.optional(
      "debugSimulateDataplaneHangAfter", &debugSimulateDataplaneHangAfter, check: .durationWithUnit,
      doc: "For tests.")
    v.optional(
      "usageReportingEnabled", &usageReportingEnabled,
      doc: "Whether usage is reported to Calico's makers; never done here.")
    v.optional(
      "usageReportingInitialDelay", &usageReportingInitialDelay, check: .durationWithUnit,
      doc: "Before the first report of usage.")
    v.optional(
      "usageReportingInterval", &usageReportingInterval, check: .durationWithUnit,
      doc: "Between reports of usage.")
    v.optional(
      "prometheusReporterEnabled", &prometheusReporterEnabled,
      doc: "Whether denied packets are served as metrics.")
    v.optional(
      "prometheusReporterPort", &prometheusReporterPort, check: .portOrOff,
      doc: "The port on which they are served.")
  }
}
