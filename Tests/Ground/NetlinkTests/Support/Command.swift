// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Runs a program and gives back how it ended and what it wrote.
enum Command {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  struct Outcome {
    var status: Int32
    var output: String
  }

  /// Standard output and error together.
  static func outcome(_ arguments: [String]) throws -> Outcome {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Failure(description: "pipe: errno \(errno)") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    posix_spawn_file_actions_addclose(&actions, ends[1])
    var child = pid_t()
    var list: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for text in list { free(text) } }
    let code = posix_spawnp(&child, arguments[0], &actions, nil, &list, environ)
    close(ends[1])
    defer { close(ends[0]) }
    guard code == 0 else { throw Failure(description: "\(arguments[0]): errno \(code)") }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = read(ends[0], &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    return Outcome(status: status, output: String(decoding: bytes, as: UTF8.self))
  }

  @discardableResult
  static func run(_ arguments: String...) throws -> String { try run(arguments) }

  @discardableResult
  static func run(_ arguments: [String]) throws -> String {
    let outcome = try outcome(arguments)
    guard outcome.status == 0 else {
      throw Failure(
        description: "\(arguments.joined(separator: " ")): \(outcome.status): \(outcome.output)")
    }
    return outcome.output
  }

  static func isThere(_ program: String) -> Bool {
    ["/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/"].contains { access($0 + program, X_OK) == 0 }
  }
}
