// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
import EtcdDatastore
import LocalDatastore
import Settings

extension DatastoreConfiguration: CustomStringConvertible {
  /// Which store, where, and why this one; for people.
  public var description: String { "\(place) (\(reason))" }

  /// Which store, and where; for people.
  public var place: String {
    switch type {
    case .local: "local datastore \(path)"
    case .etcdv3: "etcd datastore\(Self.etcdPlace(spec))"
    case .kubernetes: "Kubernetes datastore" + Self.kubernetesPlace(spec)
    }
  }

  private static func kubernetesPlace(_ spec: CalicoAPIConfigSpec) -> String {
    let server = [spec.k8sAPIEndpoint, spec.kubeconfig].lazy.compactMap { $0 }.first {
      !$0.isEmpty
    }
    let context = spec.k8sCurrentContext.flatMap { $0.isEmpty ? nil : ", context \($0)" }
    return (server.map { " \($0)" } ?? "") + (context ?? "")
  }

  /// Where etcd is, as people said it, after a space.
  private static func etcdPlace(_ spec: CalicoAPIConfigSpec) -> String {
    [spec.etcdEndpoints, spec.etcdDiscoverySrv].lazy.compactMap { $0 }.first { !$0.isEmpty }
      .map { " \($0)" } ?? ""
  }

  /// Opens the datastore.
  ///
  /// - Parameters:
  ///   - durability: what a commit to a local one survives; others know for themselves.
  ///   - makesFile: whether a local one is made where there is none.
  ///
  /// Errors: those of the store; `failed` for a configuration that cannot work.
  public func open(
    durability: Durability, makesFile: Bool = true
  ) async throws(DatastoreError) -> any Datastore {
    switch type {
    case .local:
      var options = LocalDatastore.Options(durability: durability)
      options.makesFile = makesFile
      return try await LocalDatastore.open(path: path, options: options)
    case .kubernetes:
      return try openKubernetes(ProcessEnvironment.current)
    case .etcdv3:
      return try await EtcdDatastore.open(etcdOptions())
    }
  }
}
