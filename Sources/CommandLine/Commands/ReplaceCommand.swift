// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `calicoctl replace`
struct ReplaceCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "replace",
    abstract: "Replace resources that exist.",
    discussion: """
      Nothing is written unless all resources of all files are valid. A resource that does not \
      exist is an error.

        calicoctl get ippool my.ippool -o yaml > pool.yaml
        calicoctl replace -f pool.yaml
      """)

  @OptionGroup var manifests: ManifestOptions
  @OptionGroup var place: NamespaceOption
  @OptionGroup var options: StoreOptions

  func validate() throws { try manifests.requireFile() }

  func run(in context: CommandContext) async throws {
    let items = try manifests.read(place.namespace, context)
    try await options.withStore(context, ensuringBuiltIns: true) { store in
      let writer = ResourceWriter(store)
      try await BatchRun(.replace, items.map(\.key), context).each { index in
        try await writer.replace(items[index])
      }
    }
  }
}
