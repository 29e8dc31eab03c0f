// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A range of service addresses.
public struct ServiceBlock: Described {
  public var cidr = ""
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.required("cidr", &cidr, check: .cidr, doc: "The range.")
    v.rest(&unknown)
  }
}
