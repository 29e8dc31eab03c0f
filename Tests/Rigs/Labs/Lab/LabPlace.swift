// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A network namespace of a lab: where something runs.
public protocol LabPlace {
  /// What people call it.
  var name: String { get }
  /// The name of its network namespace for `ip netns`.
  var namespace: String { get }
}

extension LabPlace {
  /// The words that run a command here.
  func here(_ words: [String]) -> [String] { ["ip", "netns", "exec", namespace] + words }

  /// Runs a program here to its end; see `CommandResult.checked`.
  public func run(_ words: [String], input: String = "") throws(LabError) -> CommandResult {
    try LabCommand.run(here(words), input: input)
  }

  /// Runs a program here that must succeed, and returns what it writes.
  @discardableResult
  public func checked(_ words: String...) throws(LabError) -> String {
    try run(words).checked()
  }
}
