// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import NIOCore
import NIOEmbedded
import SyncModel
import Telemetry
import TestSupport
import Testing

@testable import Typha

@Suite("The limits of agents")
struct LimitTests {
  private func rig(_ change: (inout ServerLimits) -> Void = { _ in }) -> RoomRig {
    RoomRig {
      $0.handshake = .seconds(10)
      $0.pingInterval = .seconds(10)
      $0.pongTimeout = .seconds(60)
      $0.write = .seconds(120)
      $0.fallBehind = .seconds(300)
      $0.grace = .seconds(300)
      change(&$0)
    }
  }

  private func settled(_ rig: RoomRig, _ updates: [SyncUpdate] = [tier("a", 1)]) throws
    -> EmbeddedAgent
  {
    rig.begin(updates)
    let agent = try EmbeddedAgent(rig)
    try agent.greet()
    try rig.serve()
    try agent.listen()
    return agent
  }

  /// Lets time pass in which the agent answers pings.
  private func pass(_ seconds: Int, _ rig: RoomRig, _ agent: EmbeddedAgent) throws {
    for _ in 0..<seconds {
      rig.loop.advanceTime(by: .seconds(1))
      try agent.answerPings()
    }
  }

  @Test("who does not say who it is for too long is sent away, and no sooner")
  func handshake() throws {
    let rig = rig()
    let agent = try EmbeddedAgent(rig)
    rig.loop.advanceTime(by: .seconds(10))
    #expect(agent.isOpen)
    rig.loop.advanceTime(by: .seconds(1))
    try agent.listen()
    #expect(
      agent.ear.farewell == Farewell(.tooSlow, "it has not said who it is for 10 s"))
    #expect(!agent.isOpen && rig.room.count == 0)
  }

  @Test("who sends a greeting bit by bit has no more time for it")
  func slowGreeting() throws {
    let rig = rig()
    let agent = try EmbeddedAgent(rig)
    let bytes = TyphaMessage.hello(AgentGreeting(node: "n", software: "s")).bytes
    for byte in bytes.prefix(11) {
      try agent.say(bytes: [byte])
      rig.loop.advanceTime(by: .seconds(1))
    }
    try agent.listen()
    #expect(agent.ear.farewell?.reason == .tooSlow && !agent.isOpen)
  }

  @Test("who waits for its snapshot may wait for ever, if it answers pings")
  func waiting() throws {
    let rig = rig()
    rig.begin([tier("a", 1)], isFresh: false)
    rig.publish([tier("b", 1)])
    let agent = try EmbeddedAgent(rig)
    try agent.greet()
    try pass(1000, rig, agent)
    #expect(agent.isOpen && agent.ear.phase == .waiting)
    #expect((95...200).contains(agent.ear.pings.count))
    #expect(agent.ear.pings.map(\.number) == agent.ear.pings.map(\.number).sorted())
  }

  @Test("who does not answer a ping is sent away")
  func pong() throws {
    let rig = rig()
    let agent = try settled(rig)
    rig.loop.advanceTime(by: .seconds(10))
    try agent.listen()
    #expect(agent.ear.pings.count == 1, "the first comes within an interval")
    rig.loop.advanceTime(by: .seconds(50))
    try agent.listen()
    #expect(agent.isOpen)
    rig.loop.advanceTime(by: .seconds(12))
    try agent.listen()
    #expect(
      agent.ear.farewell == Farewell(.tooSlow, "it has not answered a ping for 60 s"))
    #expect(!agent.isOpen)
  }

  @Test(
    "who answers a later ping has answered those before, and one of another number counts nothing")
  func laterPong() throws {
    let rig = rig()
    let agent = try settled(rig)
    rig.loop.advanceTime(by: .seconds(45))
    try agent.listen()
    #expect(agent.ear.pings.count >= 4)
    try agent.say(.pong(number: agent.ear.pings[agent.ear.pings.count - 1].number))
    rig.loop.advanceTime(by: .seconds(55))
    try agent.listen()
    #expect(agent.isOpen)
    try agent.say(.pong(number: 99_999))
    rig.loop.advanceTime(by: .seconds(20))
    try agent.listen()
    #expect(!agent.isOpen)
  }

  @Test("who takes nothing is cut off without a word in the middle of a message")
  func write() throws {
    let rig = rig { $0.pongTimeout = .seconds(100_000) }
    rig.begin([bulky("p", bytes: 200_000, seed: 1)])
    let agent = try EmbeddedAgent(rig)
    try agent.greet()
    try agent.open(1000)
    try rig.serve()
    try agent.listen()
    #expect(agent.ear.isInMessage)
    let received = agent.ear.received
    rig.loop.advanceTime(by: .seconds(120))
    #expect(agent.isOpen)
    rig.loop.advanceTime(by: .seconds(1))
    try agent.listen()
    #expect(!agent.isOpen && agent.ear.isInMessage && agent.ear.received == received)
  }

  @Test("who takes something now and then, and never all there is, stays")
  func slowTaker() throws {
    let rig = rig { $0.pongTimeout = .seconds(100_000) }
    rig.begin([bulky("p", bytes: 1_200_000, seed: 2)])
    let agent = try EmbeddedAgent(rig)
    try agent.greet()
    agent.shut()
    try rig.serve()
    for _ in 0..<10 {
      rig.loop.advanceTime(by: .seconds(40))
      #expect(agent.isOpen)
      #expect(!agent.channel.isWritable)
      try agent.open(1)
    }
    try agent.open()
    #expect(agent.ear.known == rig.truth)
  }

  @Test("who is behind for longer than allowed is sent away, the grace after its snapshot over")
  func behind() throws {
    let rig = rig { $0.write = .seconds(100_000) }
    let agent = try settled(rig)
    try pass(301, rig, agent)
    agent.shut()
    rig.publish([tier("b", 1)])
    try pass(300, rig, agent)
    #expect(agent.isOpen)
    try pass(1, rig, agent)
    #expect(!agent.isOpen, "the grace is over, so it is 300 s alone")
    #expect(rig.metrics.graceUsed.value == 0)
  }

  @Test("who has just taken its snapshot has the grace, once")
  func grace() throws {
    let rig = rig {
      $0.write = .seconds(100_000)
      $0.pongTimeout = .seconds(100_000)
      $0.grace = .seconds(100)
    }
    let agent = try settled(rig)
    agent.shut()
    rig.publish([tier("b", 1)])
    rig.loop.advanceTime(by: .seconds(302))
    #expect(
      !agent.isOpen, "the grace is shorter than what is allowed anyway, counted from the start")

    let other = self.rig {
      $0.write = .seconds(100_000)
      $0.pongTimeout = .seconds(100_000)
      $0.fallBehind = .seconds(30)
      $0.grace = .seconds(100)
    }
    let slow = try settled(other)
    slow.shut()
    other.publish([tier("b", 1)])
    other.loop.advanceTime(by: .seconds(100))
    #expect(slow.isOpen && other.metrics.graceUsed.value == 1)
    other.loop.advanceTime(by: .seconds(1))
    #expect(!slow.isOpen)
  }

  @Test("who takes its snapshot slowly has the grace from its beginning, and after it once more")
  func slowSnapshot() throws {
    let rig = rig {
      $0.pongTimeout = .seconds(100_000)
      $0.write = .seconds(100_000)
      $0.fallBehind = .seconds(30)
      $0.grace = .seconds(100)
    }
    rig.begin([bulky("p", bytes: 200_000, seed: 1)])
    let agent = try EmbeddedAgent(rig)
    try agent.greet()
    try agent.open(100)
    try rig.serve()
    rig.publish([tier("b", 1)])
    rig.loop.advanceTime(by: .seconds(130))
    try agent.listen()
    #expect(agent.isOpen && agent.ear.phase == .snapshot)
    while rig.metrics.connectionsStreaming.value == 0, agent.isOpen { try agent.open(1) }
    #expect(agent.ear.phase == .snapshot || agent.ear.phase == .differences)
    agent.shut()
    rig.loop.advanceTime(by: .seconds(99))
    #expect(agent.isOpen, "what it is to be told next is still there")
    try agent.open()
    #expect(agent.ear.known == rig.truth)
  }

  @Test("whom what it needs has fallen out of is told so between two messages")
  func fallenOut() throws {
    let rig = rig {
      $0.pongTimeout = .seconds(100_000)
      $0.write = .seconds(100_000)
      $0.fallBehind = .seconds(30)
      $0.grace = .seconds(10)
    }
    let agent = try settled(rig)
    agent.shut()
    rig.publish([tier("b", 1)])
    rig.publish([tier("c", 1)])
    // Not looked at meanwhile, as on a loop that has much to do.
    rig.room.close()
    rig.loop.advanceTime(by: .seconds(200))
    rig.publish([tier("d", 1)])
    #expect(rig.room.differences.reach == 2)
    try agent.open()
    #expect(
      agent.ear.farewell == Farewell(.tooSlow, "it is more than 30 s behind"))
    #expect(agent.ear.differences.isEmpty && !agent.isOpen)
  }

  @Test("a ping waits for the end of a message, and only the newest does")
  func pingBetweenMessages() throws {
    let rig = rig()
    rig.begin([bulky("p", bytes: 200_000, seed: 1)])
    let agent = try EmbeddedAgent(rig)
    try agent.greet()
    try agent.open(1000)
    try rig.serve()
    rig.room.setLocked(true)
    rig.room.setLocked(false)
    rig.room.setLocked(true)
    try agent.listen()
    #expect(agent.ear.isInMessage && agent.ear.pings.isEmpty)
    try agent.open()
    #expect(agent.ear.pings.map(\.number) == [3], "\(agent.ear.pings)")
    #expect(agent.ear.known == rig.truth)
  }

  @Test("what is kept for those who are behind is bounded, and the newest of it stays")
  func bounded() throws {
    let rig = rig()
    let agent = try settled(rig)
    agent.shut()
    for index in 0..<200 { rig.publish([tier("t\(index)", index)]) }
    let before = rig.room.differences.bytes
    #expect(rig.room.differences.count == 200 && before > 0)
    rig.loop.advanceTime(by: .seconds(2000))
    #expect(rig.room.differences.count == 1 && !agent.isOpen)
    #expect(rig.room.differences.bytes < before / 100)
  }

  @Test("a connection that stays open after the last word is cut")
  func parting() throws {
    /// Never says that something was written.
    final class Swallower: ChannelOutboundHandler {
      typealias OutboundIn = ByteBuffer
      var promises: [EventLoopPromise<Void>?] = []
      var isOn = false
      func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isOn { promises.append(promise) } else { context.write(data, promise: promise) }
      }
    }
    let rig = rig()
    let agent = try settled(rig)
    let swallower = Swallower()
    try agent.channel.pipeline.syncOperations.addHandler(swallower, position: .first)
    swallower.isOn = true
    rig.room.dropAll(Farewell(.shutdown, "x"))
    rig.loop.advanceTime(by: .seconds(5))
    #expect(agent.isOpen)
    rig.loop.advanceTime(by: .seconds(1))
    #expect(!agent.isOpen)
    for promise in swallower.promises { promise?.fail(ChannelError.ioOnClosedChannel) }
  }

  @Test("a time of zero is the default: nobody is sent away for it")
  func zero() throws {
    let environment = [
      "TYPHA_SERVERPONGTIMEOUTSECS": "none", "TYPHA_SERVERHANDSHAKETIMEOUTSECS": "0",
    ]
    let launch = try TyphaLaunch(
      environment: environment.merging(withoutLogs) { mine, _ in mine }, file: nil)
    let limits = ServerLimits(launch.settings)
    #expect(limits.pongTimeout == .seconds(60) && limits.handshake == .seconds(10))
  }
}
