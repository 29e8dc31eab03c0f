// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ValueTree

/// A command line whose command there is not: one sentence says so. The parser would complain of the
/// words and options behind it.
struct UnknownCommand: CustomStringConvertible {
  /// The commands up to the word that is none, such as `calicoctl ipam`.
  private let parent: String
  private let word: String

  /// What Calico's calicoctl has besides, and what does the same here.
  private static let absent = [
    "calicoctl patch": change,
    "calicoctl label": change,
    "calicoctl validate": "create, apply and replace name all that is wrong with a file",
    "calicoctl convert": "files must be of projectcalico.org/v3",
    "calicoctl cluster": "the agents' logs and metrics tell of their nodes",
    "calicoctl ipam split": "make smaller pools, and disable the large one",
    "calicoctl ipam configure": "apply an IPAMConfiguration named default",
    "calicoctl node run": "the agent is the program calico-node",
    "calicoctl node diags": "the agent's log and metrics tell of the node",
    "calicoctl node checksystem": "the agent says at its start what it misses",
    "calicoctl datastore migrate-policy-names":
      "a policy is found by its name with the prefix of the tier default and without",
  ]

  private static let change = "change what get -o yaml shows, and replace it"

  /// Nil when the words name a command, or when the parser must say what is wrong.
  ///
  /// - Parameter arguments: with the short options taken apart.
  init?(_ arguments: [String]) {
    var command: any ParsableCommand.Type = CalicoctlCommand.self
    var path = "calicoctl"
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument.hasPrefix("-") {
        guard let takesValue = Self.options[String(argument.prefix { $0 != "=" })] else {
          return nil
        }
        if takesValue, !argument.contains("=") { rest = rest.dropFirst() }
        continue
      }
      let inside = command.configuration.subcommands
      if inside.isEmpty { return nil }
      // The words behind it are commands too.
      if argument == "help" { continue }
      guard let next = inside.first(where: { $0.configuration.commandName == argument }) else {
        parent = path
        word = argument
        return
      }
      command = next
      path += " \(argument)"
    }
    return nil
  }

  /// The options that may stand before the command, and whether they have a value.
  private static let options = [
    "-l": true, "--log-level": true, "--context": true, "--allow-version-mismatch": false,
    "-h": false, "--help": false,
  ]

  var description: String {
    let hint = Self.absent["\(parent) \(word)"].map { ", which this calicoctl has not: \($0)" }
    return "Error: unknown command \"\(word.onOneLine)\" for \"\(parent)\"\(hint ?? "")\n"
      + "  See '\(parent) --help' for more information.\n"
  }
}
