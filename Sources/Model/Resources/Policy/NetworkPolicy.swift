// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A policy for workloads of one namespace.
public struct NetworkPolicy: PolicyResource {
  public static var kind: Kind { .networkPolicy }
  public var metadata = Metadata()
  public var spec = NetworkPolicySpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public func problems() -> [FieldProblem] {
    PolicyRules(isGlobal: false).problems(of: self)
  }
}
