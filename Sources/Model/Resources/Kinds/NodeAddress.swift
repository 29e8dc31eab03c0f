// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// An address of a node.
public struct NodeAddress: Described {
  public var address = ""
  /// `CalicoNodeIP`, `InternalIP` or `ExternalIP`.
  public var type = ""
  public var unknown: [UnknownMember] = []

  public init() {}

  public init(address: String, type: String = "CalicoNodeIP") {
    self.address = address
    self.type = type
  }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.required("address", &address, doc: "The address, with or without a prefix length.")
    v.defaulted(
      "type", &type,
      check: Check(whenWritten: {
        ["", "CalicoNodeIP", "InternalIP", "ExternalIP"].contains($0)
          ? nil : "must be one of CalicoNodeIP, InternalIP, ExternalIP"
      }), doc: "Whose address it is: CalicoNodeIP, InternalIP, ExternalIP.")
    v.rest(&unknown)
  }
}
