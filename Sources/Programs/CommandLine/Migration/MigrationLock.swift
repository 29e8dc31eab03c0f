// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// The mark in a datastore that keeps Calico's programs from using it: `datastoreReady` of the
/// ClusterInformation.
struct MigrationLock {
  /// Attempts at a write that others may come in between.
  private static let attempts = 20
  private static let name = "default"
  private static let key = ResourceKey(kind: .clusterInformation, name: name)

  let store: any Datastore

  init(_ store: any Datastore) {
    self.store = store
  }

  /// What the store says of itself; nil when it says nothing, as an empty one does.
  func information() async throws(DatastoreError) -> ClusterInformation? {
    try await store.find(ClusterInformation.self, Self.name)
  }

  /// Locks or unlocks the store, whatever it was before.
  func set(locked: Bool) async throws(DatastoreError) {
    try await change { $0.spec.datastoreReady = !locked }
  }

  /// Takes what another store says of itself, which the plan of an import has locked.
  func adopt(_ other: ClusterInformation) async throws(DatastoreError) {
    try await change { stored in
      let metadata = stored.metadata
      stored = other
      stored.metadata.resourceVersion = metadata.resourceVersion
      stored.metadata.uid = metadata.uid
      stored.metadata.creationTimestamp = metadata.creationTimestamp
      stored.metadata.generation = metadata.generation
    }
  }

  private func change(
    _ make: (inout ClusterInformation) -> Void
  ) async throws(DatastoreError) {
    for _ in 0..<Self.attempts {
      let stored = try await information()
      var wanted = stored ?? ClusterInformation(name: Self.name)
      make(&wanted)
      if wanted == stored { return }
      do throws(DatastoreError) {
        if stored == nil {
          _ = try await store.create(wanted)
        } else {
          _ = try await store.update(wanted)
        }
        return
      } catch  where error.isConflict {}
    }
    throw .updateConflict(Self.key)
  }
}
