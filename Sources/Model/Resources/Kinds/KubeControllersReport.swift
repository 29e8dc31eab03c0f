// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What the controllers work with, once the environment has been looked at.
public struct KubeControllersReport: Described {
  public var runningConfig: KubeControllersConfigurationSpec?
  /// The variables that had a say, by name.
  public var environmentVars: [String: String] = [:]
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional("runningConfig", &runningConfig, doc: "The configuration that is in effect.")
    v.defaulted(
      "environmentVars", &environmentVars, doc: "The environment variables that had a say.")
    v.rest(&unknown)
  }
}
