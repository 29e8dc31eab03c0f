// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// What an IP pool is (compatibility §1.2).
public struct IPPoolSpec: Described {
  public var cidr = ""
  public var vxlanMode = EncapsulationMode.never
  public var ipipMode = EncapsulationMode.never
  public var natOutgoing = false
  public var disabled = false
  public var disableBGPExport = false
  /// The prefix length of a block; nil is the family's default (`effectiveBlockSize`).
  public var blockSize: Int?
  public var nodeSelector = "all()"
  public var allowedUses = [IPPoolUse.workload, .tunnel]
  public var namespaceSelector = ""
  public var assignmentMode = IPPoolAssignmentMode.automatic
  public var unknown: [UnknownMember] = []

  public init() {}

  public init(cidr: String) {
    self.cidr = cidr
  }

  /// The range of addresses; nil when the text is none.
  public var network: CIDR? { CIDR(cidr) }

  /// The prefix length of the pool's blocks: 26 or 122 unless said otherwise.
  public var effectiveBlockSize: Int { blockSize ?? (network?.family == .v6 ? 122 : 26) }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.required("cidr", &cidr, check: .cidr, doc: "The range of addresses.")
    v.defaulted(
      "vxlanMode", &vxlanMode, default: .never, always: true,
      doc: "When to use VXLAN between nodes.")
    v.defaulted(
      "ipipMode", &ipipMode, default: .never, always: true, doc: "When to use IPIP between nodes.")
    v.defaulted(
      "natOutgoing", &natOutgoing, doc: "Masquerade traffic from the pool to outside all pools.")
    v.defaulted("disabled", &disabled, doc: "Give no more addresses out of the pool.")
    v.defaulted(
      "disableBGPExport", &disableBGPExport, doc: "Keep the pool's routes from BGP peers.")
    v.optional("blockSize", &blockSize, doc: "Prefix length of a block: 26 or 122 by default.")
    v.defaulted(
      "nodeSelector", &nodeSelector, default: "all()", always: true,
      check: .selector(global: "global() selector is not valid for IPPool nodeSelector"),
      doc: "The nodes that may take addresses from the pool.")
    v.defaulted(
      "allowedUses", &allowedUses, default: [.workload, .tunnel], always: true,
      doc: "What the addresses may be used for.")
    v.defaulted(
      "namespaceSelector", &namespaceSelector,
      check: .selector(global: "global() selector is not valid for IPPool namespaceSelector"),
      doc: "The namespaces whose pods may have addresses from the pool.")
    v.defaulted(
      "assignmentMode", &assignmentMode, default: .automatic, always: true,
      doc: "Whether the pool is used without being asked for by name.")
    v.rest(&unknown)
  }
}
