// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension FelixSettings {
  /// One setting that has another value than before.
  public struct Change: Hashable, Sendable, CustomStringConvertible {
    /// The parameter's name.
    public var name: String
    public var old: String
    public var new: String
    /// Whether it takes effect only when the agent starts again.
    public var needsRestart: Bool

    public var description: String { "\(name): '\(old)' -> '\(new)'" }
  }

  /// What changed since other settings.
  public func changes(since old: FelixSettings) -> [Change] {
    Self.parameters.compactMap { parameter in
      let (before, after) = (parameter.write(old), parameter.write(self))
      if before == after { return nil }
      return Change(
        name: parameter.name, old: before, new: after, needsRestart: parameter.needsRestart)
    }
  }
}
