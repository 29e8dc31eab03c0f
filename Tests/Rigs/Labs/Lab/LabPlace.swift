// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A network namespace of a lab: where something runs.
public protocol LabPlace {
  /// What people call it.
  var name: String { get }
  /// The name of its network namespace for `ip netns`.
  var namespace: String { get }
}

/// One where programs of ours run.
public protocol ProgramPlace: LabPlace {
  var programs: LabPrograms { get }
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

extension ProgramPlace {
  /// Asks an HTTP server here.
  ///
  /// - Returns: the status and the body; nil when nobody answers.
  public func get(port: UInt16, path: String) throws(LabError) -> (status: Int, body: String)? {
    let result = try run([programs.path("lab-probe"), "get", "127.0.0.1", "\(port)", path])
    guard let end = result.output.firstIndex(of: "\n"), let status = Int(result.output[..<end])
    else { return nil }
    return (status, String(result.output[result.output.index(after: end)...]))
  }
}
