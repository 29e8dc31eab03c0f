// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `calicoctl ipam`
struct IPAMCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ipam",
    abstract: "Look after the addresses that are given out.",
    subcommands: [IPAMCheckCommand.self, IPAMReleaseCommand.self, IPAMShowCommand.self])
}
