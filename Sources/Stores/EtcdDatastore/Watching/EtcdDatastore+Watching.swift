// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
import FoundationEssentials
import GRPCCore
import Resources
import SwiftProtobuf

extension EtcdDatastore {
  public func watch(
    _ query: ListQuery, from revision: String
  ) async throws(DatastoreError) -> AsyncThrowingStream<WatchEvent, any Error> {
    guard let start = Int64(revision), start >= 0 else {
      throw .watchTerminated("'\(revision)' is not a revision of this store")
    }
    let end = ContinuousClock.now + options.timing.patience
    var renewals = 0
    while true {
      let (link, metadata) = try await refusing { () throws(CallFailure) in
        try await self.client.connection()
      }
      let mailbox = WatchMailbox()
      let reader = WatchReader(
        query, after: start, to: mailbox, siblings: Siblings(client), options: options)
      let reading = Task { [client] in await reader.run(link, metadata, client) }
      let watch = try OpenWatch(mailbox, reading, in: watches)
      switch await reader.opening() {
      case .open(let present):
        try await check(start, against: present)
        return AsyncThrowingStream { try await watch.next() }
      case .failed(let verdict, let reason):
        if case .failure(let failure) = verdict { throw failure.error }
        if case .renewToken = verdict {
          await client.streamFailed(on: link, verdict, reason)
          renewals += 1
          guard options.user != nil, renewals < 2 else {
            throw .unauthorized(
              "etcd does not let \(options.user.map { "the user '\($0)'" } ?? "this client") watch "
                + "\(query.kind.rawValue) resources (\(reason))")
          }
          continue
        }
        guard ContinuousClock.now < end else {
          throw .unavailable("\(options.origin): \(link.endpoint): \(reason)")
        }
      }
    }
  }

  /// A store that was put back to an earlier state has not come to the revision that we know of:
  /// etcd would wait for it and keep back all that happens until then.
  private func check(_ start: Int64, against present: Int64) async throws(DatastoreError) {
    guard present < start else { return }
    // One member may lag behind; what all agree on does not.
    let request = Etcdserverpb_RangeRequest.with {
      $0.key = Data("/calico".utf8)
      $0.countOnly = true
    }
    let response = try await refusing { () throws(CallFailure) in
      try await self.client.call { link, metadata, options in
        try await link.kv.range(request, metadata: metadata, options: options)
      }
    }
    guard response.header.revision >= start else {
      throw .watchTerminated(
        "etcd is at revision \(response.header.revision), before \(start): it was put back to an "
          + "earlier state")
    }
  }

  /// Finds policies under their other name.
  struct Siblings: Sendable {
    private let client: EtcdClient

    init(_ client: EtcdClient) { self.client = client }

    /// The policy that is stored under a name now; nil also when that cannot be found out.
    func find(_ key: ResourceKey, _ name: String) async -> (any Resource)? {
      let folder = key.namespace.map { "\(KeyLayout.escaped($0))/" } ?? ""
      let path = "\(KeyLayout.prefix(of: key.kind))\(folder)\(KeyLayout.escaped(name))"
      let request = Etcdserverpb_RangeRequest.with { $0.key = Data(path.utf8) }
      let response = try? await client.call { link, metadata, options in
        try await link.kv.range(request, metadata: metadata, options: options)
      }
      guard let pair = response?.kvs.first,
        case .resource(let resource) = StoredValue(pair).meaning(key.kind)
      else { return nil }
      return resource
    }
  }
}
