// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datastore
import Resources
import Settings

/// `calicoctl version`
struct VersionCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "version",
    abstract: "Show the version of this program and of the cluster.",
    discussion: """
        calicoctl version
        calicoctl version --client
      """)

  @Flag(help: "Show this program's version only, without asking the datastore.")
  var client = false
  @OptionGroup var options: StoreOptions

  func run(in context: CommandContext) async throws {
    context.output(
      "Client Version:    \(BuildVersion.version)\nGit commit:        \(BuildVersion.commit)\n")
    if client { return }
    try await options.withStore(context, checkingVersion: false) { store in
      guard let cluster = try await store.find(ClusterInformation.self, "default") else {
        throw CommandFailure("Unable to detect installed Calico version")
      }
      func text(_ value: String) -> String { value.isEmpty ? "unknown" : value }
      context.output(
        "Cluster Version:   \(text(cluster.spec.calicoVersion))\n"
          + "Cluster Type:      \(text(cluster.spec.clusterType))\n")
    }
  }
}
