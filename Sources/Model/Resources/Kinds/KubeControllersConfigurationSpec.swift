// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How the controllers work (compatibility §1.2, §7.3). What is nil has the default that its text
/// names.
public struct KubeControllersConfigurationSpec: Described {
  public var logSeverityScreen: String?
  /// Enabled or Disabled.
  public var healthChecks: String?
  public var etcdV3CompactionPeriod: String?
  public var prometheusMetricsPort: Int?
  public var debugProfilePort: Int?
  public var controllers = ControllersConfiguration()
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional(
      "logSeverityScreen", &logSeverityScreen, check: .logSeverity,
      doc: "How much is logged; Info by default.")
    v.optional(
      "healthChecks", &healthChecks, check: .enablement,
      doc: "Whether health is reported; Enabled by default.")
    v.optional(
      "etcdV3CompactionPeriod", &etcdV3CompactionPeriod, check: .duration,
      doc: "Between compactions of etcd; 10m by default, 0 for none.")
    v.optional(
      "prometheusMetricsPort", &prometheusMetricsPort, check: .portOrOff,
      doc: "The port of the metrics; 9094 by default, 0 for none.")
    v.defaulted(
      "controllers", &controllers, always: true, doc: "The controllers that run: those named here.")
    v.optional(
      "debugProfilePort", &debugProfilePort, check: .portOrOff,
      doc: "The port of profiles, on the loopback interface; none by default.")
    v.rest(&unknown)
  }
}

extension Check where T == String {
  /// Enabled or Disabled.
  static var enablement: Check { .exactWord("Enabled", "Disabled") }
}
