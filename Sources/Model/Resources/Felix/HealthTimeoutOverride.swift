// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Another timeout for a part of the agent.
public struct HealthTimeoutOverride: Described {
  public var name = ""
  public var timeout = ""
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.required("name", &name, doc: "The part.")
    v.required("timeout", &timeout, check: .durationWithUnit, doc: "The timeout.")
    v.rest(&unknown)
  }
}
