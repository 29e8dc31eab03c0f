// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Logging
import NIOCore
import NIOSSL
import NIOTLS
import Resources
import SyncModel
import Telemetry
import TyphaLink
import ValueTree

/// One agent's connection: greets it, gives it everything, and then what changes, as fast as it takes
/// it.
final class AgentHandler: ChannelInboundHandler {
  typealias InboundIn = TyphaMessage
  typealias OutboundOut = ByteBuffer

  private enum Phase {
    case greeting
    /// For a snapshot.
    case waiting
    /// Of everything it is told what is in a snapshot; the next of its messages to be written.
    case snapshot(Snapshot, next: Int)
    /// Then what has changed since, up to one of the differences: were it told before that this is
    /// everything, it would put an old state into force.
    case catchingUp(to: Int)
    case following
    /// It has been told, or will be told no more, and is to be gone by then.
    case leaving(by: NIODeadline)
  }

  /// What is handed to the channel at once. Where there is TLS each agent has its own copy of that.
  private static let piece = 32 << 10
  /// How long the last words may take.
  private static let parting = TimeAmount.seconds(5)

  private let room: Room
  private let peer: PeerIdentity?
  private var context: ChannelHandlerContext?
  private var phase = Phase.greeting
  private(set) var interest = Interest.everything
  private var name = "an agent that has not said its name"
  /// The last difference that it has got.
  private var sequence = 0
  /// What it holds for the status of Typha's own source.
  private var status = SyncStatus.inSync
  /// What is left of the message that is being written.
  private var rest = ByteBuffer()
  private var isPumping = false
  private var since: NIODeadline
  private var snapshotSince: NIODeadline
  /// Until when it may be further behind: while it takes its snapshot, and for a while after.
  private var graceEnd: NIODeadline
  private var usedGrace = false
  /// Since when it takes nothing.
  private var stuckSince: NIODeadline?
  private var nextPing: NIODeadline
  /// A ping to be written when a message ends.
  private var ping: (number: Int64, message: ByteBuffer)?
  /// Those that were sent and not answered, the oldest first.
  private var unanswered: [(number: Int64, time: NIODeadline)] = []

  /// - Parameter peer: Who it must be, where there is TLS.
  init(_ room: Room, peer: PeerIdentity?) {
    self.room = room
    self.peer = peer
    let now = room.loop.now
    since = now
    snapshotSince = now
    graceEnd = now
    // Spread, so that agents that come at once do not answer at once.
    let interval = max(room.limits.pingInterval.nanoseconds, 2)
    nextPing = now + .nanoseconds(.random(in: interval / 2...interval))
  }

  var isLeaving: Bool { if case .leaving = phase { true } else { false } }

  func isWaiting(for interest: Interest) -> Bool {
    guard case .waiting = phase else { return false }
    return self.interest == interest
  }

