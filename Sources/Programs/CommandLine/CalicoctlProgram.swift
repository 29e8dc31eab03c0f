// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The program `calicoctl`.
public enum CalicoctlProgram {
  /// Runs one command line, without the program's name, and returns the exit code: 0 when it was
  /// done, 1 when not, 64 when the command line is not one of this program.
  public static func run(_ arguments: [String], in context: CommandContext) async -> Int32 {
    if let unknown = UnknownCommand(ShortOption.separated(arguments)) {
      context.error("\(unknown)")
      return CalicoctlCommand.exitCode(for: ValidationError("\(unknown)")).rawValue
    }
    let command: any ParsableCommand
    do {
      command = try parse(arguments)
    } catch {
      return tell(error, context)
    }
    guard let command = command as? any ContextCommand else {
      var command = command
      do { try command.run() } catch { return tell(error, context) }
      return 0
    }
    do {
      try command.checkIsComplete()
    } catch {
      context.error(
        "Error: \(error.message)\n  See '\(Self.name(of: command)) --help' for more information.\n")
      return CalicoctlCommand.exitCode(for: error).rawValue
    }
    do {
      try await command.run(in: context)
      return 0
    } catch {
      context.error("\(error)\n")
      return 1
    }
  }

  static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    try CalicoctlCommand.parseAsRoot(ShortOption.separated(arguments))
  }

  /// Such as `calicoctl get`; those that are incomplete are all directly below the root.
  private static func name(of command: any ContextCommand) -> String {
    "calicoctl \(type(of: command).configuration.commandName ?? "")"
  }

  /// What the parser has to say: help is no error.
  private static func tell(_ error: any Error, _ context: CommandContext) -> Int32 {
    let code = CalicoctlCommand.exitCode(for: error).rawValue
    let text = CalicoctlCommand.fullMessage(for: error, columns: context.columns)
    if !text.isEmpty { (code == 0 ? context.output : context.error)(text + "\n") }
    return code
  }
}
