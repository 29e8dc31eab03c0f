// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// One operation of a commit, checked as far as that needs no look at the store.
struct PlannedWrite: Sendable {
  var operation: WriteOperation
  var key: ResourceKey
  /// The revision that it is based on. -1 for one that is none of etcd's: no object has it.
  var base: Int64?

  init(_ operation: WriteOperation) throws(DatastoreError) {
    self.operation = operation
    switch operation {
    case .create(var resource):
      key = resource.key
      try EtcdDatastore.check(key)
      guard resource.metadata.resourceVersion == nil else {
        throw .validation([
          FieldProblem(
            "metadata", "resourceVersion", message: "must not be set when a resource is created",
            value: resource.metadata.resourceVersion)
        ])
      }
      if !IPAMForm.isUsed(for: key.kind) {
        resource.metadata.uid = Identity.makeUID()
        resource.metadata.creationTimestamp = Identity.makeTimestamp()
      }
      self.operation = .create(resource)
    case .update(let resource):
      key = resource.key
      try EtcdDatastore.check(key)
      guard let revision = resource.metadata.resourceVersion, !revision.isEmpty else {
        throw .validation([
          FieldProblem(
            "metadata", "resourceVersion", message: "must be set when a resource is updated")
        ])
      }
      base = Int64(revision) ?? -1
    case .delete(let key, let revision):
      self.key = key
      try EtcdDatastore.check(key)
      base = revision.map { Int64($0) ?? -1 }
    }
  }

  /// Whether what is stored now must be known to work out what to write: for an update its form,
  /// and otherwise its place, where there are several.
  var needsPresent: Bool {
    switch operation {
    case .create: false
    case .update: true
    case .delete: KeyLayout.candidates(key).count != 1
    }
  }
}
