// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Glibc
import HostSystem
import NIOCore
import NIOPosix
import NIOSSL
import StoreAccess
import SyncCoding
import Synchronization

/// One connection to one Typha, from the first word to the last.
struct TyphaVisit: Sendable {
  /// How it ended.
  struct End: Sendable {
    var reason = "it closed the connection"
    /// It has begun to tell everything.
    var hasBegun = false
    /// Everything was told once.
    var wasUseful = false
    /// It was left because its state was old.
    var wasStale = false
  }

  private typealias Stream = NIOAsyncChannel<TyphaMessage, ByteBuffer>

  let address: ServiceAddress
  let options: TyphaSource.Options
  /// From when on it may be left for another one because its state is old; nil where there is none.
  let mayLeaveStale: Duration?
  let clock: HostClock
  let report: @Sendable (TyphaReport) -> Void
  let update: @Sendable ((inout sending Knowledge) -> Void) -> Void

  func run() async -> End {
    let attempt = Attempt()
    do {
      let channel = try await withTaskCancellationHandler {
        try await connect(attempt)
      } onCancel: {
        attempt.giveUp()
      }
      return try await channel.executeThenClose { inbound, outbound in
        // What was told before a connection broke counts.
        var end = End()
        do {
          try await converse(inbound, outbound, &end)
        } catch {
          end.reason = LinkTrouble.text(of: error)
        }
        return end
      }
    } catch {
      return End(reason: LinkTrouble.text(of: error))
    }
  }

  private func connect(_ attempt: Attempt) async throws -> Stream {
    let context = try options.security?.clientContext()
    let peer = options.security?.peer
    let greeting = TyphaMessage.hello(
      AgentGreeting(node: options.node, software: options.software, interest: options.interest))
    return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(TimeAmount(options.connectTimeout))
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      // How long the kernel waits for what was sent to arrive.
      .channelOption(
        .tcpOption(.init(rawValue: TCP_USER_TIMEOUT)),
        value: ChannelOptions.Types.SocketOption.Value(
          clamping: TimeAmount(options.writeTimeout).nanoseconds / 1_000_000)
      )
      .connect(host: address.host, port: Int(address.port)) { channel in
        channel.eventLoop.makeCompletedFuture {
          try attempt.begin(channel)
          let pipeline = channel.pipeline.syncOperations
          if let context {
            try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
          }
          try pipeline.addHandlers([
            IdleStateHandler(readTimeout: TimeAmount(options.readTimeout)),
            Introduction(greeting: greeting.bytes, peer: peer),
            ByteToMessageHandler(MessageDecoder(limit: TyphaMessage.typhaLimit)),
          ])
          return try Stream(
            wrappingChannelSynchronously: channel,
            configuration: .init(inboundType: TyphaMessage.self, outboundType: ByteBuffer.self))
        }
      }
  }

  private func converse(
    _ inbound: NIOAsyncChannelInboundStream<TyphaMessage>,
    _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, _ end: inout End
  ) async throws {
    var decoder = SyncDecoder()
    var phase = Phase.greeting
    var welcomed = Duration.zero
    for try await message in inbound {
      switch (phase, message) {
      case (_, .farewell(let farewell)):
        end.reason = "it says: \(farewell.text)"
        return
      case (.greeting, .welcome(let greeting)):
        guard greeting.version == TyphaMessage.version else {
          throw TyphaProtocolError(
            "it goes on in version \(greeting.version) of the protocol, which was not offered")
        }
        phase = .waiting
        welcomed = clock.now()
        report(.connected(address, greeting))
      case (.waiting, .ping(let ping)), (.snapshot, .ping(let ping)),
        (.differences, .ping(let ping)):
        try await outbound.write(ByteBuffer(bytes: TyphaMessage.pong(number: ping.number).bytes))
        report(.heard(ping))
        let now = clock.now()
        // One that never heard of it has not for as long as it is known at least.
        let age = ping.age.map { Duration.milliseconds($0) } ?? now - welcomed
        guard let mayLeaveStale, now >= mayLeaveStale, age > options.stalest else { continue }
        end.reason = "it has not heard of the datastore for \(age.components.seconds) s"
        end.wasStale = true
        return
      case (.waiting, .snapshotBegins), (.differences, .snapshotBegins):
        phase = .snapshot
        end.hasBegun = true
        update { $0.beginSnapshot() }
      case (.snapshot, .snapshotEnds):
        phase = .differences
        update { $0.endSnapshot() }
        end.wasUseful = true
        report(.inSync(address))
      case (.snapshot, .frame(let packed)), (.differences, .frame(let packed)):
        let frame = try decoder.decode(packed.unpacked())
        if !frame.unknown.isEmpty { report(.unknown(frame.unknown)) }
        update { $0.take(frame) }
      default:
        throw TyphaProtocolError("it says something that was not to be said now")
      }
    }
  }

  private enum Phase { case greeting, waiting, snapshot, differences }
}

/// An attempt to connect, which can be given up.
private final class Attempt: Sendable {
  private struct State {
    var isOver = false
    var channel: (any Channel)?
  }

  private let state = Mutex(State())

  /// Errors: it was given up before.
  func begin(_ channel: any Channel) throws {
    try state.withLock { state in
      if state.isOver { throw CancellationError() }
      state.channel = channel
    }
  }

  func giveUp() {
    let channel = state.withLock { state in
      state.isOver = true
      return state.channel
    }
    channel?.close(promise: nil)
  }
}
