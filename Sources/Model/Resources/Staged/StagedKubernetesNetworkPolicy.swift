// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A network policy of Kubernetes that is tried out: what it would do is reported, and nothing is
/// done.
public struct StagedKubernetesNetworkPolicy: Resource {
  public static var kind: Kind { .stagedKubernetesNetworkPolicy }
  public var metadata = Metadata()
  public var spec = StagedKubernetesNetworkPolicySpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  /// What only Kubernetes can say of its part of the spec is left to it.
  public func problems() -> [FieldProblem] {
    guard spec.stagedAction == .delete else { return [] }
    var blank = StagedKubernetesNetworkPolicySpec()
    blank.stagedAction = .delete
    if spec == blank { return [] }
    return [
      FieldProblem(
        "spec", message: "Spec fields should all be zero-value if stagedAction is Delete")
    ]
  }

  public static var columns: [TableColumn<StagedKubernetesNetworkPolicy>] { [.name] }

  public static var wideColumns: [TableColumn<StagedKubernetesNetworkPolicy>] {
    columns + [TableColumn("PODSELECTOR") { $0.spec.podSelector.description }]
  }
}
