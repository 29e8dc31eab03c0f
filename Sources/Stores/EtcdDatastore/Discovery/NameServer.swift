// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import NIOCore
import NIOPosix

/// A DNS server, asked over UDP.
struct NameServer: Sendable, Hashable, CustomStringConvertible {
  private static let patience = TimeAmount.seconds(2)

  enum Answer: Sendable {
    case records([ServiceRecord])
    case failed(String)
  }

  let address: String
  let port: Int

  /// Nil when the text is no `address` or `address:port` (IPv6 with a port in brackets).
  init?(_ text: String) {
    if IPAddress(text) != nil {
      (address, port) = (text, 53)
      return
    }
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard IPAddress(String(host)) != nil else { return nil }
    (address, self.port) = (String(host), Int(port))
  }

  var description: String { address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)" }

  /// Asks once, and waits two seconds at most.
  func answer(to query: ServiceQuery) async -> Answer {
    let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    defer { loop.shutdownGracefully { _ in } }
    do {
      let server = try SocketAddress(ipAddress: address, port: port)
      let records = loop.any().makePromise(of: [ServiceRecord].self)
      let channel = try await DatagramBootstrap(group: loop)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(Listener(query, records))
          }
        }
        .connect(to: server).get()
      let timer = channel.eventLoop.scheduleTask(in: Self.patience) {
        records.fail(ChannelError.connectTimeout(Self.patience))
      }
      defer { timer.cancel() }
      let question = ByteBuffer(bytes: query.bytes)
      channel.writeAndFlush(AddressedEnvelope(remoteAddress: server, data: question), promise: nil)
      let result = try await records.futureResult.get()
      channel.close(promise: nil)
      return .records(result)
    } catch {
      return .failed(ConnectionTroubles.text(of: error))
    }
  }

  private final class Listener: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let query: ServiceQuery
    private let records: EventLoopPromise<[ServiceRecord]>

    init(_ query: ServiceQuery, _ records: EventLoopPromise<[ServiceRecord]>) {
      self.query = query
      self.records = records
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      // What is no answer to the question may be from somebody else: the right one may yet come.
      if let found = query.records(of: Array(buffer: unwrapInboundIn(data).data)) {
        records.succeed(found)
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { records.fail(error) }
  }
}
