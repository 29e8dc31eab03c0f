// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A pool of addresses for workloads and tunnels.
public struct IPPool: Resource {
  public static var kind: Kind { .ipPool }
  public var metadata = Metadata()
  public var spec = IPPoolSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func applyDefaults() {
    spec.blockSize = spec.effectiveBlockSize
  }

  public static var columns: [TableColumn<IPPool>] {
    [.name, TableColumn("CIDR") { $0.spec.cidr }, TableColumn("SELECTOR") { $0.spec.nodeSelector }]
  }

  public static var wideColumns: [TableColumn<IPPool>] {
    [
      .name,
      TableColumn("CIDR") { $0.spec.cidr },
      TableColumn("NAT") { "\($0.spec.natOutgoing)" },
      TableColumn("IPIPMODE") { $0.spec.ipipMode.rawValue },
      TableColumn("VXLANMODE") { $0.spec.vxlanMode.rawValue },
      TableColumn("DISABLED") { "\($0.spec.disabled)" },
      TableColumn("DISABLEBGPEXPORT") { "\($0.spec.disableBGPExport)" },
      TableColumn("SELECTOR") { $0.spec.nodeSelector },
      TableColumn("ASSIGNMENTMODE") { $0.spec.assignmentMode.rawValue },
    ]
  }
}
