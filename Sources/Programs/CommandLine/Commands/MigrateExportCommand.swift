// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `calicoctl datastore migrate export`
struct MigrateExportCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write everything that the datastore holds to standard output.",
    discussion: """
      The datastore must be locked. Resources of all kinds are written as YAML, the records of \
      addresses that are given out among them. Revisions, UIDs and times of creation are not: each \
      datastore gives its own.

        calicoctl datastore migrate lock
        calicoctl datastore migrate export > everything.yaml
      """)

  @OptionGroup var options: StoreOptions

  func run(in context: CommandContext) async throws {
    try await options.withStore(context, intent: "Exporting") { store in
      let resources = try await MigrationExport(store).resources()
      for resource in resources { context.output(MigrationFile.text(of: resource)) }
      // Standard output is the file.
      context.error("Successfully exported \(resources.count) resource(s)\n")
    }
  }
}
