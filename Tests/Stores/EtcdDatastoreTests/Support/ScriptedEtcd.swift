// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import SwiftProtobuf

@testable import EtcdDatastore

/// A server that answers as a test says, for what a real etcd does only once in a long while. What
/// the test says nothing of is refused for good.
final class ScriptedEtcd: Sendable {
  /// The calls that a datastore makes.
  struct Script: Sendable {
    var range: @Sendable (Etcdserverpb_RangeRequest) async throws -> Etcdserverpb_RangeResponse =
      { _ in throw RPCError(code: .permissionDenied, message: "no range in the script") }
    var transaction: @Sendable (Etcdserverpb_TxnRequest) async throws -> Etcdserverpb_TxnResponse =
      { _ in throw RPCError(code: .permissionDenied, message: "no transaction in the script") }
    /// All that a watch says; the stream ends with it.
    var watch: @Sendable (RPCWriter<Etcdserverpb_WatchResponse>) async throws -> Void =
      { _ in throw RPCError(code: .permissionDenied, message: "no watch in the script") }
  }

  private struct Service: RegistrableRPCService {
    var script: Script

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
      let script = script
      router.registerHandler(
        forMethod: Etcdserverpb_KV.Method.Range.descriptor,
        deserializer: ProtobufDeserializer<Etcdserverpb_RangeRequest>(),
        serializer: ProtobufSerializer<Etcdserverpb_RangeResponse>()
      ) { request, _ in
        let message = try await ServerRequest(stream: request).message
        return StreamingServerResponse(
          single: ServerResponse(message: try await script.range(message)))
      }
      router.registerHandler(
        forMethod: Etcdserverpb_KV.Method.Txn.descriptor,
        deserializer: ProtobufDeserializer<Etcdserverpb_TxnRequest>(),
        serializer: ProtobufSerializer<Etcdserverpb_TxnResponse>()
      ) { request, _ in
        let message = try await ServerRequest(stream: request).message
        return StreamingServerResponse(
          single: ServerResponse(message: try await script.transaction(message)))
      }
      router.registerHandler(
        forMethod: Etcdserverpb_Watch.Method.Watch.descriptor,
        deserializer: ProtobufDeserializer<Etcdserverpb_WatchRequest>(),
        serializer: ProtobufSerializer<Etcdserverpb_WatchResponse>()
      ) { _, _ in
        StreamingServerResponse { writer in
          try await script.watch(writer)
          return [:]
        }
      }
    }
  }

  private typealias Transport = HTTP2ServerTransport.Posix

  private let server: GRPCServer<Transport>
  private let serving: Task<Void, any Error>
  let port: Int

  init(_ script: Script) async throws {
    let transport = Transport(
      address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext)
    let server = GRPCServer(transport: transport, services: [Service(script: script)])
    self.server = server
    serving = Task { try await server.serve() }
    port = try await transport.listeningAddress.ipv4?.port ?? 0
  }

  /// A datastore that has this server, with short times.
  func open() async throws -> EtcdDatastore {
    var options = EtcdDatastore.Options(endpoints: ["http://127.0.0.1:\(port)"])
    options.timing.patience = .seconds(20)
    options.timing.requestLimit = .seconds(10)
    options.timing.firstBackoff = .milliseconds(10)
    return try await EtcdDatastore.open(options)
  }

  func stop() async {
    serving.cancel()
    _ = try? await serving.value
  }
}
