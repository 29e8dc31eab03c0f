// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
public import Datastore
import KubernetesClient
import KubernetesDatastore
import Settings

/// Where one of the pods behind a service can be reached.
public struct ServiceAddress: Sendable, Hashable, CustomStringConvertible {
  public var host: String
  public var port: UInt16
  /// The node that it runs on, if that is known.
  public var node: String?

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  public init(host: String, port: UInt16, node: String? = nil) {
    self.host = host
    self.port = port
    self.node = node
  }
}

/// Finds the pods behind a service of the Kubernetes cluster, whatever the datastore is.
public struct ServiceFinder: Sendable {
  private let cluster: KubernetesDatastore
  private let namespace: String
  private let service: String
  private let port: String

  /// Nothing is sent yet.
  ///
  /// - Parameters:
  ///   - environment: where to look for a Kubernetes API that nobody has named.
  ///   - port: the name of the service's port.
  ///
  /// Errors: nothing says how to reach the API.
  public init(
    _ configuration: DatastoreConfiguration, environment: [String: String], namespace: String,
    service: String, port: String
  ) throws(DatastoreError) {
    let access: ClusterAccess
    do throws(KubernetesError) {
      access = try configuration.clusterAccess(environment)
    } catch {
      throw .failed("\(error)")
    }
    cluster = try KubernetesDatastore(
      access, options: configuration.kubernetesOptions(environment))
    self.namespace = namespace
    self.service = service
    self.port = port
  }

  /// Those that take connections now, each once, in any order.
  public func addresses() async throws(DatastoreError) -> [ServiceAddress] {
    let slices = try await cluster.serviceEndpoints(namespace: namespace, service: service)
    var found: Set<ServiceAddress> = []
    for slice in try await slices.list().items {
      let named = slice.ports.first { $0.transport == .tcp && $0.name == port }
      guard let number = named?.number else { continue }
      for endpoint in slice.endpoints where endpoint.isReady {
        guard let address = endpoint.addresses.first else { continue }
        found.insert(
          ServiceAddress(host: "\(address)", port: number, node: endpoint.node))
      }
    }
    return Array(found)
  }
}
