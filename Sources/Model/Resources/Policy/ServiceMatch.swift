// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A Kubernetes service whose endpoints a rule matches.
public struct ServiceMatch: Described {
  public var name = ""
  public var namespace = ""
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("name", &name, doc: "The service's name.")
    v.defaulted("namespace", &namespace, doc: "The service's namespace.")
    v.rest(&unknown)
  }
}
