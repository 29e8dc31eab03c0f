// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
import FoundationEssentials
import SwiftProtobuf

extension EtcdDatastore {
  /// Takes a lease.
  ///
  /// - Parameter lifetime: to whole seconds, at least one; etcd may give more.
  public func lease(_ lifetime: Duration) async throws(DatastoreError) -> EtcdLease {
    let seconds = max(1, lifetime.components.seconds)
    let request = Etcdserverpb_LeaseGrantRequest.with { $0.ttl = seconds }
    let response = try await refusing { () throws(CallFailure) in
      try await self.client.call { link, metadata, options in
        try await link.lease.leaseGrant(request, metadata: metadata, options: options)
      }
    }
    guard response.error.isEmpty else {
      throw .failed("etcd gives no lease: \(response.error)")
    }
    return EtcdLease(client, id: response.id, lifetime: .seconds(response.ttl))
  }

  /// Stores a report, replacing the one before.
  ///
  /// - Parameters:
  ///   - json: the report.
  ///   - lease: what it ends with; nil is nothing.
  public func report(
    _ key: StatusKey, _ json: [UInt8], lease: EtcdLease? = nil
  ) async throws(DatastoreError) {
    let put = Etcdserverpb_PutRequest.with {
      $0.key = Data(key.path.utf8)
      $0.value = Data(json)
      $0.lease = lease?.id ?? 0
    }
    let request = Etcdserverpb_TxnRequest.with { $0.success = [.with { $0.requestPut = put }] }
    _ = try await refusing { () throws(CallFailure) in
      try await self.client.call { link, metadata, options in
        try await link.kv.txn(request, metadata: metadata, options: options)
      }
    }
  }

  /// Reads a report; nil when there is none (any more).
  public func report(_ key: StatusKey) async throws(DatastoreError) -> [UInt8]? {
    let request = Etcdserverpb_RangeRequest.with { $0.key = Data(key.path.utf8) }
    let response = try await refusing { () throws(CallFailure) in
      try await self.client.call { link, metadata, options in
        try await link.kv.range(request, metadata: metadata, options: options)
      }
    }
    return response.kvs.first.map { Array($0.value) }
  }

  /// Forgets all revisions before one: watches that would resume from before it end. Calico's
  /// controllers do this now and then.
  public func compact(before revision: String) async throws(DatastoreError) {
    guard let revision = Int64(revision) else {
      throw .failed("'\(revision)' is not a revision of this store")
    }
    let request = Etcdserverpb_CompactionRequest.with { $0.revision = revision }
    _ = try await refusing { () throws(CallFailure) in
      try await self.client.call { link, metadata, options in
        try await link.kv.compact(request, metadata: metadata, options: options)
      }
    }
  }
}
