// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `calicoctl datastore migrate import`
struct MigrateImportCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Fill an empty datastore with what was exported from another.",
    discussion: """
      The datastore must be empty, or locked and hold nothing but what is in the file. It is \
      locked afterwards. An import that was ended goes on when it is started again.

      In Kubernetes, nodes, workload endpoints, profiles and Kubernetes' network policies are \
      Kubernetes' own. They are passed over, which is said; of a node, what Calico knows is noted \
      at the Kubernetes node of the same name, or of the name in its orchRefs.

        calicoctl datastore migrate import -f everything.yaml
      """)

  @Option(
    name: [ShortOption.filename.name, .long],
    help: ArgumentHelp(
      "The file that an export has written, or - for standard input.", valueName: "file"))
  var filename: String
  @OptionGroup var options: StoreOptions

  func run(in context: CommandContext) async throws {
    let bytes =
      filename == "-"
      ? try context.readStandardInput()
      : try InputFile.read(filename, limit: MigrationFile.limit)
    let resources = try MigrationFile.read(bytes, file: filename == "-" ? "<stdin>" : filename)
    try await options.withStore(context, makesFile: true, intent: "Importing into") { store in
      context.output("Importing \(resources.count) resource(s)...\n")
      let outcome = try await MigrationImport(store: store, tell: context.output).run(resources)
      context.output(
        "Successfully imported \(outcome.written) resource(s)"
          + (outcome.present > 0 ? "; \(outcome.present) were there already" : "")
          + "\nThe datastore is locked. Once Calico's programs are to use it: calicoctl datastore "
          + "migrate unlock\n")
    }
  }
}
