// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import PolicyModel

extension DesiredMatch {
  /// The sets of nets that it looks addresses up in, positive and negated, with repetition.
  public var netSetIDs: [IPSetID] { sets + notSets }

  /// The sets of named ports that it looks triples up in, positive and negated, with repetition.
  public var portSetIDs: [IPSetID] { namedPortSets + notNamedPortSets }

  /// Every set that it refers to, with repetition.
  public var setIDs: [IPSetID] { netSetIDs + portSetIDs }
}

extension DesiredRule {
  /// Every set that it refers to, with repetition.
  public var setIDs: [IPSetID] { source.setIDs + destination.setIDs }
}

extension DesiredPolicy {
  /// All its rules, ingress first.
  public var rules: [DesiredRule] { ingress + egress }
}

extension DesiredProfile {
  /// All its rules, ingress first.
  public var rules: [DesiredRule] { ingress + egress }
}

extension DesiredEndpoint {
  /// Every policy that it refers to, with repetition.
  public var policyIDs: [PolicyID] { tiers.flatMap { $0.ingress + $0.egress } }
}

extension IPSetMember {
  /// What kind of set it may be in.
  public var type: IPSetType {
    switch self {
    case .net: .nets
    case .port: .ports
    }
  }
}
