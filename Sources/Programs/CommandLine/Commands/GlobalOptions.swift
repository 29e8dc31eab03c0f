// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ValueTree

/// What every command understands.
struct GlobalOptions: ParsableArguments {
  @Option(
    name: [ShortOption.logLevel.name, .long],
    help: "What to log: one of \(GlobalOptions.levels.joined(separator: ", ")).")
  var logLevel = "panic"

  @Option(help: "The context of the kubeconfig file to use.")
  var context: String?

  @Flag(help: "Work on a cluster of another version than this program's.")
  var allowVersionMismatch = false

  static let levels = ["panic", "fatal", "error", "warn", "info", "debug"]

  func validate() throws {
    guard Self.levels.contains(logLevel.lowercased()) else {
      throw ValidationError(
        "unknown log level: \(logLevel.onOneLine), expected one of: \(Self.levels.joined(separator: ", "))"
      )
    }
  }
}
