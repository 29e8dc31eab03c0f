// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources

extension ResourceWriter {
  /// Deletes a resource and what belongs to it. Returns false when there is none and that is no
  /// error.
  ///
  /// - Parameter revision: if given, the resource must have this one.
  func delete(_ key: ResourceKey, revision: String?, skipMissing: Bool) async throws -> Bool {
    do {
      try Self.checkWritable(key, "delete")
    } catch {
      // Whose it was, what cannot be read is of use to nobody.
      guard try await isUnreadable(key) else { throw error }
    }
    for _ in 0..<Self.attempts {
      do {
        guard let stored = try await find(key) else {
          if skipMissing { return false }
          throw DatastoreError.doesNotExist(key)
        }
        try Self.checkRevision(revision, of: stored)
        try await delete(stored)
        return true
      } catch DatastoreError.updateConflict {
      } catch DatastoreError.unreadable {
        // Nobody can make it right but by writing it anew, and nothing but its name is needed to
        // take it away. What it was cannot be asked any more: a pool's blocks stay as they are.
        try await release(key)
        try await store.delete(key, revision: revision)
        return true
      }
    }
    throw DatastoreError.updateConflict(key)
  }

  private func isUnreadable(_ key: ResourceKey) async throws(DatastoreError) -> Bool {
    do {
      _ = try await find(key)
      return false
    } catch {
      guard case .unreadable = error else { throw error }
      return true
    }
  }

  private func delete(_ stored: any Resource) async throws {
    var revision = stored.metadata.resourceVersion
    switch stored {
    // What is not the store's to delete, it refuses: nothing may be taken from it before.
    case _ where store.isForeign(stored.key):
      break
    case let pool as IPPool:
      revision = try await empty(pool).metadata.resourceVersion
    case is Node:
      try await release(stored.key)
      // The node's programs may have written to it since.
      revision = nil
    default:
      try await release(stored.key)
    }
    try await store.delete(stored.key, revision: revision)
  }

  /// Gives up what belongs to a resource by its name.
  ///
  /// Errors: something else still needs it.
  private func release(_ key: ResourceKey) async throws {
    switch key.kind {
    case .tier:
      try await checkUnused(key)
    case .node where !store.isForeign(key):
      try await releaseNode(key.name)
    default:
      break
    }
  }

  /// Gives up all that a node had: its workloads with their addresses, what is configured for it
  /// alone, its tunnels' addresses and its blocks.
  ///
  /// Each step does nothing where it was done already, so that a deletion that was ended goes on when
  /// it is started again: the node itself is deleted last. What a Kubernetes API makes of its own
  /// objects goes with those.
  private func releaseNode(_ name: String) async throws {
    for endpoint in try await store.all(WorkloadEndpoint.self)
    where endpoint.spec.node == name && !store.isForeign(endpoint.key) {
      let addresses = Set(endpoint.spec.ipNetworks.compactMap { CIDR($0)?.first })
      _ = try await ipam.release(try await held(addresses, by: name))
      try await remove(endpoint.key)
    }
    for endpoint in try await store.all(HostEndpoint.self) where endpoint.spec.node == name {
      try await remove(endpoint.key)
    }
    for peer in try await store.all(BGPPeer.self) where peer.spec.node == name {
      try await remove(peer.key)
    }
    for kind in [Kind.felixConfiguration, .bgpConfiguration] {
      try await remove(ResourceKey(kind: kind, name: "node.\(name)"))
    }
    for tunnel in NodeHandle.kinds { try await ipam.release(handle: "\(tunnel)-\(name)") }
    try await ipam.releaseHostAffinities(name)
  }

  /// The addresses that IPAM gave to this node. One that was given to another since is left alone,
  /// also when that happens meanwhile.
  private func held(
    _ addresses: Set<IPAddress>, by node: String
  ) async throws -> [ReleaseRequest] {
    var requests: [ReleaseRequest] = []
    for address in addresses.sorted() {
      do {
        let found = try await ipam.attributes(of: address)
        if let host = found.host, host != node { continue }
        requests.append(
          ReleaseRequest(address, handle: found.handle, sequenceNumber: found.sequenceNumber))
      } catch {
        switch error {
        // Not an address of Calico's.
        case .notAssigned, .notInPool: continue
        default: throw error
        }
      }
    }
    return requests
  }

  private func remove(_ key: ResourceKey) async throws {
    do {
      try await store.delete(key, revision: nil)
    } catch .doesNotExist {
    }
  }

  /// Disables a pool and takes its blocks back. Returns it as it is stored then.
  private func empty(_ pool: IPPool) async throws -> IPPool {
    var disabled = pool
    if !pool.spec.disabled {
      disabled.spec.disabled = true
      disabled = try await store.updated(disabled)
    }
    guard let network = pool.spec.network else { return disabled }
    do {
      try await ipam.releasePoolAffinities(network)
    } catch {
      // A pool that IPAM cannot read never gave out a block.
      guard case .noSuchPool = error else { throw error }
    }
    return disabled
  }

  private func checkUnused(_ tier: ResourceKey) async throws {
    let name = tier.name
    func refusal(_ reason: String) -> DatastoreError {
      .notSupported(operation: "delete", key: tier, reason: reason)
    }
    if Tier.isBuiltIn(name) {
      throw refusal("The built-in tier \(name) cannot be deleted")
    }
    let policies = [ListQuery(.networkPolicy), ListQuery(.globalNetworkPolicy)]
    var inside: [ResourceKey] = []
    for query in policies {
      for case let policy as any PolicyResource in try await store.list(query).items
      where policy.tier == name {
        inside.append(policy.key)
      }
    }
    guard !inside.isEmpty else { return }
    let named = inside.prefix(3).map(\.description).joined(separator: ", ")
    throw refusal(
      "it has policies: \(named)" + (inside.count > 3 ? " and \(inside.count - 3) more" : ""))
  }
}
