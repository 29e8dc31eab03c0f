// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `calicoctl create`
struct CreateCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Create resources from files or standard input.",
    discussion: """
      Nothing is created unless all resources of all files are valid. One that exists already is \
      an error; all others are created.

        calicoctl create -f policy.yaml
        cat policy.yaml | calicoctl create -f -
      """)

  @OptionGroup var manifests: ManifestOptions
  @OptionGroup var place: NamespaceOption
  @Flag(help: "Pass over resources that exist already.")
  var skipExists = false
  @OptionGroup var options: StoreOptions

  func validate() throws { try manifests.requireFile() }

  func run(in context: CommandContext) async throws {
    let items = try manifests.read(place.namespace, context)
    try await options.withStore(context, ensuringBuiltIns: true) { store in
      let writer = ResourceWriter(store)
      try await BatchRun(.create, items.map(\.key), context).each { index in
        try await writer.create(items[index], skipExisting: skipExists)
      }
    }
  }
}
