// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What IPAM keeps of a handle (compatibility §1.2).
public struct IPAMHandleSpec: Described {
  public var handleID = ""
  /// By the block's CIDR: how many addresses the handle holds in it.
  public var block: [String: Int] = [:]
  public var deleted = false
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.required("handleID", &handleID, doc: "The handle as it was given.")
    v.defaulted("block", &block, always: true, doc: "How many addresses it holds in each block.")
    v.defaulted("deleted", &deleted, doc: "Whether the record is about to be removed.")
    v.rest(&unknown)
  }
}
