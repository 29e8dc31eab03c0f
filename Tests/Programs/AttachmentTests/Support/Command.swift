// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
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
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, inputFile, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, outputFile, O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errorFile, O_WRONLY | O_CREAT, 0o600)
    var child = pid_t()
    var list: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in list + variables { free(text) } }
    let code = posix_spawnp(&child, words[0], &actions, nil, &list, &variables)
    guard code == 0 else { throw Failure(description: "\(words[0]): errno \(code)") }
    if let killedAfter {
      usleep(killedAfter)
      // Nobody has waited for it yet, so the number is still its own.
      kill(child, SIGKILL)
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    return Outcome(
      status: signal == 0 ? status >> 8 & 0xff : 128 + signal, output: folder.read("out"),
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
