// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import NIOCore
import NIOPosix
import Resources
import StoreAccess
import SyncCoding
import SyncModel
import Synchronization

/// Says what it is told to, byte by byte, to whoever comes.
final class FakeTypha: Sendable {
  /// What one connection gets.
  struct Play: Sendable {
    var bytes: [UInt8]
    var closes = true
  }

  private final class Player: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    let play: Play
    init(_ play: Play) { self.play = play }

    func channelActive(context: ChannelHandlerContext) {
      let written = context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: play.bytes)))
      guard play.closes else { return }
      written.assumeIsolated().whenComplete { _ in context.close(mode: .output, promise: nil) }
    }
  }

  private let channel: any Channel
  private let plays: Box<[Play]>
  private let count: Box<Int>
  let port: UInt16

  /// - Parameter plays: one for each connection; after the last, connections are closed.
  init(_ plays: [Play]) async throws {
    let queue = Box(plays)
    let count = Box(0)
    self.plays = queue
    self.count = count
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: false)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          count.change { $0 += 1 }
          let play = queue.change { $0.isEmpty ? Play(bytes: []) : $0.removeFirst() }
          try channel.pipeline.syncOperations.addHandler(Player(play))
        }
      }.bind(host: "127.0.0.1", port: 0).get()
    port = UInt16(clamping: channel.localAddress?.port ?? 0)
  }

  var address: ServiceAddress { ServiceAddress(host: "127.0.0.1", port: port) }

  /// How many connections there were.
  var connections: Int { count.value }

  /// How many plays are left.
  var left: Int { plays.value.count }

  func add(_ new: [Play]) { plays.change { $0 += new } }

  func stop() async { try? await channel.close().get() }

  // MARK: What a Typha says

  static func welcome() -> [UInt8] {
    TyphaMessage.welcome(
      TyphaGreeting(version: 1, host: "fake", software: "fake", compression: .zlib)
    ).bytes
  }

  static func frames(_ batch: UpdateBatch) -> [UInt8] {
    batch.frames().flatMap { TyphaMessage.frame(PackedFrame(packing: $0, .zlib)).bytes }
  }

  static func snapshot(_ updates: [SyncUpdate]) -> [UInt8] {
    TyphaMessage.snapshotBegins.bytes
      + frames(UpdateBatch(updates: updates, status: .inSync, isStatusNew: true))
      + TyphaMessage.snapshotEnds.bytes
  }

  static func difference(_ updates: [SyncUpdate]) -> [UInt8] {
    frames(UpdateBatch(updates: updates, status: .inSync, isStatusNew: false))
  }
}
