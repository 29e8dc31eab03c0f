// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A staged network policy or staged global network policy: looked at, reported on, and never in
/// force.
public protocol StagedPolicyResource: PolicyResource where Spec: StagedPolicySpec {}

extension StagedPolicyResource {
  /// As other policies; but one that stages a deletion keeps saying nothing but its tier.
  public mutating func applyDefaults() {
    let (tier, types) = (tier, spec.effectiveTypes)
    spec.tier = tier
    if spec.stagedAction != .delete { spec.types = types }
  }

  /// What is wrong with a policy that stages a deletion and says more.
  func deletionProblems() -> [FieldProblem] {
    guard spec.stagedAction == .delete else { return [] }
    var blank = Spec()
    blank.stagedAction = .delete
    blank.tier = spec.tier
    if spec == blank { return [] }
    return [
      FieldProblem(
        "spec",
        message: "Spec fields, except Tier, should all be zero-value if stagedAction is Delete")
    ]
  }
}
