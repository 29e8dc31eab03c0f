// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
import GRPCCore
import SwiftProtobuf

/// A promise to come back: what was stored with it is gone when it was not renewed in time.
public struct EtcdLease: Sendable {
  private let client: EtcdClient
  let id: Int64
  /// For how long etcd keeps it without a renewal; it may give more than was asked for.
  public let lifetime: Duration

  init(_ client: EtcdClient, id: Int64, lifetime: Duration) {
    self.client = client
    self.id = id
    self.lifetime = lifetime
  }

  /// Makes it last its whole lifetime from now on.
  ///
  /// Errors: `doesNotExist` is not among them: `failed` when the lease has ended already, and with
  /// it what was stored.
  public func renew() async throws(DatastoreError) {
    let request = Etcdserverpb_LeaseKeepAliveRequest.with { $0.id = id }
    let left: Int64
    do throws(CallFailure) {
      left = try await client.call { link, metadata, options in
        try await link.lease.leaseKeepAlive(metadata: metadata, options: options) { writer in
          try await writer.write(request)
        } onResponse: { response in
          for try await message in response.messages { return message.ttl }
          throw RPCError(code: .unavailable, message: "the server did not answer")
        }
      }
    } catch {
      throw error.error
    }
    guard left > 0 else { throw .failed("the lease has ended: store again with a new one") }
  }

  /// Ends it, and what was stored with it.
  public func revoke() async throws(DatastoreError) {
    let request = Etcdserverpb_LeaseRevokeRequest.with { $0.id = id }
    do throws(CallFailure) {
      _ = try await client.call { link, metadata, options in
        do {
          _ = try await link.lease.leaseRevoke(request, metadata: metadata, options: options)
        } catch let error as RPCError where error.code == .notFound {
          // It has ended already.
        }
        return true
      }
    } catch {
      throw error.error
    }
  }
}