  // MARK: The channel

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    room.metrics.connectionsAccepted.increment()
    room.enter(self)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end()
    self.context = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if !isLeaving {
      room.log.warning(
        "closing the connection of \(name): \(LinkTrouble.text(of: error))",
        metadata: ["address": "\(address)"])
    }
    if error is TyphaProtocolError {
      leave(Farewell(.misunderstood, "\(error)"), said: true)
    } else {
      context.close(promise: nil)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let peer, case TLSUserEvent.handshakeCompleted = event {
      let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
      if let problem = peer.problem(with: certificate) {
        leave(Farewell(.unauthorized, problem))
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    pump()
    context.fireChannelWritabilityChanged()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (phase, Self.unwrapInboundIn(data)) {
    case (.leaving, _): break
    case (.greeting, .hello(let greeting)): answer(greeting)
    case (.waiting, .pong(let number)), (.snapshot, .pong(let number)),
      (.catchingUp, .pong(let number)),
      (.following, .pong(let number)):
      take(pong: number)
    default:
      leave(Farewell(.misunderstood, "that was not to be said now"))
    }
  }

  private var address: String {
    context?.channel.remoteAddress.map { "\($0.ipAddress ?? "\($0)")" } ?? "unknown"
  }

  private func end() {
    room.leave(self)
    if case .following = phase { room.metrics.connectionsStreaming.add(-1) }
    phase = .leaving(by: room.loop.now)
  }

  // MARK: The conversation

  private func answer(_ greeting: AgentGreeting) {
    name = "the agent of \(greeting.node.cut(to: 253).onOneLine)"
    guard greeting.versions.contains(TyphaMessage.version) else {
      let theirs = greeting.versions.prefix(8).map(String.init).joined(separator: ", ")
      return leave(
        Farewell(
          .version,
          "version \(TyphaMessage.version) of the protocol is spoken here, the agent speaks \(theirs)"
        ))
    }
    guard greeting.compressions.contains(Compression.zlib.name) else {
      let name = Compression.zlib.name
      return leave(Farewell(.version, "what is sent here is compressed with \(name)"))
    }
    interest = greeting.interest
    let welcome = TyphaGreeting(
      version: TyphaMessage.version, host: room.host, software: room.software, compression: .zlib)
    write(ByteBuffer(bytes: TyphaMessage.welcome(welcome).bytes))
    context?.flush()
    room.log.info(
      "\(name) is here",
      metadata: ["address": "\(address)", "software": "\(greeting.software.cut(to: 64))"])
    phase = .waiting
    room.serve(self)
  }

  /// Begins to tell everything.
  func begin(_ snapshot: Snapshot) {
    guard case .waiting = phase else { return }
    phase = .snapshot(snapshot, next: 0)
    sequence = snapshot.sequence
    snapshotSince = room.loop.now
    graceEnd = snapshotSince + room.limits.fallBehind + room.limits.grace
    pump()
  }

  /// Writes what there is for as long as it is taken.
  func pump() {
    guard !isPumping, let context else { return }
    isPumping = true
    defer { isPumping = false }
    var (isWritten, tookAny) = (true, false)
    while isWritten {
      isWritten = false
      while context.channel.isWritable {
        if rest.readableBytes == 0 {
          guard let next = nextMessage() else { break }
          rest = next
        }
        guard let piece = rest.readSlice(length: min(rest.readableBytes, Self.piece)) else { break }
        write(piece)
        isWritten = true
      }
      // That may make room for more.
      if isWritten { context.flush() }
      tookAny = tookAny || isWritten
    }
    if context.channel.isWritable {
      stuckSince = nil
    } else if tookAny || stuckSince == nil {
      stuckSince = room.loop.now
    }
  }

  private func nextMessage() -> ByteBuffer? {
    if let ping {
      self.ping = nil
      unanswered.append((ping.number, room.loop.now))
      return ping.message
    }
    switch phase {
    case .greeting, .waiting, .leaving: return nil
    case .snapshot(let snapshot, let next) where next < snapshot.messages.count:
      phase = .snapshot(snapshot, next: next + 1)
      return snapshot.messages[next]
    case .snapshot:
      phase = .catchingUp(to: room.differences.last)
      return nextMessage()
    case .catchingUp(let last) where sequence >= last:
      follow()
      return endOfSnapshot()
    case .catchingUp, .following:
      guard let entry = room.differences.next(after: sequence) else {
        if sequence < room.differences.reach { fallBehind() }
        return nil
      }
      sequence = entry.sequence
      status = entry.payload.status
      return entry.payload.messages(for: interest)
    }
  }

  /// It has been told everything.
  private func follow() {
    let now = room.loop.now
    phase = .following
    graceEnd = now + room.limits.grace
    room.metrics.connectionsStreaming.add(1)
    room.metrics.snapshotSend.observe(Duration(now - snapshotSince))
  }

  /// It means that all is in sync. What was told before it of another status does not count.
  private func endOfSnapshot() -> ByteBuffer {
    var end = ByteBuffer(bytes: TyphaMessage.snapshotEnds.bytes)
    if status != .inSync {
      let batch = UpdateBatch(status: status, isStatusNew: true)
      end.writeImmutableBuffer(Difference(batch, messageItems: 1).messages(for: .everything))
    }
    return end
  }

  private func write(_ buffer: ByteBuffer) {
    context?.write(Self.wrapOutboundOut(buffer), promise: nil)
  }

  /// Sends a ping as soon as a message may be sent.
  func send(_ ping: (number: Int64, message: ByteBuffer)) {
    switch phase {
    case .greeting, .leaving: return
    case .waiting, .snapshot, .catchingUp, .following:
      self.ping = ping
      pump()
    }
  }

  private func take(pong number: Int64) {
    guard let place = unanswered.firstIndex(where: { $0.number == number }) else { return }
    room.metrics.pingLatency.observe(Duration(room.loop.now - unanswered[place].time))
    // Who answers a later one has got those before it.
    unanswered.removeFirst(place + 1)
  }

  // MARK: Time

  /// Sees whether it takes too long for something.
  func look(at now: NIODeadline, ping: (number: Int64, message: ByteBuffer)?) {
    let limits = room.limits
    switch phase {
    case .greeting:
      guard since + limits.handshake < now else { return }
      return leave(
        Farewell(.tooSlow, "it has not said who it is for \(limits.handshake.inSeconds) s"))
    case .leaving(let end):
      if end < now { context?.close(promise: nil) }
      return
    case .waiting, .snapshot, .catchingUp, .following: break
    }
    if let stuckSince, stuckSince + limits.write < now {
      return leave(
        Farewell(.tooSlow, "it has taken nothing for \(limits.write.inSeconds) s"))
    }
    if let oldest = unanswered.first, oldest.time + limits.pongTimeout < now {
      return leave(
        Farewell(.tooSlow, "it has not answered a ping for \(limits.pongTimeout.inSeconds) s"))
    }
    if isTooFarBehind(now) { return fallBehind() }
    if nextPing <= now, let ping {
      nextPing = now + limits.pingInterval
      send(ping)
    }
  }

  private func isTooFarBehind(_ now: NIODeadline) -> Bool {
    // Who waits for its snapshot has nothing to catch up on.
    if case .waiting = phase { return false }
    guard let entry = room.differences.next(after: sequence) else {
      return sequence < room.differences.reach
    }
    let limit = Duration(room.limits.fallBehind)
    guard entry.time + limit < now.sinceStart else { return false }
    guard graceEnd >= now else { return true }
    if !usedGrace {
      usedGrace = true
      room.metrics.graceUsed.increment()
    }
    return false
  }

  private func fallBehind() {
    leave(
      Farewell(.tooSlow, "it is more than \(room.limits.fallBehind.inSeconds) s behind"))
  }

  /// Says why, if it is between two messages, and closes.
  ///
  /// - Parameter said: whether people have been told.
  func leave(_ farewell: Farewell, said: Bool = false) {
    guard !isLeaving, let context else { return }
    if !said {
      room.log.info("sending away \(name): \(farewell.text)", metadata: ["address": "\(address)"])
    }
    if case .following = phase { room.metrics.connectionsStreaming.add(-1) }
    phase = .leaving(by: room.loop.now + Self.parting)
    guard rest.readableBytes == 0, context.channel.isWritable else {
      return context.close(promise: nil)
    }
    let bytes = ByteBuffer(bytes: TyphaMessage.farewell(farewell).bytes)
    context.writeAndFlush(Self.wrapOutboundOut(bytes)).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }
}

extension TimeAmount {
  /// For people.
  var inSeconds: String {
    let seconds = Double(nanoseconds) / 1e9
    return seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
  }
}
