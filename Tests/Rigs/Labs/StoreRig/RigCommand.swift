// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// Runs a program to its end.
public enum RigCommand {
  /// How it ended and what it wrote.
  public struct Outcome: Sendable {
    /// The exit status; 128 and the signal when it was killed.
    public var status: Int32
    public var output: String
    public var errors: String
  }

  /// Runs a program and waits for its end, whatever that is.
  public static func outcome(
    _ words: [String],
    environment: [String: String] = [
      "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent",
    ],
    input: String? = nil
  ) throws(RigError) -> Outcome {
    let folder = try RigFolder("command")
    var source: Int32?
    if let input {
      source = open(try folder.write(input, to: "in"), O_RDONLY | O_CLOEXEC)
    }
    defer { if let source { close(source) } }
    let child = try ServerProcess.spawn(
      words, environment, input: source, log: folder.file("out"), append: false,
      errors: folder.file("err"))
    return Outcome(
      status: ChildProgram.wait(for: child).status,
      output: RigFolder.text(of: folder.file("out")),
      errors: RigFolder.text(of: folder.file("err")))
  }

  /// Runs a program that must succeed, and gives what it wrote.
  @discardableResult
  public static func run(
    _ words: [String],
    environment: [String: String] = [
      "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent",
    ],
    input: String? = nil
  ) throws(RigError) -> String {
    let outcome = try outcome(words, environment: environment, input: input)
    guard outcome.status == 0 else {
      throw RigError(
        "\(words.joined(separator: " ")) ended with \(outcome.status): "
          + outcome.output + outcome.errors)
    }
    return outcome.output
  }
}
