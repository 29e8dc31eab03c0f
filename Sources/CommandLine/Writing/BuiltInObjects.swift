// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// What every datastore has, whether or not an agent ran already (facts §1.2, §1.9).
enum BuiltInObjects {
  /// Stores the built-in tiers and the profile that allows all where they are missing. What cannot
  /// be stored is left out: whoever may only read shall not fail for it. In a Kubernetes API they
  /// are the agents' to make, and nothing is written while the datastore is locked for a migration.
  static func ensure(_ store: any Datastore) async {
    guard store.commitsAtomically else { return }
    do {
      let information = try await store.find(ClusterInformation.self, "default")
      if information?.spec.datastoreReady == false { return }
      let all: [any Resource] = Tier.ofEveryDatastore + [Profile.ofEveryDatastore]
      for resource in all {
        do {
          _ = try await store.get(resource.key)
        } catch .doesNotExist {
          _ = try await store.create(resource)
        }
      }
    } catch {}
  }

  /// Gives the cluster its identity, which its first node does. Of several at once one gives it.
  static func ensureIdentity(_ store: any Datastore) async throws(DatastoreError) {
    for _ in 0..<ResourceWriter.attempts {
      let stored = try await store.find(ClusterInformation.self, "default")
      if let stored, !stored.spec.clusterGUID.isEmpty { return }
      var wanted = stored ?? ClusterInformation(name: "default")
      wanted.spec.clusterGUID = ClusterInformation.newGUID()
      if wanted.spec.datastoreReady == nil { wanted.spec.datastoreReady = true }
      if try await write(wanted, isNew: stored == nil, store) { return }
    }
    throw .updateConflict(ResourceKey(kind: .clusterInformation, name: "default"))
  }

  private static func write(
    _ wanted: ClusterInformation, isNew: Bool, _ store: any Datastore
  ) async throws(DatastoreError) -> Bool {
    do {
      _ = isNew ? try await store.create(wanted) : try await store.update(wanted)
      return true
    } catch {
      if error.isConflict { return false }
      throw error
    }
  }
}
