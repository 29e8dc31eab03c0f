// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Netlink

/// What the simulator cannot tell. It never guesses: an expression that it does not know neither
/// matches nor fails to.
public struct SimulationError: Error, Sendable, Hashable, CustomStringConvertible {
  public var reason: String
  /// The rule, if it was one.
  public var rule: NFTRule?

  init(_ reason: String, in rule: NFTRule? = nil) {
    self.reason = reason
    self.rule = rule
  }

  public var description: String {
    guard let rule else { return reason }
    return "\(reason), in a rule of chain \(rule.chain)"
      + (rule.comment.map { " (\($0))" } ?? "")
  }
}
