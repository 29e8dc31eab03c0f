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
      for resource in all {
        do {
          _ = try await store.get(resource.key)
        } catch .doesNotExist {
          _ = try await store.create(resource)
        }
      }
    } catch {}
  }

  private static var all: [any Resource] {
    let tiers = [
      ("default", TierSpec.DefaultAction.deny), ("kube-admin", .pass), ("kube-baseline", .pass),
    ].map { name, action in
      var tier = Tier(name: name)
      tier.spec.defaultAction = action
      tier.applyDefaults()
      return tier
    }
    var profile = Profile(name: "projectcalico-default-allow")
    profile.spec.ingress = [Rule(.allow)]
    profile.spec.egress = [Rule(.allow)]
    return tiers + [profile]
  }

  /// Gives the cluster its identity, which its first node does. Of several at once one gives it.
  static func ensureIdentity(_ store: any Datastore) async throws(DatastoreError) {
    for _ in 0..<ResourceWriter.attempts {
      let stored = try await store.find(ClusterInformation.self, "default")
      if let stored, !stored.spec.clusterGUID.isEmpty { return }
      var wanted = stored ?? ClusterInformation(name: "default")
      let digits = String(UInt128.random(in: 0 ... .max), radix: 16)
      wanted.spec.clusterGUID = String(repeating: "0", count: 32 - digits.utf8.count) + digits
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
