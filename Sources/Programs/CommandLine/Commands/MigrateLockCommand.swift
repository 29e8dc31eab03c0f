// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `calicoctl datastore migrate lock`
struct MigrateLockCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock",
    abstract: "Keep programs from using the datastore while it is moved.",
    discussion: """
      Sets datastoreReady of the ClusterInformation to false. Running pods keep their network; \
      none is attached or detached until it is unlocked. Locking twice does no harm.

        calicoctl datastore migrate lock
      """)

  @OptionGroup var options: StoreOptions

  func run(in context: CommandContext) async throws {
    try await options.withStore(context, intent: "Locking") { store in
      try await MigrationLock(store).set(locked: true)
      context.output("Datastore locked.\n")
    }
  }
}
