// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources
import ValueTree

/// Writes resources as people ask for it: with the rules that need a look at the datastore.
struct ResourceWriter {
  let store: any Datastore
  let ipam: IPAMClient

  /// Attempts at a write that others may come in between.
  static let attempts = 10

  init(_ store: any Datastore) {
    self.store = store
    ipam = IPAMClient(store: store)
  }

  /// Creates a resource. Returns false when it exists and that is no error.
  func create(_ item: ManifestItem, skipExisting: Bool) async throws -> Bool {
    try Self.checkWritable(item.key, "create or apply")
    if skipExisting, try await find(item.key) != nil { return false }
    do {
      try await store(new: item)
    } catch DatastoreError.alreadyExists where skipExisting {
      return false
    }
    return true
  }

  /// Creates a resource or replaces the one that there is.
  func apply(_ item: ManifestItem) async throws -> Bool {
    try Self.checkWritable(item.key, "create or apply")
    var last: any Error = DatastoreError.updateConflict(item.key)
    for _ in 0..<Self.attempts {
      do {
        if let old = try await find(item.key) {
          try await update(item, over: old)
        } else {
          // A resource from elsewhere brings the revision that it had there.
          var new = item
          new.resource.metadata.resourceVersion = nil
          try await store(new: new)
        }
        return true
      } catch let error as DatastoreError where error.isConflict {
        last = error
      }
    }
    throw last
  }

  /// Replaces a resource that exists.
  func replace(_ item: ManifestItem) async throws -> Bool {
    try Self.checkWritable(item.key, "apply or replace")
    for _ in 0..<Self.attempts {
      let old = try await store.get(item.key)
      do {
        try await update(item, over: old)
        return true
      } catch DatastoreError.updateConflict {}
    }
    throw DatastoreError.updateConflict(item.key)
  }

  private func store(new item: ManifestItem) async throws {
    var new = item.resource
    try await check(item, over: nil)
    new.applyDefaults()
    Self.labelTier(&new)
    if new is Node { try await BuiltInObjects.ensureIdentity(store) }
    do {
      _ = try await store.create(new)
    } catch {
      throw item.located(error)
    }
  }

  /// Errors: `updateConflict` when another writer was faster and the resource may have any
  /// revision; a `CommandFailure` when it must have the one that it says.
  private func update(_ item: ManifestItem, over old: any Resource) async throws {
    try Self.checkRevision(item.revision, of: old)
    try await check(item, over: old)
    var new = try Self.keepingStatus(item.resource, of: old)
    if let pool = new as? IPPool, let old = old as? IPPool {
      new = Self.keepingBlockSize(pool, of: old)
    }
    new.applyDefaults()
    Self.labelTier(&new)
    new.metadata.uid = old.metadata.uid
    new.metadata.creationTimestamp = old.metadata.creationTimestamp
    new.metadata.generation = old.metadata.generation
    new.metadata.resourceVersion = old.metadata.resourceVersion
    do {
      _ = try await store.update(new)
    } catch {
      if case .updateConflict = error, item.revision != nil {
        try Self.checkRevision(item.revision, of: try await store.get(item.key))
      }
      throw item.located(error)
    }
  }

  /// A policy says its tier in a label too, by which others select policies.
  static func labelTier(_ resource: inout any Resource) {
    guard let policy = resource as? any PolicyResource else { return }
    resource.metadata.labels["projectcalico.org/tier"] = policy.tier
  }

  func find(_ key: ResourceKey) async throws(DatastoreError) -> (any Resource)? {
    do {
      return try await store.get(key)
    } catch .doesNotExist {
      return nil
    }
  }

  /// What a program reported stays when a person writes the rest anew.
  private static func keepingStatus(
    _ new: any Resource, of old: any Resource
  ) throws -> any Resource {
    var value = new.encode()
    guard value["status"] == nil, let status = old.encode()["status"] else { return new }
    value["status"] = status
    return try ResourceDocument.decodeStored(value, kind: new.key.kind).resource
  }

  static func checkRevision(_ given: String?, of stored: any Resource) throws {
    let latest = stored.metadata.resourceVersion ?? ""
    guard let given, given != latest else { return }
    throw CommandFailure(
      "\(DatastoreError.updateConflict(stored.key)): "
        + "resource version \(given.quoted) is out of date (latest: \(latest)). "
        + "Update the resource YAML/JSON in order to make changes")
  }
}
