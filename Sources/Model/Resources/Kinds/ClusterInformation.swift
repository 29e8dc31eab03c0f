// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What the cluster is. There is one, `default`.
public struct ClusterInformation: Resource {
  public static var kind: Kind { .clusterInformation }
  public var metadata = Metadata()
  public var spec = ClusterInformationSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public static var columns: [TableColumn<ClusterInformation>] {
    [
      .name,
      TableColumn("CLUSTERGUID") { $0.spec.clusterGUID },
      TableColumn("CLUSTERTYPE") { $0.spec.clusterType },
      TableColumn("CALICOVERSION") { $0.spec.calicoVersion },
      TableColumn("DATASTOREREADY") { $0.spec.datastoreReady.map { "\($0)" } ?? "-" },
    ]
  }
}
