// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// A command that works on a given world instead of the process's own.
protocol ContextCommand: ParsableCommand {
  /// Does what was asked. Errors are told on standard error; the exit code is 1 then.
  func run(in context: CommandContext) async throws

  /// Refuses what is missing, after the parser has refused what is unknown: it asks for what is
  /// missing first, and a mistyped option would be told as a missing one.
  func checkIsComplete() throws(ValidationError)
}

extension ContextCommand {
  func checkIsComplete() {}
}
