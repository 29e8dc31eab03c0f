// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `calicoctl datastore`
struct DatastoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "datastore",
    abstract: "Look after the datastore itself.",
    subcommands: [MigrateCommand.self])
}
