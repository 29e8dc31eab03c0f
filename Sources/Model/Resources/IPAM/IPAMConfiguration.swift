// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How IPAM works. There is one, `default`.
public struct IPAMConfiguration: Resource {
  public static var kind: Kind { .ipamConfiguration }
  public var metadata = Metadata()
  public var spec = IPAMConfigurationSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public static var columns: [TableColumn<IPAMConfiguration>] {
    [
      .name, TableColumn("STRICTAFFINITY") { "\($0.spec.strictAffinity)" },
      TableColumn("AUTOALLOCATEBLOCKS") { "\($0.spec.autoAllocateBlocks)" },
    ]
  }

  public static var wideColumns: [TableColumn<IPAMConfiguration>] {
    columns + [TableColumn("MAXBLOCKSPERHOST") { "\($0.spec.maxBlocksPerHost)" }]
  }
}
