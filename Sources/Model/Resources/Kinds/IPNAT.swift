// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// An address under which an endpoint is known outside.
public struct IPNAT: Described {
  public var internalIP = ""
  public var externalIP = ""
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.required("internalIP", &internalIP, check: .address, doc: "The endpoint's address.")
    v.required("externalIP", &externalIP, check: .address, doc: "The address outside.")
    v.rest(&unknown)
  }
}
