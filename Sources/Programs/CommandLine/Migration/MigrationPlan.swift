// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// What of an export is written into a store, and under which names.
struct MigrationPlan {
  /// By kind and key.
  private(set) var resources: [Kind: [ResourceKey: any Resource]] = [:]
  /// Whether the store's nodes are there already, and only take what Calico knows of them.
  let adoptsNodes: Bool
  /// What people should know of it, lines with their ends.
  private(set) var remarks: [String] = []

  /// Errors: the resources cannot be in one store.
  init(_ all: [any Resource], for store: any Datastore) throws {
    adoptsNodes = store.isForeign(ResourceKey(kind: .node, name: "any"))
    var skipped: [Kind: [ResourceKey]] = [:]
    let renaming = adoptsNodes ? try NodeRenaming(all) : nil
    for original in all {
      let resource = renaming?.renamed(original) ?? original
      let key = resource.key
      if key.kind != .node, store.isForeign(key) {
        skipped[key.kind, default: []].append(key)
        continue
      }
      if resources[key.kind, default: [:]].updateValue(resource, forKey: key) != nil {
        throw CommandFailure(
          "nothing was imported: \(original.key) would be a second \(key) by the names that nodes "
            + "have in Kubernetes; delete one of them, and export again")
      }
    }
    if let lock = resources[.clusterInformation]?.values.first as? ClusterInformation {
      var locked = lock
      locked.spec.datastoreReady = false
      resources[.clusterInformation] = [lock.key: locked]
    }
    remarks = renaming?.lines ?? []
    for kind in Migration.order {
      guard let keys = skipped[kind] else { continue }
      remarks.append(
        "Skipped \(keys.count) '\(kind.rawValue)' resource(s), which this datastore makes of "
          + "Kubernetes' own objects: \(Migration.named(keys.sorted()))\n")
    }
  }
}
