// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// Fills a datastore with what was exported from another one.
///
/// Whatever is there already as the file says is left alone, so that an import that was ended at
/// any point goes on when it is started again.
struct MigrationImport {
  /// Writes that are on their way at once, where the store takes them one by one.
  private static let atOnce = 16
  /// Writes of one commit, fewer than the 128 that etcd takes.
  private static let batch = 100

  let store: any Datastore
  /// Told what people should know, in lines with their ends.
  let tell: @Sendable (String) -> Void

  /// What came of it.
  struct Outcome {
    var written = 0
    /// Resources that were there.
    var present = 0
  }

  /// Writes the resources. The store is locked after that.
  ///
  /// Errors: the store is not locked, or holds something else; nothing was written then.
  func run(_ resources: [any Resource]) async throws -> Outcome {
    let lock = MigrationLock(store)
    if let information = try await lock.information(), information.spec.datastoreReady != false {
      throw CommandFailure(
        "Datastore is not locked: programs that use it would meet half of what it is to hold. Run "
          + "the `calicoctl datastore migrate lock` command first, with the configuration of the "
          + "datastore to import into.")
    }
    let plan = try MigrationPlan(resources, for: store)
    let present = try await compare(plan)
    plan.remarks.forEach(tell)

    var outcome = Outcome()
    try await lock.set(locked: true)
    for kind in Migration.order {
      let missing = plan.resources[kind, default: [:]].values
        .filter { !present.contains($0.key) }.sorted { $0.key < $1.key }
      outcome.present += plan.resources[kind, default: [:]].count - missing.count
      switch kind {
      case .clusterInformation:
        for case let information as ClusterInformation in missing {
          try await lock.adopt(information)
          outcome.written += 1
        }
      case .node where plan.adoptsNodes:
        for case let node as Node in missing {
          if try await adopt(node) { outcome.written += 1 }
        }
      default:
        try await write(missing)
        outcome.written += missing.count
      }
    }
    return outcome
  }

  // MARK: - What is there

  /// The keys of what is there as it is to be.
  ///
  /// Errors: something is there that is not in the file, or otherwise.
  private func compare(_ plan: MigrationPlan) async throws -> Set<ResourceKey> {
    var present: Set<ResourceKey> = []
    var strangers: [ResourceKey] = []
    for kind in Migration.order {
      let list = try await store.list(ListQuery(kind))
      strangers += list.malformed.map(\.key)
      for resource in list.items where !store.isForeign(resource.key) {
        let wanted = plan.resources[kind]?[resource.key]
        if let wanted, Migration.content(wanted) == Migration.content(resource) {
          present.insert(resource.key)
        } else if !Self.isMadeByPrograms(resource.key) {
          strangers.append(resource.key)
        }
      }
    }
    guard strangers.isEmpty else {
      throw CommandFailure(
        "nothing was imported: the datastore is not empty. It holds \(strangers.count) object(s) "
          + "that are not in the file, or otherwise: \(Migration.named(strangers)). Import into an "
          + "empty datastore, or delete them.")
    }
    return present
  }

  /// What Calico's programs put into an empty store by themselves: it may be there, and is replaced.
  private static func isMadeByPrograms(_ key: ResourceKey) -> Bool {
    switch key.kind {
    case .clusterInformation: true
    case .tier: Tier.isBuiltIn(key.name)
    case .profile: key == Profile.ofEveryDatastore.key
    default: false
    }
  }

  // MARK: - Writing

  private func write(_ resources: [any Resource]) async throws {
    if !store.commitsAtomically { return try await writeSingly(resources) }
    for start in stride(from: 0, to: resources.count, by: Self.batch) {
      let part = Array(resources[start..<min(start + Self.batch, resources.count)])
      do {
        try await store.commit(part.map { .create($0) })
      } catch {
        // One of them is there, or they are too large together: each for itself.
        try await writeSingly(part)
      }
    }
  }

  private func writeSingly(_ resources: [any Resource]) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, resource) in resources.enumerated() {
        if index >= Self.atOnce { try await group.next() }
        group.addTask { try await self.write(resource) }
      }
      try await group.waitForAll()
    }
  }

  private func write(_ resource: any Resource) async throws {
    let key = resource.key
    for _ in 0..<ResourceWriter.attempts {
      do {
        _ = try await store.create(resource)
        return
      } catch DatastoreError.alreadyExists {}
      do {
        let stored = try await store.get(key)
        if Migration.content(stored) == Migration.content(resource) { return }
        guard Self.isMadeByPrograms(key) else {
          throw CommandFailure(
            "\(key) was written by somebody else during the import: end all programs that use the "
              + "datastore, delete it, and import again")
        }
        var wanted = resource
        wanted.metadata.resourceVersion = stored.metadata.resourceVersion
        wanted.metadata.uid = stored.metadata.uid
        wanted.metadata.creationTimestamp = stored.metadata.creationTimestamp
        _ = try await store.update(wanted)
        return
      } catch let error as DatastoreError where error.isConflict {}
    }
    throw DatastoreError.updateConflict(key)
  }

  /// Gives a node of Kubernetes what Calico's node of that name had. Returns false when it had
  /// nothing to be given, or there is no such node.
  private func adopt(_ node: Node) async throws -> Bool {
    for _ in 0..<ResourceWriter.attempts {
      guard let stored = try await store.find(Node.self, node.metadata.name) else {
        tell(
          "Skipped \(node.key): the cluster has no node of that name. Import again once its kubelet "
            + "has joined, or leave it away\n")
        return false
      }
      let result = try await update(stored, to: node)
      if let result { return result }
    }
    throw DatastoreError.updateConflict(node.key)
  }

  /// Returns whether something changed; nil when somebody else was faster.
  private func update(_ stored: Node, to node: Node) async throws -> Bool? {
    var wanted = node
    wanted.metadata = stored.metadata
    // What Kubernetes itself says of its node stands.
    wanted.metadata.labels = node.metadata.labels.merging(stored.metadata.labels) { $1 }
    wanted.metadata.annotations = node.metadata.annotations
    wanted.spec.orchRefs = stored.spec.orchRefs
    do {
      let updated = try await store.update(wanted)
      return updated.metadata.resourceVersion != stored.metadata.resourceVersion
    } catch {
      guard case .updateConflict = error else { throw error }
      return nil
    }
  }
}
