// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Asks one node for its state, and holds the answer: the node's agent fills in the status.
public struct CalicoNodeStatus: Resource {
  public static var kind: Kind { .calicoNodeStatus }
  public var metadata = Metadata()
  public var spec = CalicoNodeStatusSpec()
  public var status: CalicoNodeReport?
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func ownFields<V: FieldVisitor>(_ v: inout V) {
    v.optional("status", &status, doc: "What the node reported.")
  }

  public func problems() -> [FieldProblem] {
    NameRules.problems(ofSet: spec.classes, at: .spec("classes"))
  }

  public static var columns: [TableColumn<CalicoNodeStatus>] {
    [.name, TableColumn("NODE") { $0.spec.node }]
  }

  public static var wideColumns: [TableColumn<CalicoNodeStatus>] {
    columns + [.list("CLASSES") { $0.spec.classes.map(\.rawValue) }]
  }
}
