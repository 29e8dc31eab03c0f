// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `calicoctl create`
struct CreateCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Create resources from files or standard input.",
    discussion: """
      A resource that is not valid, or exists already, is an error; all others are created. If a \
      file cannot be read, or holds something that is no resource, nothing is.

        calicoctl create -f policy.yaml
        cat policy.yaml | calicoctl create -f -
      """)

  @OptionGroup var manifests: ManifestOptions
  @OptionGroup var place: NamespaceOption
  @Flag(help: "Pass over resources that exist already.")
  var skipExists = false
  @OptionGroup var options: StoreOptions

  func checkIsComplete() throws(ValidationError) { try manifests.requireFile() }

  func run(in context: CommandContext) async throws {
    let items = try manifests.read(.writing, place.namespace, context)
    try await BatchRun(.create, items, context).run(options) {
      try await $0.create(items[$1], skipExisting: skipExists)
    }
  }
}
