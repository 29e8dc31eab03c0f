// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `calicoctl apply`
struct ApplyCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Create resources, or replace those that exist.",
    discussion: """
      Nothing is written unless all resources of all files are valid. A resource that says its \
      resourceVersion must have that one in the datastore.

        calicoctl apply -f policy.yaml
        calicoctl apply -f policies/ -R
      """)

  @OptionGroup var manifests: ManifestOptions
  @OptionGroup var place: NamespaceOption
  @OptionGroup var options: StoreOptions

  func validate() throws { try manifests.requireFile() }

  func run(in context: CommandContext) async throws {
    let items = try manifests.read(place.namespace, context)
    try await options.withStore(context, ensuringBuiltIns: true) { store in
      let writer = ResourceWriter(store)
      try await BatchRun(.apply, items.map(\.key), context).each { index in
        try await writer.apply(items[index])
      }
    }
  }
}
