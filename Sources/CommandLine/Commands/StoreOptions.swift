// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datastore
import Resources
import Settings
import ValueTree

/// What commands understand that work on the datastore.
struct StoreOptions: ParsableArguments {
  @OptionGroup var global: GlobalOptions

  @Option(
    name: [ShortOption.config.name, .long],
    help: "The file that says how to reach the datastore. (default: /etc/calico/calicoctl.cfg)")
  var config: String?

  /// Opens the datastore, does something with it and gives it back.
  ///
  /// - Parameters:
  ///   - checkingVersion: whether a cluster of another version is refused.
  ///   - ensuringBuiltIns: whether what every datastore has is stored first where it is missing.
  func withStore(
    _ context: CommandContext, checkingVersion: Bool = true, ensuringBuiltIns: Bool = false,
    _ body: (any Datastore) async throws -> Void
  ) async throws {
    if let config {
      do {
        _ = try InputFile.read(config)
      } catch {
        throw CommandFailure("Error reading config file: \(config.onOneLine)")
      }
    }
    var environment = context.environment
    if let name = global.context { environment["K8S_CURRENT_CONTEXT"] = name }
    let store: any Datastore
    do {
      store = try await context.openStore(config, environment)
    } catch {
      throw CommandFailure("Failed to create Calico API client: \(error)")
    }
    do {
      if checkingVersion { try await checkVersion(store) }
      if ensuringBuiltIns { await BuiltInObjects.ensure(store) }
      try await body(store)
    } catch {
      await store.close()
      throw error
    }
    await store.close()
  }

  private func checkVersion(_ store: any Datastore) async throws {
    guard !global.allowVersionMismatch,
      let cluster = try await store.find(ClusterInformation.self, "default")?.spec.calicoVersion,
      !cluster.isEmpty, cluster != BuildVersion.version
    else { return }
    throw CommandFailure(
      "version mismatch.\nClient Version:   \(BuildVersion.version)\n"
        + "Cluster Version:  \(cluster)\nUse --allow-version-mismatch to override")
  }
}
