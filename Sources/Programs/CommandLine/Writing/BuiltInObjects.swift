// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// What every datastore has, whether or not an agent ran already (compatibility §1.2, §1.9).
enum BuiltInObjects {
  /// The kinds of which there are some.
  static let kinds: Set<Kind> = [.tier, .profile]

  /// Stores the built-in tiers and the profile that allows all where they are missing. What cannot
  /// be stored is left out: whoever may only read shall not fail for it. In a Kubernetes API they
  /// are the agents' to make, and nothing is written while the datastore is locked for a migration.
  ///
  /// - Parameter cluster: what is stored of the cluster. Where it has its identity, nothing is asked:
  ///   agents, which give it one, store these objects whenever they start, and so does this program
  ///   before it gives one.
  static func ensure(_ store: any Datastore, in cluster: ClusterInformation?) async {
    guard store.commitsAtomically, cluster?.spec.datastoreReady != false,
      cluster?.spec.clusterGUID.isEmpty ?? true
    else { return }
    do {
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
