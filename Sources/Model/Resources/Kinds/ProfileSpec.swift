// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a profile says (compatibility §1.2).
public struct ProfileSpec: Described {
  public var ingress: [Rule] = []
  public var egress: [Rule] = []
  public var labelsToApply: [String: String] = [:]
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("ingress", &ingress, check: .count(atMost: 1024), doc: "Rules for traffic in.")
    v.defaulted("egress", &egress, check: .count(atMost: 1024), doc: "Rules for traffic out.")
    v.defaulted("labelsToApply", &labelsToApply, doc: "Labels that the endpoints inherit.")
    v.rest(&unknown)
  }
}
