// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import NIOCore
import NIOEmbedded
import SyncModel
import Testing
import TyphaLink

@testable import Typha

/// An agent of a room, whose connection takes as much as it is told to.
final class EmbeddedAgent {
  /// Stands for the socket: so many bytes, then no more.
  final class Faucet: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    weak var channel: EmbeddedChannel?
    var room = Int.max
    /// How often what was flushed leaves at once, and makes room for so much more.
    var refills = (count: 0, bytes: 0)
    private(set) var depth = 0
    private(set) var deepest = 0

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      room = max(0, room - Self.unwrapOutboundIn(data).readableBytes)
      context.write(data, promise: promise)
      if room == 0, let channel, channel.isWritable {
        tell(channel, isWritable: false)
      }
    }

    func flush(context: ChannelHandlerContext) {
      context.flush()
      guard room == 0, refills.count > 0, let channel else { return }
      refills.count -= 1
      room = refills.bytes
      tell(channel, isWritable: true)
    }

    /// At once, as a channel does it.
    private func tell(_ channel: EmbeddedChannel, isWritable: Bool) {
      channel.isWritable = isWritable
      depth += 1
      deepest = max(deepest, depth)
      channel.pipeline.fireChannelWritabilityChanged()
      depth -= 1
    }
  }

  let channel: EmbeddedChannel
  let faucet = Faucet()
  private(set) weak var handler: AgentHandler?
  private(set) var ear = Ear()

  init(_ rig: RoomRig) throws {
    channel = EmbeddedChannel(handlers: [], loop: rig.loop)
    faucet.channel = channel
    let handler = AgentHandler(rig.room, peer: nil)
    self.handler = handler
    try channel.pipeline.syncOperations.addHandlers([
      faucet, ByteToMessageHandler(MessageDecoder(limit: TyphaMessage.agentLimit)), handler,
    ])
    channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
  }

  func say(_ message: TyphaMessage) throws { try say(bytes: message.bytes) }

  func say(bytes: [UInt8]) throws {
    _ = try channel.writeInbound(ByteBuffer(bytes: bytes))
    try listen()
  }

  func greet(
    _ interest: Interest = .everything, node: String = "n1", versions: [Int64] = [1],
    compressions: [String] = ["none", "zlib"]
  ) throws {
    try say(
      .hello(
        AgentGreeting(
          node: node, software: "test", interest: interest, versions: versions,
          compressions: compressions)))
  }

  /// Takes what was sent.
  func listen() throws {
    while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
      try ear.hear(Array(buffer.readableBytesView))
    }
  }

  /// Says back all pings that were heard.
  func answerPings() throws {
    try listen()
    for ping in ear.pings.dropFirst(answered) { try say(.pong(number: ping.number)) }
    answered = ear.pings.count
  }
  private var answered = 0

  /// Takes so many more bytes, and then none.
  func open(_ bytes: Int = .max) throws {
    faucet.room = bytes
    channel.isWritable = bytes > 0
    channel.pipeline.fireChannelWritabilityChanged()
    try listen()
  }

  func shut() {
    faucet.room = 0
    channel.isWritable = false
    channel.pipeline.fireChannelWritabilityChanged()
  }

  var isOpen: Bool { channel.isActive }

  func hangUp() throws { _ = try channel.finish(acceptAlreadyClosed: true) }
}
