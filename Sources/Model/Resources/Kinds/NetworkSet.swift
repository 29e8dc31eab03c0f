// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Addresses that carry labels, for the policies of one namespace.
public struct NetworkSet: Resource {
  public static var kind: Kind { .networkSet }
  public var metadata = Metadata()
  public var spec = NetworkSetSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public func problems() -> [FieldProblem] { NameRules.problems(ofNetworkSet: metadata) }

  public static var columns: [TableColumn<NetworkSet>] { [.name] }

  public static var wideColumns: [TableColumn<NetworkSet>] {
    [.name, .list("NETS", limit: 80) { $0.spec.nets }]
  }
}
