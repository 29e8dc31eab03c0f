// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server on a port of 127.0.0.1 that answers as a test says: for faults that a real one cannot be
/// made to have.
final class ScriptedServer: Sendable {
  struct Request: Sendable {
    var method: String
    var uri: String
    var authorization: String?
    var accept: String?

    var path: String { String(uri.prefix { $0 != "?" }) }

    /// A value of the query, as it stands.
    func query(_ name: String) -> String? {
      uri.split(separator: "?").dropFirst().first?.split(separator: "&")
        .first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }
  }

  struct Answer: Sendable {
    enum End: Sendable {
      /// As HTTP has it.
      case proper
      /// The connection is closed although more is promised.
      case cut
      /// The connection is closed without a word.
      case gone
      /// Nothing more comes, and the connection stays.
      case never
    }

    var status = 200
    var headers: [(String, String)] = [("Content-Type", "application/json")]
    /// Sent one by one.
    var parts: [[UInt8]] = []
    var end = End.proper

    static func json(_ text: String, status: Int = 200) -> Answer {
      Answer(status: status, parts: [Array(text.utf8)])
    }
  }

  private let channel: any Channel
  private let script: Script

  /// Counts requests and holds what the test answers.
  private final class Script: Sendable {
    let answer: @Sendable (Int, Request) -> Answer
    let requests = Mutex<[Request]>([])

    init(_ answer: @escaping @Sendable (Int, Request) -> Answer) { self.answer = answer }

    func next(_ request: Request) -> Answer {
      let count = requests.withLock { requests in
        requests.append(request)
        return requests.count
      }
      return answer(count, request)
    }
  }

  /// - Parameter answer: told the number of the request, from 1, and the request.
  init(_ answer: @escaping @Sendable (Int, Request) -> Answer) async throws {
    let script = Script(answer)
    self.script = script
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Handler(script))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
  var requests: [Request] { script.requests.withLock { $0 } }

  func close() async { try? await channel.close() }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let script: Script
    private var head: HTTPRequestHead?

    init(_ script: Script) { self.script = script }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): self.head = head
      case .body: break
      case .end:
        guard let head else { return }
        answer(
          Request(
            method: head.method.rawValue, uri: head.uri,
            authorization: head.headers.first(name: "Authorization"),
            accept: head.headers.first(name: "Accept")), context)
      }
    }

    private func answer(_ request: Request, _ context: ChannelHandlerContext) {
      let answer = script.next(request)
      if answer.end == .gone {
        context.close(promise: nil)
        return
      }
      var headers = HTTPHeaders(answer.headers)
      let isWhole = answer.end == .proper
      if isWhole {
        headers.add(name: "Content-Length", value: "\(answer.parts.reduce(0) { $0 + $1.count })")
      } else {
        headers.add(name: "Transfer-Encoding", value: "chunked")
      }
      let head = HTTPResponseHead(
        version: .http1_1, status: .init(statusCode: answer.status), headers: headers)
      context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
      for part in answer.parts {
        let body = IOData.byteBuffer(ByteBuffer(bytes: part))
        context.writeAndFlush(wrapOutboundOut(.body(body)), promise: nil)
      }
      switch answer.end {
      case .proper: context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      case .cut, .gone: context.close(promise: nil)
      case .never: break
      }
    }
  }
}
