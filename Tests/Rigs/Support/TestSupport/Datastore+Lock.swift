// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
import Resources

extension Datastore {
  /// Locks or unlocks it, as `calicoctl datastore migrate lock` and `unlock` do.
  public func setLocked(_ isLocked: Bool) async throws {
    var wanted =
      try await find(ClusterInformation.self, DatastoreLock.name)
      ?? ClusterInformation(name: DatastoreLock.name)
    wanted.spec.datastoreReady = !isLocked
    if wanted.metadata.resourceVersion == nil {
      _ = try await create(wanted)
    } else {
      _ = try await update(wanted)
    }
  }
}
