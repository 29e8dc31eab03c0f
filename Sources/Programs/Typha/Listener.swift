// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Glibc
import HostSystem
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Settings
import Synchronization
import TyphaLink

/// The door for agents: accepts connections and gives each to the room of its event loop.
final class Listener: Sendable {
  private let group: MultiThreadedEventLoopGroup
  let rooms: [RoomDoor]
  private let loops: [any EventLoop]
  private let security: RenewedSecurity?
  private let channel = Mutex<(any Channel)?>(nil)
  private let log: Logger

  /// Makes the rooms; nothing listens yet.
  ///
  /// - Parameter makeRoom: Makes a room for a loop, with its place among all.
  ///
  /// Errors: a file of `security` that cannot be used.
  init(
    threads: Int, security: LinkSecurity?, log: Logger,
    makeRoom: @escaping @Sendable (any EventLoop, Int) -> Room
  ) async throws {
    self.log = log
    self.security = try security.map { try RenewedSecurity($0) }
    group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    loops = group.makeIterator().map { $0 }
    var rooms: [RoomDoor] = []
    for (index, loop) in loops.enumerated() {
      rooms.append(
        try await loop.submit {
          let room = makeRoom(loop, index)
          room.open()
          return RoomDoor(room)
        }.get())
    }
    self.rooms = rooms
  }

  /// Where it listens, once it does.
  var address: SocketAddress? { channel.withLock { $0?.localAddress } }

  /// Begins to listen.
  func open(host: String, port: Int) async throws {
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try self.furnish(channel) }
      }
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.writeBufferWaterMark, value: .init(low: 16 << 10, high: 64 << 10))
      // What agents say is short.
      .childChannelOption(
        .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2048))
    let channel: any Channel
    if host.isEmpty {
      channel = try await Self.bindEverywhere(bootstrap, port)
    } else {
      channel = try await bootstrap.bind(host: host, port: port).get()
    }
    self.channel.withLock { $0 = channel }
    log.info(
      "listening for agents", metadata: ["address": "\(channel.localAddress?.description ?? "")"])
  }

  /// On every address of both families, or of the one that the host has.
  private static func bindEverywhere(
    _ bootstrap: ServerBootstrap, _ port: Int
  ) async throws -> any Channel {
    do {
      // Whatever the host's default is.
      return
        try await bootstrap
        .serverChannelOption(
          ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 0
        )
        .bind(host: "::", port: port).get()
    } catch let error as IOError
      where error.errnoCode == EAFNOSUPPORT
      || error.errnoCode == EADDRNOTAVAIL
    {
      return try await bootstrap.bind(host: "0.0.0.0", port: port).get()
    }
  }

  private func furnish(_ channel: any Channel) throws {
    guard let index = loops.firstIndex(where: { $0 === channel.eventLoop }) else { return }
    let room = rooms[index].room
    if let security {
      try channel.pipeline.syncOperations.addHandler(
        NIOSSLServerHandler(context: security.context))
    }
    try channel.pipeline.syncOperations.addHandlers([
      ByteToMessageHandler(MessageDecoder(limit: TyphaMessage.agentLimit)),
      AgentHandler(room, peer: security?.settings.peer),
    ])
  }

  /// Reads the files of keys and certificates again, for connections to come. What cannot be used
  /// leaves everything as it was.
  func renewSecurity() {
    do throws(ConfigurationError) {
      try security?.renew()
    } catch {
      log.warning("keeping the certificates that were read before: \(error)")
    }
  }

  /// How many connections there are in each room, without those that have been sent away.
  func connections() async -> [Int] {
    var counts: [Int] = []
    for room in rooms { counts.append(await room.ask { $0.staying } ?? 0) }
    return counts
  }

  /// Sends one agent away, of any room; whether there was one.
  func dropOne(_ farewell: Farewell) async -> Bool {
    let counts = await connections()
    var place = Int.random(in: 0..<max(counts.reduce(0, +), 1))
    var order: [Int] = []
    for (index, count) in counts.enumerated() {
      if place < count, place >= 0 { order.insert(index, at: 0) } else { order.append(index) }
      place -= count
    }
    for index in order {
      if await rooms[index].ask({ $0.dropOne(farewell) }) == true { return true }
    }
    return false
  }

  /// Nobody new is let in.
  func closeDoor() async {
    guard let channel = channel.withLock({ $0 }) else { return }
    try? await channel.close().get()
  }

  /// Everybody is sent away, and the threads end.
  func close(_ farewell: Farewell) async {
    await closeDoor()
    for room in rooms {
      _ = await room.ask {
        $0.dropAll(farewell)
        $0.close()
      }
    }
    try? await group.shutdownGracefully()
  }
}

/// The key and certificates that new connections are secured with, as they were read last.
private final class RenewedSecurity: Sendable {
  let settings: LinkSecurity
  private let current: Mutex<NIOSSLContext>

  init(_ settings: LinkSecurity) throws(ConfigurationError) {
    self.settings = settings
    current = Mutex(try settings.serverContext())
  }

  var context: NIOSSLContext { current.withLock { $0 } }

  func renew() throws(ConfigurationError) {
    let context = try settings.serverContext()
    current.withLock { $0 = context }
  }
}
