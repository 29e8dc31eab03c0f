// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Logging
import NIOCore
import Resources
import Telemetry

/// The agents of one event loop, and what was sent out lately. All of it is that loop's: nobody else
/// touches it (see `RoomDoor`).
final class Room {
  /// What only the hub can do.
  struct Requests: Sendable {
    /// Asks for a snapshot that is not older than what the room still has differences for.
    var snapshot: @Sendable (Interest, _ reach: Int) -> Void
    /// How old the state of Typha's own source is; nil while it has none.
    var age: @Sendable () -> Duration?
  }

  let loop: any EventLoop
  let limits: ServerLimits
  let host: String
  let software: String
  let metrics: TyphaMetrics
  let log: Logger
  private let requests: Requests
  private var agents: [ObjectIdentifier: AgentHandler] = [:]
  private(set) var differences: DifferenceLog<Difference>
  private var snapshots: [Interest: Snapshot] = [:]
  /// For whom a snapshot was asked for that has not come yet.
  private var asked: Set<Interest> = []
  /// Of Typha's own source.
  private var status = SyncStatus.waitForDatastore
  /// Whether what its source has told is what the datastore holds. What is not is nothing to begin
  /// with: an agent would take back what it knows better.
  private var isFresh = false
  /// Who begins must be told only what has come after this difference, so that there is time to.
  private var start = 0
  private var isLocked = false
  private var pings: Int64 = 0
  private var ticking: RepeatedTask?

  init(
    loop: any EventLoop, limits: ServerLimits, host: String, software: String,
    metrics: TyphaMetrics, log: Logger, requests: Requests
  ) {
    self.loop = loop
    self.limits = limits
    self.host = host
    self.software = software
    self.metrics = metrics
    self.log = log
    self.requests = requests
    differences = DifferenceLog(bounds: limits.log)
  }

  var count: Int { agents.count }

  /// Those that have not been sent away.
  var staying: Int { agents.values.count { !$0.isLeaving } }

  /// From now on the times of its agents are looked at.
  func open() {
    let bound = NIOLoopBound(self, eventLoop: loop)
    ticking = loop.scheduleRepeatedTask(initialDelay: limits.tick, delay: limits.tick) { _ in
      bound.value.tick()
    }
  }

  func close() { ticking?.cancel() }

  // MARK: What the hub tells

  /// Puts out the next difference.
  func publish(_ difference: Difference) {
    let now = loop.now
    differences.append(difference, bytes: difference.bytes, at: now.sinceStart)
    for agent in agents.values { agent.pump() }
    if !agents.isEmpty { metrics.clientLatency.observe(Duration(loop.now - now)) }
  }

  func take(_ snapshot: Snapshot) {
    snapshots[snapshot.interest] = snapshot
    asked.remove(snapshot.interest)
    for agent in agents.values where agent.isWaiting(for: snapshot.interest) { serve(agent) }
  }

  /// The next that begin are to have a newer one.
  func forgetSnapshot(_ interest: Interest) { snapshots[interest] = nil }

  func setSource(_ status: SyncStatus, isFresh: Bool) {
    self.status = status
    self.isFresh = isFresh
  }

  func setLocked(_ isLocked: Bool) {
    self.isLocked = isLocked
    let ping = nextPing()
    for agent in agents.values { agent.send(ping) }
  }

  // MARK: What agents want

  func enter(_ agent: AgentHandler) {
    agents[ObjectIdentifier(agent)] = agent
    metrics.connectionsActive.add(1)
  }

  func leave(_ agent: AgentHandler) {
    guard agents.removeValue(forKey: ObjectIdentifier(agent)) != nil else { return }
    metrics.connectionsActive.add(-1)
    metrics.connectionsDropped.increment()
  }

  /// Gives an agent a snapshot from which it can go on, once there is one.
  func serve(_ agent: AgentHandler) {
    if isFresh, let snapshot = snapshots[agent.interest], snapshot.sequence >= oldest {
      return agent.begin(snapshot)
    }
    ask(agent.interest)
  }

  private var oldest: Int { max(start, differences.reach) }

  private func ask(_ interest: Interest) {
    guard asked.insert(interest).inserted else { return }
    requests.snapshot(interest, oldest)
  }

  /// Sends somebody away; whether there was anybody.
  func dropOne(_ farewell: Farewell) -> Bool {
    guard let agent = agents.values.first(where: { !$0.isLeaving }) else { return false }
    agent.leave(farewell)
    return true
  }

  func dropAll(_ farewell: Farewell) {
    for agent in agents.values { agent.leave(farewell) }
  }

  // MARK: Time

  private func tick() {
    let now = loop.now
    differences.trim(at: now.sinceStart)
    let limit = Duration(limits.fallBehind)
    start = oldest
    while let entry = differences.next(after: start), entry.time + limit < now.sinceStart {
      start = entry.sequence
    }
    for (interest, snapshot) in snapshots where snapshot.sequence < start {
      snapshots[interest] = nil
    }
    let ping = agents.isEmpty ? nil : nextPing()
    for agent in agents.values { agent.look(at: now, ping: ping) }
  }

  private func nextPing() -> (number: Int64, message: ByteBuffer) {
    pings += 1
    let age = requests.age().map { Int64($0 / .milliseconds(1)) }
    let ping = Ping(number: pings, status: status, age: age, isLocked: isLocked)
    return (pings, ByteBuffer(bytes: TyphaMessage.ping(ping).bytes))
  }
}

extension NIODeadline {
  /// As a time from some fixed moment.
  var sinceStart: Duration { .nanoseconds(Int64(clamping: uptimeNanoseconds)) }
}

/// The way to a room from elsewhere.
struct RoomDoor: Sendable {
  private let bound: NIOLoopBound<Room>
  private let loop: any EventLoop

  /// To be called on the room's loop.
  init(_ room: Room) {
    loop = room.loop
    bound = NIOLoopBound(room, eventLoop: room.loop)
  }

  /// The room itself, for who is on its loop.
  var room: Room { bound.value }

  /// Does something in the room, soon.
  func tell(_ body: @escaping @Sendable (Room) -> Void) {
    loop.execute { body(bound.value) }
  }

  /// Asks the room something.
  func ask<Answer: Sendable>(_ body: @escaping @Sendable (Room) -> Answer) async -> Answer? {
    try? await loop.submit { body(bound.value) }.get()
  }
}
