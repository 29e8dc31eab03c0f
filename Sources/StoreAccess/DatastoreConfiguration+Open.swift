// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
import LocalDatastore
import Settings

extension DatastoreConfiguration: CustomStringConvertible {
  /// Which store, where, and why this one; for people.
  public var description: String {
    switch type {
    case .local: "local datastore \(path) (\(reason))"
    case .etcdv3:
      "etcd datastore \(spec.etcdEndpoints ?? spec.etcdDiscoverySrv ?? "") (\(reason))"
    case .kubernetes:
      "Kubernetes datastore \(spec.k8sAPIEndpoint ?? spec.kubeconfig ?? "") (\(reason))"
    }
  }

  /// Opens the datastore.
  ///
  /// - Parameter durability: what a commit to a local one survives; others know for themselves.
  ///
  /// Errors: those of the store; `failed` for a type that this build does not have.
  public func open(durability: Durability) async throws(DatastoreError) -> any Datastore {
    switch type {
    case .local:
      return try await LocalDatastore.open(path: path, durability: durability)
    case .kubernetes:
      return try openKubernetes(ProcessEnvironment.current)
    case .etcdv3:
      throw .failed(
        "this build has no \(type.rawValue) datastore (\(reason)); it has: "
          + "\(DatastoreType.names(DatastoreType.available)). For a datastore in a file set "
          + "DATASTORE_TYPE=local, and CALICO_DATASTORE_PATH unless it is \(Self.defaultPath)")
    }
  }
}
