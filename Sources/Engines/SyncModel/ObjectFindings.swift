// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources

/// What conversion has to say of one object. Whoever sees the object only as updates is told by this.
public struct ObjectFindings: Sendable, Hashable {
  public var key: ResourceKey
  /// The node of an endpoint, whose agent alone says what is wrong with it: said by every agent it
  /// would be said a thousand times, and no node would be without findings. Nil is everybody's to say.
  public var node: String?
  /// What is not right, in order.
  public var problems: [ConversionProblem]
  /// What it asks for that somebody has to put into force.
  public var asks: Asks

  public init(
    key: ResourceKey, node: String? = nil, problems: [ConversionProblem] = [], asks: Asks
  ) {
    self.key = key
    self.node = node
    self.problems = problems
    self.asks = asks
  }

  /// Whether there is nothing to say, any more or on this node.
  public func isEmpty(on node: String) -> Bool {
    if let its = self.node, its != node { return true }
    return problems.isEmpty && asks.isEmpty
  }
}
