// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A rule's identity: what counters, logs, flows and explanations call it by.
///
/// It follows from whose the rule is and from its place in the object as written; what conversion
/// makes of a rule, or leaves out before it, does not change it.
public struct RuleID: Hashable, Sendable {
  /// Whose rule it is.
  public enum Owner: Hashable, Sendable {
    case policy(PolicyID, tier: String)
    case profile(String)
  }

  public var owner: Owner
  public var direction: PolicyDirection
  /// `nil`: it stands for rules that cannot be read or are not there.
  public var index: Int?

  public init(_ owner: Owner, _ direction: PolicyDirection, index: Int?) {
    self.owner = owner
    self.direction = direction
    self.index = index
  }

  /// The rule without whose it is: `rule 2`.
  public var place: String { index.map { "rule \($0)" } ?? "in place of its rules" }
}

extension RuleID: CustomStringConvertible {
  /// `np/<namespace>/<name> ingress rule 2`.
  public var description: String { "\(owner) \(direction.rawValue) \(place)" }
}

extension RuleID.Owner: CustomStringConvertible {
  /// The policy's identity, or `profile/<name>`.
  public var description: String {
    switch self {
    case .policy(let id, _): "\(id)"
    case .profile(let name): "profile/\(name)"
    }
  }
}
