// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import NIOCore
import NIOHTTP2
import NIOPosix

/// A connection to one server, with etcd's services on it. Once it has failed it is retired and
/// another one is made, which reads the certificates anew.
final class EtcdLink: Sendable {
  typealias Transport = HTTP2ClientTransport.Posix

  /// Bytes of a message, at most: a page of objects, each of up to 1.5 MiB.
  static let messageLimit = 64 << 20

  let endpoint: EtcdEndpoint
  let kv: Etcdserverpb_KV.Client<Transport>
  let watch: Etcdserverpb_Watch.Client<Transport>
  let lease: Etcdserverpb_Lease.Client<Transport>
  let auth: Etcdserverpb_Auth.Client<Transport>
  private let client: GRPCClient<Transport>
  /// What keeps it up. It is done, also when it is cancelled, once the sockets are closed.
  let running: Task<Void, Never>
  private let troubles = ConnectionTroubles()

  /// Errors: `failed` when the certificates are not right.
  init(
    _ endpoint: EtcdEndpoint, security: TransportSecurity, on loop: any EventLoopGroup,
    timing: EtcdDatastore.Timing
  ) throws(DatastoreError) {
    self.endpoint = endpoint
    let transportSecurity = try security.security(for: endpoint)
    let troubles = troubles
    let config = Transport.Config.defaults { config in
      config.channelDebuggingCallbacks.onCreateTCPConnection = { channel in
        Self.addGuard(to: channel, troubles)
      }
      // A broken connection is found by the link's user, who makes another link.
      config.backoff = .init(
        initial: timing.longestBackoff, max: timing.longestBackoff, multiplier: 1, jitter: 0.2)
      config.connection.keepalive = .init(
        time: .seconds(10), timeout: .seconds(5), allowWithoutCalls: false)
      config.connection.flushCoalescing = nil
    }
    do {
      client = GRPCClient(
        transport: try Transport(
          target: Self.target(endpoint), transportSecurity: transportSecurity, config: config,
          eventLoopGroup: loop),
        interceptors: [MarkingInterceptor()])
    } catch {
      throw .failed(
        "the certificate and the key for etcd do not work: \(ConnectionTroubles.text(of: error))")
    }
    kv = .init(wrapping: client)
    watch = .init(wrapping: client)
    lease = .init(wrapping: client)
    auth = .init(wrapping: client)
    running = Task { [client] in try? await client.runConnections() }
  }

  /// The same as `kv.range`, with the answer left as it came.
  func page(
    _ request: Etcdserverpb_RangeRequest, metadata: Metadata, options: CallOptions
  ) async throws -> RangePage {
    try await client.unary(
      request: ClientRequest(message: request, metadata: metadata),
      descriptor: Etcdserverpb_KV.Method.Range.descriptor,
      serializer: ProtobufSerializer<Etcdserverpb_RangeRequest>(),
      deserializer: RangePageDeserializer(), options: options
    ) { try $0.message }
  }

  /// Takes no new calls; those under way go on as far as they can.
  func retire() { client.beginGracefulShutdown() }

  deinit { running.cancel() }

  /// Why a call did not reach the server, in words.
  func explain(_ error: any Error) -> String {
    troubles.text ?? ConnectionTroubles.text(of: error)
  }

  private static func target(_ endpoint: EtcdEndpoint) -> any ResolvableTarget {
    switch IPAddress(endpoint.host)?.family {
    case .v4: .ipv4(address: endpoint.host, port: endpoint.port)
    case .v6: .ipv6(address: endpoint.host, port: endpoint.port)
    case nil: .dns(host: endpoint.host, port: endpoint.port)
    }
  }

  private static func addGuard(
    to channel: any Channel, _ troubles: ConnectionTroubles
  ) -> EventLoopFuture<Void> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      let http2 = try pipeline.handler(type: NIOHTTP2Handler.self)
      try pipeline.addHandler(ConnectionGuard(troubles), position: .before(http2))
    }
  }
}
