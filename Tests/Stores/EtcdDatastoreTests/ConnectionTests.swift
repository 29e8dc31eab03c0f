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

  /// A connection that failed goes on by itself until it is told not to. What it does once the
  /// client's threads are gone, NIO takes for a bug: in a debug build it ends the process.
  @Test("tries nothing any more once the client is closed") func closing() async throws {
    // Lets everybody in and has nothing to say.
    let proxy = try TCPProxy(to: 1)
    defer { proxy.close() }
    let endpoint = try #require(
      EtcdEndpoint("http://127.0.0.1:\(proxy.port)", secureByDefault: false))
    for round in 0..<60 {
      var options = EtcdDatastore.Options(endpoints: ["\(endpoint)"])
      options.timing.patience = .milliseconds(round % 10)
      options.timing.requestLimit = .milliseconds(1 + round % 4)
      options.timing.firstBackoff = .milliseconds(1)
      options.timing.longestBackoff = .milliseconds(2)
      var client: EtcdClient? = EtcdClient(
        options, endpoints: [endpoint], security: TransportSecurity(options))
      await #expect(throws: CallFailure.self) {
        try await client?.call { link, metadata, options in
          try await link.kv.range(
            .with { $0.key = Data("k".utf8) }, metadata: metadata, options: options)
        }
      }
      // Every other one is only let go.
      if round.isMultiple(of: 2) { await client?.close() }
      client = nil
    }
    try await Task.sleep(for: .milliseconds(200))
  }
}
