// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// IPAM's record that a node uses a block.
public struct BlockAffinity: Resource {
  public static var kind: Kind { .blockAffinity }
  public var metadata = Metadata()
  public var spec = BlockAffinitySpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  /// The name of the record: `<node>-<CIDR with dashes>`.
  public static func name(node: String, cidr: CIDR) -> String {
    "\(node)-\(IPAMBlock.name(of: cidr))"
  }

  public static var columns: [TableColumn<BlockAffinity>] {
    [
      .name, TableColumn("NODE") { $0.spec.node }, TableColumn("CIDR") { $0.spec.cidr },
      TableColumn("STATE") { $0.spec.state.rawValue },
    ]
  }
}
