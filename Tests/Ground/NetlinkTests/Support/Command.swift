// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

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
    let outcome = try ChildProgram(arguments).run(
      withErrors: true, outputLimit: 64 << 20, milliseconds: 60_000)
    return Outcome(
      status: outcome.status, output: String(decoding: outcome.output, as: UTF8.self))
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
