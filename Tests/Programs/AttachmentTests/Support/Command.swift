// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import TestSupport

/// Runs a program and gives back how it ended and what it wrote.
struct Command: Sendable {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  struct Outcome {
    /// The exit status; 128 and the signal when it was killed.
    var status: Int32
    var output: String
    var error: String
  }

  var words: [String]
  var environment: [String: String] = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
  var input = ""
  /// Microseconds after which it is killed, if it still runs then.
  var killedAfter: useconds_t?

  func outcome() throws -> Outcome {
    let folder = TemporaryFolder()
    let inputFile = folder.path + "/in"
    let errorFile = folder.path + "/err"
    let outputFile = folder.path + "/out"
    try folder.write(input, to: "in")
    var program = ChildProgram(words, environment: environment)
    program.input = .path(inputFile, O_RDONLY)
    program.output = .path(outputFile, O_WRONLY | O_CREAT)
    program.errors = .path(errorFile, O_WRONLY | O_CREAT)
    let child = try program.start()
    if let killedAfter {
      usleep(killedAfter)
      // Nobody has waited for it yet, so the number is still its own.
      kill(child, SIGKILL)
    }
    return Outcome(
      status: ChildProgram.wait(for: child).status, output: folder.read("out"),
      error: folder.read("err"))
  }

  @discardableResult
  static func run(_ words: String...) throws -> String { try run(words) }

  @discardableResult
  static func run(_ words: [String]) throws -> String {
    let outcome = try Command(words: words).outcome()
    guard outcome.status == 0 else {
      throw Failure(
        description: "\(words.joined(separator: " ")): \(outcome.status): "
          + outcome.output + outcome.error)
    }
    return outcome.output
  }

  static func isThere(_ program: String) -> Bool {
    ["/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/"].contains { access($0 + program, X_OK) == 0 }
  }
}
