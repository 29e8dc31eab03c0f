// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `calicoctl ipam check`
struct IPAMCheckCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compare the addresses that are given out with those that are in use.",
    discussion: """
      Changes nothing. An address that nobody uses is taken back by "calicoctl ipam release".

        calicoctl ipam check --show-problem-ips
      """)

  @Flag(name: .customLong("show-all-ips"), help: "Name all addresses.")
  var showAllIPs = false
  @Flag(name: .customLong("show-problem-ips"), help: "Name the addresses that have a problem.")
  var showProblemIPs = false
  @OptionGroup var options: StoreOptions

  func run(in context: CommandContext) async throws {
    try await options.withStore(context) { store in
      var check = IPAMCheck(listsAll: showAllIPs, listsProblems: showProblemIPs)
      do {
        try await check.run(store)
      } catch {
        context.output(check.text)
        throw error
      }
      context.output(check.text)
    }
  }
}
