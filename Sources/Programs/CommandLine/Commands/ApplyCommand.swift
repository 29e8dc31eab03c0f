// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `calicoctl apply`
struct ApplyCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Create resources, or replace those that exist.",
    discussion: """
      A resource that is not valid is refused alone; if a file cannot be read, or holds something \
      that is no resource, nothing is written. A resource that says its \
      resourceVersion must have that one in the datastore.

        calicoctl apply -f policy.yaml
        calicoctl apply -f policies/ -R
      """)

  @OptionGroup var manifests: ManifestOptions
  @OptionGroup var place: NamespaceOption
  @OptionGroup var options: StoreOptions

  func checkIsComplete() throws(ValidationError) { try manifests.requireFile() }

  func run(in context: CommandContext) async throws {
    let items = try manifests.read(.writing, place.namespace, context)
    try await BatchRun(.apply, items, context).run(options) {
      try await $0.apply(items[$1])
    }
  }
}
