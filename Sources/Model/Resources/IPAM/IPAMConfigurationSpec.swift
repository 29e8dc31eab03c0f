// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How IPAM works (compatibility §1.2).
public struct IPAMConfigurationSpec: Described {
  /// Whether nodes take addresses from their own blocks only.
  public var strictAffinity = false
  public var autoAllocateBlocks = true
  /// 0 is IPAM's own limit.
  public var maxBlocksPerHost = 0
  public var kubeVirtVMAddressPersistence: String?
  /// For how long a released address rests. 0 is not at all.
  public var ipCooldownSeconds = 0
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted(
      "strictAffinity", &strictAffinity, always: true,
      doc: "Whether nodes take addresses from their own blocks only.")
    v.defaulted(
      "autoAllocateBlocks", &autoAllocateBlocks, default: true, always: true,
      doc: "Whether nodes claim blocks as they need them.")
    v.defaulted(
      "maxBlocksPerHost", &maxBlocksPerHost, check: .range(0...1_000_000),
      doc: "How many blocks a node may have; 0 is the built-in limit of 20.")
    v.optional(
      "kubeVirtVMAddressPersistence", &kubeVirtVMAddressPersistence,
      check: .word("Enabled", "Disabled"), doc: "Whether virtual machines keep their addresses.")
    v.defaulted(
      "ipCooldownSeconds", &ipCooldownSeconds, check: .range(0...1200),
      doc: "For how long a released address rests before it is given out again.")
    v.rest(&unknown)
  }
}
