// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import Resources

/// A pod's endpoint and its namespace's profile in the datastore.
struct EndpointStore {
  let store: any Datastore
  let workload: Workload
  /// Lost races with other writers at most.
  private static let attempts = 20

  /// What there is before a call.
  struct Stored {
    var endpoint: WorkloadEndpoint?
    var profile: Profile?

    var addresses: [IPAddress] {
      endpoint?.spec.ipNetworks.compactMap { CIDR($0)?.first } ?? []
    }

    /// Whether the endpoint is that of the workload's container.
    func isOf(_ workload: Workload) -> Bool { endpoint?.spec.containerID == workload.containerID }
  }

  /// Refuses to work on a store that is locked for a migration.
  func requireReady() async throws(CNIError) {
    let cluster = try await reading { () async throws(DatastoreError) in
      try await store.find(ClusterInformation.self, "default")
    }
    guard cluster?.spec.datastoreReady != false else {
      throw CNIError(.tryAgainLater, "Calico is currently not ready to process requests")
    }
  }

  func find() async throws(CNIError) -> Stored {
    try await reading { () async throws(DatastoreError) in
      Stored(endpoint: try await findEndpoint(), profile: try await findProfile())
    }
  }

  private func findEndpoint() async throws(DatastoreError) -> WorkloadEndpoint? {
    try await store.find(
      WorkloadEndpoint.self, workload.endpointName, namespace: workload.namespace)
  }

  private func findProfile() async throws(DatastoreError) -> Profile? {
    try await store.find(Profile.self, workload.profileName)
  }

  /// Stores the endpoint, and the profile when the namespace has none, in one commit where the
  /// store can. What is stored already costs nothing.
  func put(_ draft: EndpointDraft, over stored: Stored) async throws(CNIError) {
    var stored = stored
    for _ in 0..<Self.attempts {
      var writes: [WriteOperation] = []
      // First, so that there is never an endpoint without its profile.
      if stored.profile == nil { writes.append(.create(draft.profile)) }
      let endpoint = draft.endpoint(over: stored.endpoint)
      if stored.endpoint == nil {
        writes.append(.create(endpoint))
      } else if stored.endpoint?.encode() != endpoint.encode() {
        writes.append(.update(endpoint))
      }
      do throws(DatastoreError) {
        if store.commitsAtomically {
          try await store.commit(writes)
        } else {
          for write in writes { try await store.commit([write]) }
        }
        return
      } catch {
        guard error.isConflict else { throw CNIError(error) }
        stored = try await find()
      }
    }
    throw CNIError(
      .tryAgainLater,
      "\(workload.key) was changed by others during each of \(Self.attempts) attempts")
  }

  /// Deletes the endpoint if it is (still) that of this container.
  func delete() async throws(CNIError) {
    try await retrying { () async throws(DatastoreError) in
      guard let endpoint = try await findEndpoint(),
        endpoint.spec.containerID == workload.containerID
      else { return }
      try await store.delete(workload.key, revision: endpoint.metadata.resourceVersion)
    }
  }

  /// Another endpoint of this node that has the interface, by its key.
  func other(on interface: String) async throws(CNIError) -> ResourceKey? {
    let prefix = WorkloadEndpointName.prefix(node: workload.node)
    let endpoints = try await reading { () async throws(DatastoreError) in
      try await store.all(WorkloadEndpoint.self, namePrefix: prefix)
    }
    return endpoints.first { endpoint in
      endpoint.spec.interfaceName == interface && endpoint.key != workload.key
        && (endpoint.spec.node.isEmpty || endpoint.spec.node == workload.node)
    }?.key
  }

  /// Takes back what `put` has stored, wholly or perhaps: what was there before is there again.
  func restore(_ stored: Stored) async throws(CNIError) {
    guard let former = stored.endpoint, !former.spec.containerID.isEmpty else {
      return try await delete()
    }
    try await retrying { () async throws(DatastoreError) in
      guard var current = try await findEndpoint(),
        current.spec.containerID == workload.containerID
      else { return }
      if former.spec.containerID == workload.containerID {
        // Of the same container, only what this call knows better is put back.
        current.spec.ipNetworks = former.spec.ipNetworks
        current.spec.mac = former.spec.mac
        current.spec.interfaceName = former.spec.interfaceName
      } else {
        let revision = current.metadata.resourceVersion
        current = former
        current.metadata.resourceVersion = revision
      }
      try await store.commit([.update(current)])
    }
  }

  private func retrying(
    _ body: () async throws(DatastoreError) -> Void
  ) async throws(CNIError) {
    for _ in 0..<Self.attempts {
      do throws(DatastoreError) {
        return try await body()
      } catch {
        guard error.isConflict else { throw CNIError(error) }
      }
    }
    throw CNIError(
      .tryAgainLater,
      "\(workload.key) was changed by others during each of \(Self.attempts) attempts")
  }

  private func reading<R>(
    _ body: () async throws(DatastoreError) -> R
  ) async throws(CNIError) -> R {
    do throws(DatastoreError) { return try await body() } catch { throw CNIError(error) }
  }
}
