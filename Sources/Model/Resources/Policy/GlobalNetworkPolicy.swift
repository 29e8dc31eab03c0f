// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A policy for workloads of all namespaces and for host endpoints.
public struct GlobalNetworkPolicy: PolicyResource {
  public static var kind: Kind { .globalNetworkPolicy }
  public var metadata = Metadata()
  public var spec = GlobalNetworkPolicySpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public func problems() -> [FieldProblem] {
    PolicyRules(isGlobal: true).problems(of: self)
      + Self.stageProblems(
        preDNAT: spec.preDNAT, doNotTrack: spec.doNotTrack, applyOnForward: spec.applyOnForward,
        egress: spec.egress, types: spec.types)
  }

  /// What is wrong with the stage of packets' ways at which a policy stands.
  static func stageProblems(
    preDNAT: Bool, doNotTrack: Bool, applyOnForward: Bool, egress: [Rule], types: [PolicyType]
  ) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    func wrong(_ field: String, _ message: String) {
      problems.append(FieldProblem("spec", field, message: message))
    }
    if preDNAT || doNotTrack, !applyOnForward {
      wrong(
        "applyOnForward", "applyOnForward must be true if either preDNAT or doNotTrack is true")
    }
    if preDNAT, doNotTrack {
      wrong("preDNAT", "preDNAT and doNotTrack cannot both be true")
    }
    if preDNAT, !egress.isEmpty {
      wrong("egress", "preDNAT policy cannot have any egress rules")
    }
    if preDNAT, types.contains(.egress) {
      wrong("types", "preDNAT policy cannot have 'Egress' type")
    }
    return problems
  }
}
