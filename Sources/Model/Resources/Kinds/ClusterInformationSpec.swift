// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What the cluster is (compatibility §1.2).
public struct ClusterInformationSpec: Described {
  public var clusterGUID = ""
  /// Comma-separated words.
  public var clusterType = ""
  public var calicoVersion = ""
  /// False while the store is locked for a migration.
  public var datastoreReady: Bool?
  public var variant = ""
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("clusterGUID", &clusterGUID, doc: "The cluster's identity.")
    v.defaulted("clusterType", &clusterType, doc: "What the cluster is made with.")
    v.defaulted("calicoVersion", &calicoVersion, doc: "The version that the cluster runs.")
    v.optional("datastoreReady", &datastoreReady, doc: "Whether the store may be used.")
    v.defaulted("variant", &variant, doc: "The variant of the product.")
    v.rest(&unknown)
  }
}
