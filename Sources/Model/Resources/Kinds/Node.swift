// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A node of the cluster: its addresses and its part in BGP.
public struct Node: Resource {
  public static var kind: Kind { .node }
  public var metadata = Metadata()
  public var spec = NodeSpec()
  public var status: NodeStatus?
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func ownFields<V: FieldVisitor>(_ v: inout V) {
    v.optional("status", &status, doc: "What the node's programs report.")
  }

  public func problems() -> [FieldProblem] {
    guard let bgp = spec.bgp, bgp == NodeBGPSpec() else { return [] }
    return [
      FieldProblem(
        "spec", "bgp", message: "must say something: leave it out where the node has no part in BGP"
      )
    ]
  }

  public static var columns: [TableColumn<Node>] { [.name] }

  /// The AS number stands in parentheses when it is the cluster's.
  public static var wideColumns: [TableColumn<Node>] {
    [
      .name,
      TableColumn(
        "ASN",
        in: { node, context in
          node.spec.bgp?.asNumber.map { "\($0)" } ?? "(\(context.defaultASNumber))"
        }),
      TableColumn("IPV4") { $0.spec.bgp?.ipv4Address ?? "" },
      TableColumn("IPV6") { $0.spec.bgp?.ipv6Address ?? "" },
    ]
  }
}
