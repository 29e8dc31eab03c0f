// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Selectors

/// IPAM's record that a node uses a block.
public struct BlockAffinity: Resource {
  public static var kind: Kind { .blockAffinity }
  public var metadata = Metadata()
  public var spec = BlockAffinitySpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  /// Bytes of a node's name that stand in names as they are: the CIDR must still fit behind them.
  public static let nodeLimit = 200

  /// The name of the record: `node1-10-0-0-64-26`; of a very long node name, its beginning and a
  /// hash of it all. Two nodes may in theory share a name (`a` and `a-fd00`): the record says whose
  /// it is.
  public static func name(node: String, cidr: CIDR) -> String {
    guard node.utf8.count > nodeLimit else { return "\(node)-\(IPAMBlock.name(of: cidr))" }
    return namePrefix(node: node)
      + UniqueID.make(prefix: "h", content: "\(node) \(cidr)").lowercased().filter {
        $0.isASCII && ($0.isLetter || $0.isNumber)
      }
  }

  /// What the names of all records of a node begin with.
  public static func namePrefix(node: String) -> String {
    String(decoding: node.utf8.prefix(nodeLimit), as: UTF8.self) + "-"
  }

  public static var columns: [TableColumn<BlockAffinity>] {
    [
      .name, TableColumn("NODE") { $0.spec.node }, TableColumn("CIDR") { $0.spec.cidr },
      TableColumn("STATE") { $0.spec.state.rawValue },
    ]
  }
}
