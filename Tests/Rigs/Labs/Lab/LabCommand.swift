// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Runs programs.
enum LabCommand {
  static func run(_ words: [String], input: String = "", within seconds: Int = 60)
    throws(LabError) -> CommandResult
  {
    try Interruption.check()
    return try RunningCommand(words, input: input).finish(within: seconds)
  }

  @discardableResult
  static func checked(_ words: [String], input: String = "") throws(LabError) -> String {
    try run(words, input: input).checked()
  }
}
