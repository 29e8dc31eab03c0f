// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import PolicyModel

extension DesiredRule {
  /// Every set that it refers to, with repetition.
  public var setIDs: [IPSetID] {
    [source.names, destination.names].flatMap { $0.netSetIDs + $0.portSetIDs }
  }
}

extension DesiredPolicy {
  /// All its rules, ingress first.
  public var rules: [DesiredRule] { ingress + egress }

  public func rules(_ direction: PolicyDirection) -> [DesiredRule] {
    direction == .ingress ? ingress : egress
  }
}

extension DesiredProfile {
  /// All its rules, ingress first.
  public var rules: [DesiredRule] { ingress + egress }

  public func rules(_ direction: PolicyDirection) -> [DesiredRule] {
    direction == .ingress ? ingress : egress
  }
}

extension DesiredEndpoint {
  /// Every policy that it refers to, with repetition.
  public var policyIDs: [PolicyID] {
    PolicyHook.allCases.flatMap { tiers[$0] }.flatMap { $0.ingress + $0.egress }
  }
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
