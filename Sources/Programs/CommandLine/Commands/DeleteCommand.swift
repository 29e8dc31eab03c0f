// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Resources

/// `calicoctl delete`
struct DeleteCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Delete resources by kind and name, or those that files name.",
    discussion: """
      Deleting a pool disables it and gives its blocks up first; deleting a node deletes \
      its workload and host endpoints, its BGP peers and its node.<name> configurations too, and \
      gives up the addresses of its workloads and tunnels, and its blocks.

        calicoctl delete node node-1
        calicoctl delete networkpolicy allow-tcp-6379 -n myproject
        calicoctl delete -f policy.yaml
      """)

  @Argument(help: "The kind of the resources.")
  var kind: String?
  @Argument(help: "Their names.")
  var name: [String] = []
  @OptionGroup var manifests: ManifestOptions
  @OptionGroup var place: NamespaceOption
  @Flag(
    name: [ShortOption.skipNotExists.name, .long], help: "Pass over resources that do not exist.")
  var skipNotExists = false
  @OptionGroup var options: StoreOptions

  func checkIsComplete() throws(ValidationError) { try manifests.requireFile(orKind: kind) }

  func run(in context: CommandContext) async throws {
    let targets: [BatchRun.Target]
    if let kind {
      let selection = try Selection(kind, namespace: place.namespace)
      guard !name.isEmpty else { throw CommandFailure("resource name may not be empty") }
      targets = try name.map { BatchRun.Target(key: try selection.key($0)) }
    } else {
      targets = try manifests.read(.naming, place.namespace, context).map(BatchRun.Target.init)
    }
    try await BatchRun(.delete, targets, context).run(options) { writer, index in
      let target = targets[index]
      return try await writer.delete(
        target.key, revision: target.revision, skipMissing: skipNotExists)
    }
  }
}
