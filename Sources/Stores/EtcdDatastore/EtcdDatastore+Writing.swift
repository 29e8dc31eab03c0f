// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
import FoundationEssentials
public import Resources
import SwiftProtobuf

extension EtcdDatastore {
  public func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try await one(.create(resource))
  }

  public func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try await one(.update(resource))
  }

  @discardableResult
  public func delete(
    _ key: ResourceKey, revision: String?
  ) async throws(DatastoreError) -> any Resource {
    try await one(.delete(key, revision: revision))
  }

  private func one(_ operation: WriteOperation) async throws(DatastoreError) -> any Resource {
    guard let result = try await commit([operation]).first else {
      throw .failed("the write gave no result")
    }
    return result
  }

  /// Several operations are one transaction of etcd, which takes 128 unless it is started with a
  /// larger --max-txn-ops.
  @discardableResult
  public func commit(
    _ operations: [WriteOperation]
  ) async throws(DatastoreError) -> [any Resource] {
    if operations.isEmpty { return [] }
    var writes: [PlannedWrite] = []
    for operation in operations { writes.append(try PlannedWrite(operation)) }
    // How often others may change what a write is based on, without being in its way.
    for attempt in 0..<8 {
      let plan = try await plan(writes, trusting: attempt == 0)
      if plan.transaction.compare.isEmpty { return plan.results(revision: 0, deleted: [:]) }
      if let results = try await apply(plan) { return results }
      for write in writes { recent.forget(write.key) }
      if let error = try await Self.firstFailure(writes, look(for: Set(writes.map(\.key)))) {
        throw error
      }
    }
    throw .unavailable(
      "\(writes.first.map { "\($0.key)" } ?? "it") changes too fast to be written")
  }

  /// Works out what to ask of etcd.
  ///
  /// - Parameter recent: whether what was read lately may be taken for what is stored; etcd will
  ///   compare.
  private func plan(
    _ writes: [PlannedWrite], trusting isTrusting: Bool
  ) async throws(DatastoreError) -> TransactionPlan {
    var known: [ResourceKey: StoredValue] = [:]
    var unknown: Set<ResourceKey> = []
    for write in writes where write.needsPresent && known[write.key] == nil {
      if isTrusting, let base = write.base,
        let value = recent.value(write.key, revision: base)
      {
        known[write.key] = value
      } else {
        unknown.insert(write.key)
      }
    }
    if !unknown.isEmpty {
      known.merge(try await look(for: unknown)) { _, found in found }
    }
    do throws(DatastoreError) {
      return try TransactionPlan(writes, known)
    } catch {
      // What one write finds wrong may not be the first thing that is wrong.
      let all = try await look(for: Set(writes.map(\.key)))
      throw Self.firstFailure(writes, all) ?? error
    }
  }

  /// What is wrong with the first write that cannot be applied to what is stored.
  private static func firstFailure(
    _ writes: [PlannedWrite], _ stored: [ResourceKey: StoredValue]
  ) -> DatastoreError? {
    /// A revision that no object has: that of one that was written by this commit.
    let fresh: Int64 = -2
    var present = stored.mapValues(\.revision)
    for write in writes {
      let revision = present[write.key]
      switch write.operation {
      case .create:
        if revision != nil { return .alreadyExists(write.key) }
        present[write.key] = fresh
      case .update, .delete:
        guard let revision else { return .doesNotExist(write.key) }
        if let base = write.base, base != revision { return .updateConflict(write.key) }
        if case .update = write.operation {
          present[write.key] = fresh
        } else {
          present[write.key] = nil
        }
      }
    }
    return nil
  }

  /// Applies a plan. Nil when something is not as the plan supposed.
  private func apply(_ plan: TransactionPlan) async throws(DatastoreError) -> [any Resource]? {
    var doubt: String?
    for _ in 0..<4 {
      do throws(CallFailure) {
        let request = plan.transaction
        let response = try await client.call(.unsent) { link, metadata, options in
          try await link.kv.txn(request, metadata: metadata, options: options)
        }
        if response.succeeded { return finish(plan, response) }
        guard let doubt else { return nil }
        return try await resolve(plan, doubt: doubt)
      } catch {
        switch error {
        case .unknownOutcome(let reason): doubt = reason
        case .refused(.unavailable(let reason)) where doubt != nil:
          throw Self.unknown(plan, reason)
        case .refused(let error): throw error
        default: throw error.error
        }
      }
    }
    throw Self.unknown(plan, doubt ?? "")
  }

  private func finish(
    _ plan: TransactionPlan, _ response: Etcdserverpb_TxnResponse
  ) -> [any Resource] {
    let revision = response.header.revision
    for (key, value) in plan.written(revision: revision) { recent.note(key, value) }
    for key in plan.removed { recent.forget(key) }
    var deleted: [String: StoredValue] = [:]
    for response in response.responses {
      for pair in response.responseDeleteRange.prevKvs {
        let value = StoredValue(pair)
        deleted[value.key] = value
      }
    }
    return plan.results(revision: revision, deleted: deleted)
  }

  /// A write whose answer was lost does not apply any more: because it was applied, or because of
  /// another writer? What was created can be told by its UID.
  private func resolve(
    _ plan: TransactionPlan, doubt: String
  ) async throws(CallFailure) -> [any Resource] {
    guard let mark = plan.mark else { throw .refused(Self.unknown(plan, doubt)) }
    let request = Etcdserverpb_RangeRequest.with { $0.key = Data(mark.key.utf8) }
    let response = try await client.call { link, metadata, options in
      try await link.kv.range(request, metadata: metadata, options: options)
    }
    guard let pair = response.kvs.first, Array(pair.value) == mark.bytes else {
      throw .refused(Self.unknown(plan, doubt))
    }
    for (key, value) in plan.written(revision: pair.modRevision) { recent.note(key, value) }
    return plan.results(revision: pair.modRevision, deleted: [:])
  }

  private static func unknown(_ plan: TransactionPlan, _ reason: String) -> DatastoreError {
    .unavailable(
      "it is not known whether etcd has applied the write of \(plan.subject): read it again "
        + "(\(reason))")
  }
}
