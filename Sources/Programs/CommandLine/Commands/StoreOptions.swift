// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datastore
import HostSystem
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
  ///   - makesFile: whether a datastore in a file is made where there is none.
  ///   - intent: such as `Importing into`: what is told people of the datastore before.
  func withStore(
    _ context: CommandContext, checkingVersion: Bool = true, ensuringBuiltIns: Bool = false,
    makesFile: Bool = false, intent: String? = nil,
    _ body: (any Datastore) async throws -> Void
  ) async throws {
    if let config {
      do {
        _ = try SmallFile.read(config, limit: InputFile.limit)
      } catch {
        throw CommandFailure("Error reading config file: \(config.onOneLine)")
      }
    }
    var environment = context.environment
    if let name = global.context { environment["K8S_CURRENT_CONTEXT"] = name }
    tell(context, environment, intent)
    let store: any Datastore
    do {
      store = try await context.openStore(config, environment, makesFile)
    } catch {
      throw CommandFailure("Failed to create Calico API client: \(error)")
    }
    do {
      try await prepare(store, checkingVersion && !global.allowVersionMismatch, ensuringBuiltIns)
      try await body(store)
    } catch {
      await store.close()
      throw error
    }
    await store.close()
  }

  /// Tells which datastore it is, where people may take it for another.
  private func tell(_ context: CommandContext, _ environment: [String: String], _ intent: String?) {
    guard config != nil || intent != nil,
      let store = context.describeStore(config, environment)
    else { return }
    // The option --context is no variable that anybody forgot.
    let forgotten = store.overriding.filter { global.context == nil || $0 != "K8S_CURRENT_CONTEXT" }
    if let config, !forgotten.isEmpty {
      let names = forgotten.joined(separator: ", ")
      context.error(
        "warning: \(names) of the environment goes before \(config.onOneLine): this works on the "
          + "\(store.name.onOneLine)\n")
    }
    if let intent { context.error("\(intent) the \(store.name.onOneLine)\n") }
  }

  /// Does what a command wants before it begins, with one look at the cluster.
  private func prepare(
    _ store: any Datastore, _ isCheckingVersion: Bool, _ isEnsuringBuiltIns: Bool
  ) async throws {
    guard isCheckingVersion || isEnsuringBuiltIns else { return }
    let cluster: ClusterInformation?
    do throws(DatastoreError) {
      cluster = try await store.find(ClusterInformation.self, "default")
    } catch {
      // It does not say a version, nor whether anything may be written. All else can be shown.
      guard case .unreadable = error else { throw error }
      return
    }
    if isCheckingVersion { try checkVersion(of: cluster) }
    if isEnsuringBuiltIns { await BuiltInObjects.ensure(store, in: cluster) }
  }

  private func checkVersion(of information: ClusterInformation?) throws {
    guard let cluster = information?.spec.calicoVersion, !cluster.isEmpty,
      cluster != BuildVersion.version
    else { return }
    throw CommandFailure(
      "version mismatch.\nClient Version:   \(BuildVersion.version)\n"
        + "Cluster Version:  \(cluster.onOneLine)\nUse --allow-version-mismatch to override")
  }
}
