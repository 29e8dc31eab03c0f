// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources

/// Where a rule stands.
public struct RuleReference: Sendable, Hashable, CustomStringConvertible {
  /// A policy or a profile.
  public var owner: ResourceKey
  public var direction: Direction
  /// From 0.
  public var index: Int

  public init(owner: ResourceKey, direction: Direction, index: Int) {
    self.owner = owner
    self.direction = direction
    self.index = index
  }

  /// `NetworkPolicy(ns/name) ingress[0]`
  public var description: String { "\(owner) \(direction.rawValue)[\(index)]" }
}

/// A rule that was looked at, and the answers to what it asks.
public struct JudgedRule: Sendable, Hashable {
  public var reference: RuleReference
  public var action: Rule.Action
  public var matches: Bool
  public var criteria: [Criterion]
}
