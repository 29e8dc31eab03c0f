// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What IPAM keeps of a block (compatibility §1.2).
public struct IPAMBlockSpec: Described {
  public var cidr = ""
  /// `host:<node>` or `virtual:<name>`; nil when the block is nobody's.
  public var affinity: String?
  /// When the affinity was claimed, RFC 3339.
  public var affinityClaimTime: String?
  /// For each address of the block the position in `attributes`; nil when it is free.
  public var allocations: [Int?] = []
  /// The free ordinals: the next to give away comes first.
  public var unallocated: [Int] = []
  public var attributes: [AllocationAttribute] = []
  /// Counts the writes of the block.
  public var sequenceNumber = 0
  /// By ordinal, in decimal: the sequence number at its allocation.
  public var sequenceNumberForAllocation: [String: Int] = [:]
  public var deleted = false
  public var strictAffinity = false
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.required("cidr", &cidr, check: .cidr, doc: "The block's addresses.")
    v.optional("affinity", &affinity, doc: "Whose block it is: host:<node> or virtual:<name>.")
    v.optional("affinityClaimTime", &affinityClaimTime, doc: "When the affinity was claimed.")
    v.defaulted(
      "allocations", &allocations, always: true, doc: "Of each address the position in attributes.")
    v.defaulted("unallocated", &unallocated, always: true, doc: "The free ordinals, in order.")
    v.defaulted("attributes", &attributes, always: true, doc: "Who holds addresses.")
    v.defaulted("sequenceNumber", &sequenceNumber, doc: "Counts the writes of the block.")
    v.defaulted(
      "sequenceNumberForAllocation", &sequenceNumberForAllocation,
      doc: "The sequence number at the allocation of each ordinal.")
    v.defaulted("deleted", &deleted, doc: "Whether the record is about to be removed.")
    v.defaulted("strictAffinity", &strictAffinity, always: true, doc: "No longer used.")
    v.rest(&unknown)
  }
}
