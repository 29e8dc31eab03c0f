// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRPCCore
import StoreRig
import SwiftProtobuf
import Testing

@testable import EtcdDatastore

@Suite("One connection to etcd", .timeLimit(.minutes(2))) struct ConnectionTests {
  /// etcd sends a PING with nearly every answer, and the HTTP/2 library ends connections with more
  /// than 200 in half a minute.
  @Test("takes 500 calls beside an open watch", arguments: [false, true])
  func calls(_ isSecure: Bool) async throws {
    let rig = try await EtcdRig(tls: isSecure)
    var options = rig.options()
    options.timing.patience = .zero
    let client = try rig.client(options)
    let (link, metadata) = try await client.connection()
    let watching = Task {
      try await link.watch.watch(metadata: metadata) { writer in
        let create = Etcdserverpb_WatchCreateRequest.with {
          $0.key = Data("k".utf8)
          $0.rangeEnd = Data("l".utf8)
          $0.startRevision = 1
        }
        try await writer.write(.with { $0.createRequest = create })
        try await Task.sleep(for: .seconds(3600))
      } onResponse: { response in
        var seen = 0
        for try await message in response.messages {
          seen += message.events.count
          if seen >= 250 { break }
        }
        return seen
      }
    }
    for index in 0..<250 {
      let put = Etcdserverpb_PutRequest.with {
        $0.key = Data("k\(index)".utf8)
        $0.value = Data("v".utf8)
      }
      let write = Etcdserverpb_TxnRequest.with { $0.success = [.with { $0.requestPut = put }] }
      let written = try await link.kv.txn(write, metadata: metadata)
      #expect(written.succeeded)
      let read = Etcdserverpb_RangeRequest.with { $0.key = put.key }
      #expect(try await link.kv.range(read, metadata: metadata).kvs.count == 1)
    }
    #expect(try await watching.value == 250)
    // It is still the first connection: the client never made another.
    #expect(try await client.connection().link === link)
    await client.close()
  }
}
