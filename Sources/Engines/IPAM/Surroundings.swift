// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import Resources
import ValueTree

/// What an operation needs to know besides blocks and handles, read once.
struct Surroundings {
  let settings: IPAMConfigurationSpec
  let pools: Pools
  /// What is never assigned automatically.
  let reserved: CIDRSet
}

extension Session {
  /// - Parameter automatic: whether addresses will be chosen; only then reservations matter.
  mutating func surroundings(automatic: Bool = false) async throws(IPAMError) -> Surroundings {
    Surroundings(
      settings: try await settings(), pools: try await pools(),
      reserved: automatic ? try await reservations() : reserved)
  }

  /// The addresses of all reservations in the store, and the client's own. A CIDR that cannot be
  /// read reserves nothing, and keeps none beside it from being reserved.
  mutating func reservations() async throws(IPAMError) -> CIDRSet {
    let stored = try await list(IPReservation.self).flatMap { reservation in
      let unread = reservation.spec.unknown.first { $0.key == "reservedCIDRs" }
      return reservation.spec.reservedCIDRs + (unread?.value.array ?? []).compactMap(\.string)
    }
    return reserved.union(CIDRSet(stored.compactMap { CIDR($0) }))
  }

  mutating func settings() async throws(IPAMError) -> IPAMConfigurationSpec {
    let name = Kind.ipamConfiguration.singletonName ?? "default"
    return try await find(IPAMConfiguration.self, name)?.spec ?? IPAMConfigurationSpec()
  }

  mutating func pools() async throws(IPAMError) -> Pools {
    Pools(try await list(IPPool.self))
  }

  /// The host's labels. A host that no pool asks about need not have a node.
  mutating func labels(of host: String, for pools: Pools) async throws(IPAMError) -> NodeLabels {
    if pools.all.allSatisfy({ NodeLabels.isOpen($0.spec.nodeSelector) }) {
      return NodeLabels(labels: [:])
    }
    guard let node = try await find(Node.self, host) else {
      throw .datastore(.doesNotExist(ResourceKey(kind: .node, name: host)))
    }
    return NodeLabels(labels: node.metadata.labels)
  }
}
