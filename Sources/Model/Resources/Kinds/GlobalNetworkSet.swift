// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Addresses that carry labels, for all policies.
public struct GlobalNetworkSet: Resource {
  public static var kind: Kind { .globalNetworkSet }
  public var metadata = Metadata()
  public var spec = NetworkSetSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public func problems() -> [FieldProblem] { NameRules.problems(ofNetworkSet: metadata) }

  public static var columns: [TableColumn<GlobalNetworkSet>] { [.name] }

  public static var wideColumns: [TableColumn<GlobalNetworkSet>] {
    [.name, .list("NETS", limit: 80) { $0.spec.nets }]
  }
}
