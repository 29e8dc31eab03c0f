// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import NIOCore
import NIOSSL
import NIOTLS

/// Says the first words of an agent, once the other side is known to be who it must be. Ends a
/// connection on which nothing is said any more.
final class Introduction: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let greeting: [UInt8]
  private let peer: PeerIdentity?

  /// - Parameter peer: Who the other side must be, where there is TLS.
  init(greeting: [UInt8], peer: PeerIdentity?) {
    self.greeting = greeting
    self.peer = peer
  }

  func channelActive(context: ChannelHandlerContext) {
    if peer == nil { introduce(context) }
    context.fireChannelActive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let peer, case TLSUserEvent.handshakeCompleted = event {
      let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
      if let problem = peer.problem(with: certificate) {
        refuse(context, problem)
      } else {
        introduce(context)
      }
    } else if event is IdleStateHandler.IdleStateEvent {
      refuse(context, "it has said nothing for too long")
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func introduce(_ context: ChannelHandlerContext) {
    context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: greeting)), promise: nil)
  }

  private func refuse(_ context: ChannelHandlerContext, _ reason: String) {
    context.fireErrorCaught(TyphaProtocolError(reason))
    context.close(promise: nil)
  }
}
