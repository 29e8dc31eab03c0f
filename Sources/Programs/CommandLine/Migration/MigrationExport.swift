// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import ValueTree

/// Writes down everything that a datastore holds.
struct MigrationExport {
  let store: any Datastore

  init(_ store: any Datastore) {
    self.store = store
  }

  /// All resources, in the order in which they are to be written. They are the whole truth, because
  /// the store is locked.
  ///
  /// Errors: the store is not locked; something in it cannot be read, and would be lost.
  func resources() async throws -> [any Resource] {
    guard try await MigrationLock(store).information()?.spec.datastoreReady == false else {
      throw CommandFailure(
        "Datastore is not locked. Run the `calicoctl datastore migrate lock` command in order to "
          + "begin migration.")
    }
    var resources: [any Resource] = []
    var unreadable: [MalformedObject] = []
    for kind in Migration.order {
      let list = try await store.list(ListQuery(kind))
      unreadable += list.malformed
      for resource in list.items where !Self.isAboutToGo(resource) {
        do {
          // What no store would take would be found out too late.
          _ = try StoredObject.value(of: resource)
          resources.append(Migration.portable(resource))
        } catch {
          unreadable.append(MalformedObject(key: resource.key, reason: error.description))
        }
      }
    }
    guard unreadable.isEmpty else {
      let some = unreadable.prefix(10).map { "\n  \($0.key): \($0.reason)" }.joined()
      throw CommandFailure(
        "nothing was exported: \(unreadable.count) object(s) of the datastore cannot be read and "
          + "would be lost; repair or delete them first:" + some
          + (unreadable.count > 10 ? "\n  and \(unreadable.count - 10) more" : ""))
    }
    return resources
  }

  /// Whether it is a record of IPAM that is marked as deleted and only still there.
  private static func isAboutToGo(_ resource: any Resource) -> Bool {
    switch resource {
    case let block as IPAMBlock: block.spec.deleted
    case let affinity as BlockAffinity: affinity.spec.deleted
    case let handle as IPAMHandle: handle.spec.deleted
    default: false
    }
  }
}
