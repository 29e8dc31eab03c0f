// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A global network policy that is tried out: what it would do is reported, and nothing is done.
public struct StagedGlobalNetworkPolicy: StagedPolicyResource {
  public static var kind: Kind { .stagedGlobalNetworkPolicy }
  public var metadata = Metadata()
  public var spec = StagedGlobalNetworkPolicySpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public func problems() -> [FieldProblem] {
    PolicyRules(isGlobal: true).problems(of: self)
      + GlobalNetworkPolicy.stageProblems(
        preDNAT: spec.preDNAT, doNotTrack: spec.doNotTrack, applyOnForward: spec.applyOnForward,
        egress: spec.egress, types: spec.types)
      + deletionProblems()
  }
}
