// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `calicoctl replace`
struct ReplaceCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "replace",
    abstract: "Replace resources that exist.",
    discussion: """
      A resource that is not valid, or does not exist, is an error; all others are replaced. If a \
      file cannot be read, or holds something that is no resource, nothing is.

        calicoctl get ippool my.ippool -o yaml > pool.yaml
        calicoctl replace -f pool.yaml
      """)

  @OptionGroup var manifests: ManifestOptions
  @OptionGroup var place: NamespaceOption
  @OptionGroup var options: StoreOptions

  func checkIsComplete() throws(ValidationError) { try manifests.requireFile() }

  func run(in context: CommandContext) async throws {
    let items = try manifests.read(.writing, place.namespace, context)
    try await BatchRun(.replace, items, context).run(options) {
      try await $0.replace(items[$1])
    }
  }
}
