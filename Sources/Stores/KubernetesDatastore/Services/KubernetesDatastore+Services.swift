// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
import KubernetesClient
import KubernetesModel

// Services and what is behind them, which only a cluster has: no kind of `Resources` stands for
// them. Whoever reads them needs the rights to list and watch `services`, or `endpointslices` of
// the group `discovery.k8s.io`: agents and Typhas may list the latter in their own namespace.

extension KubernetesDatastore {
  /// The services of a namespace, or (nil) of all.
  public func services(namespace: String? = nil) -> ClusterCollection<ClusterService> {
    let calls = CoreCalls<KubeService>(client: client, resource: .services)
    return ClusterCollection(
      client: client, resource: .services, selection: .init(namespace: namespace)
    ) { object throws(KubernetesError) in ClusterService(try calls.decode(object)) }
  }

  /// The endpoints behind the services of a namespace, or (nil) of all, or behind one of them.
  ///
  /// They are read in the version of the API that the server has: `v1`, or `v1beta1` before
  /// Kubernetes 1.21. An upgraded server keeps both for a while, in which either will do.
  public func serviceEndpoints(
    namespace: String? = nil, service: String? = nil
  ) async throws(DatastoreError) -> ClusterCollection<ServiceEndpoints> {
    let newer = APIResource.endpointSlices(version: "v1")
    let isNewer: Bool
    do throws(KubernetesError) {
      isNewer = try await client.serves(group: newer.group, version: newer.version)
    } catch {
      throw DatastoreError(error, listing: newer)
    }
    let resource = isNewer ? newer : .endpointSlices(version: "v1beta1")
    let calls = CoreCalls<KubeEndpointSlice>(client: client, resource: resource)
    let labels = service.map { "\(ServiceEndpoints.serviceLabel)=\($0)" } ?? ""
    return ClusterCollection(
      client: client, resource: resource, selection: .init(namespace: namespace, labels: labels)
    ) { object throws(KubernetesError) in ServiceEndpoints(try calls.decode(object)) }
  }
}
