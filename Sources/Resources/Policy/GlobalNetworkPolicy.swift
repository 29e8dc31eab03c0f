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
    var problems = PolicyRules(isGlobal: true).problems(of: self)
    func wrong(_ field: String, _ message: String) {
      problems.append(FieldProblem("spec", field, message: message))
    }
    if spec.preDNAT || spec.doNotTrack, !spec.applyOnForward {
      wrong(
        "applyOnForward", "applyOnForward must be true if either preDNAT or doNotTrack is true")
    }
    if spec.preDNAT, spec.doNotTrack {
      wrong("preDNAT", "preDNAT and doNotTrack cannot both be true")
    }
    if spec.preDNAT, !spec.egress.isEmpty {
      wrong("egress", "preDNAT policy cannot have any egress rules")
    }
    if spec.preDNAT, spec.types.contains(.egress) {
      wrong("types", "preDNAT policy cannot have 'Egress' type")
    }
    return problems
  }
}
