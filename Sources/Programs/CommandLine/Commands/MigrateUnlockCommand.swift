// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `calicoctl datastore migrate unlock`
struct MigrateUnlockCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlock",
    abstract: "Let programs use the datastore again.",
    discussion: """
      Sets datastoreReady of the ClusterInformation to true: after an import, or to stay with the \
      datastore that was locked.

        calicoctl datastore migrate unlock
      """)

  @OptionGroup var options: StoreOptions

  func run(in context: CommandContext) async throws {
    try await options.withStore(context, intent: "Unlocking") { store in
      try await MigrationLock(store).set(locked: false)
      context.output("Datastore unlocked.\n")
    }
  }
}
