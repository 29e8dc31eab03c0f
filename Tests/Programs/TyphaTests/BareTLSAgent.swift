// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport
import Testing
import TyphaLink

/// An agent that trusts Typha and shows no certificate.
enum BareTLSAgent {
  private final class Listener: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let reason = Box("")

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      reason.change { if $0.isEmpty { $0 = LinkTrouble.text(of: error) } }
      context.close(promise: nil)
    }
  }

  /// What it says, and what is in Typha's log.
  static func reason(
    _ authority: String, server: LinkSecurity
  ) async throws -> (agent: String, typha: String) {
    let typha = try await TyphaRig(security: server)
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.trustRoots = .file(authority)
    configuration.certificateVerification = .noHostnameVerification
    let context = try NIOSSLContext(configuration: configuration)
    let listener = Listener()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers([
            NIOSSLClientHandler(context: context, serverHostname: nil), listener,
          ])
        }
      }.connect(host: "127.0.0.1", port: Int(typha.port)).get()
    await eventually("it has ended") { !channel.isActive && typha.log.has("closing") }
    await typha.stop()
    return (listener.reason.value, typha.log.all.joined(separator: "\n"))
  }
}
