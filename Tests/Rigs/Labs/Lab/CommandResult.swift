// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How a program ended and what it wrote.
public struct CommandResult: Sendable {
  /// The words of the command line, for messages.
  public var command: String
  /// The exit status; 128 and the signal when one ended it.
  public var status: Int32
  public var output: String
  public var errors: String

  public var succeeded: Bool { status == 0 }

  /// The output, or an error that tells what was written.
  public func checked() throws(LabError) -> String {
    guard succeeded else {
      let text = (errors + output).split(separator: "\n").joined(separator: "; ")
      throw .commandFailed(command: command, status: status, output: text)
    }
    return output
  }
}
