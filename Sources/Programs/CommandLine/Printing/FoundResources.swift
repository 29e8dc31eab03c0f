// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import ValueTree

/// What a query found.
struct FoundResources {
  var items: [any Resource] = []
  /// The kind and the revision, when all of a kind was asked for.
  var list: (kind: Kind, revision: String?)?
  /// What was asked for by name and is not there, and what is there and cannot be read.
  var missing: [DatastoreError] = []

  /// Leaves out what only this datastore knows.
  mutating func removeStoreFields() {
    list?.revision = nil
    for index in items.indices {
      items[index].metadata.uid = nil
      items[index].metadata.resourceVersion = nil
      items[index].metadata.creationTimestamp = nil
      items[index].metadata.generation = nil
      items[index].metadata.namespace = nil
      items[index].metadata.unknown.removeAll { $0.key == "selfLink" }
    }
  }
}
