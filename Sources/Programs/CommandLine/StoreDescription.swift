// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Settings
import StoreAccess
import ValueTree

/// What people should know of a datastore before a command works on it.
public struct StoreDescription: Sendable {
  /// Which it is and where, such as `etcd datastore http://127.0.0.1:2379`.
  let name: String
  /// The variables of the environment because of which it is not the one that a file says.
  let overriding: [String]

  /// Nil when the configuration cannot be understood, which whoever opens the store says.
  init?(file: String?, environment: [String: String]) {
    guard let used = try? DatastoreConfiguration.read(file: file, environment: environment) else {
      return nil
    }
    name = used.place
    guard let file, let bytes = try? SmallFile.read(file, limit: InputFile.limit),
      let config = try? CalicoAPIConfig.read(bytes, file: file)
    else {
      overriding = []
      return
    }
    overriding = Self.overriding(config.spec, environment)
  }

  private static let variables = [
    "DATASTORE_TYPE", "DATASTORE_PATH", "ETCD_ENDPOINTS", "ETCD_DISCOVERY_SRV", "KUBECONFIG",
    "K8S_API_ENDPOINT", "K8S_CURRENT_CONTEXT",
  ].flatMap { ["CALICO_\($0)", $0] }

  private static func overriding(
    _ spec: CalicoAPIConfigSpec, _ environment: [String: String]
  ) -> [String] {
    let others = environment.filter { !variables.contains($0.key) }
    func place(_ environment: [String: String]) -> String? {
      var spec = spec
      guard (try? spec.override(from: environment)) != nil else { return nil }
      return try? DatastoreConfiguration(spec, environment: environment).place
    }
    let said = place(others)
    if place(environment) == said { return [] }
    let given = variables.filter { !(environment[$0] ?? "").isEmpty }
    let guilty = given.filter { name in
      place(others.merging([name: environment[name] ?? ""]) { $1 }) != said
    }
    return guilty.isEmpty ? given : guilty
  }
}

extension DatastoreConfiguration {
  /// Refuses a local datastore that is not there. What only reads must not make one: it would be an
  /// empty one beside that of the node.
  func requireFile() throws {
    guard type == .local, access(path, F_OK) != 0, errno == ENOENT || errno == ENOTDIR else {
      return
    }
    throw CommandFailure(
      "there is no local datastore \(path.onOneLine): CALICO_DATASTORE_PATH (datastorePath) must name "
        + "the one that calico-node uses on this host; calico-node makes it, and so do create, apply "
        + "and datastore migrate import")
  }
}
