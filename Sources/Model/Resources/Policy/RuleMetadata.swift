// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Remarks on a rule.
public struct RuleMetadata: Described {
  public var annotations: [String: String] = [:]
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("annotations", &annotations, doc: "Remarks, which the dataplane carries along.")
    v.rest(&unknown)
  }
}
