// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A network policy that is tried out: what it would do is reported, and nothing is done.
public struct StagedNetworkPolicy: StagedPolicyResource {
  public static var kind: Kind { .stagedNetworkPolicy }
  public var metadata = Metadata()
  public var spec = StagedNetworkPolicySpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public func problems() -> [FieldProblem] {
    PolicyRules(isGlobal: false).problems(of: self) + deletionProblems()
  }
}
