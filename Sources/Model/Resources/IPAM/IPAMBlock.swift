// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// IPAM's record of one block of addresses: whose it is and which of them are taken.
public struct IPAMBlock: Resource {
  public static var kind: Kind { .ipamBlock }
  public var metadata = Metadata()
  public var spec = IPAMBlockSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  /// The name of a block's record: its CIDR with dashes, `10-0-0-64-26`.
  public static func name(of cidr: CIDR) -> String {
    String(cidr.description.map { $0 == "." || $0 == ":" || $0 == "/" ? "-" : $0 })
  }

  public static var columns: [TableColumn<IPAMBlock>] {
    [
      .name, TableColumn("CIDR") { $0.spec.cidr },
      TableColumn("AFFINITY") { $0.spec.affinity ?? "" },
    ]
  }
}
