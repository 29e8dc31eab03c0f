// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import NIOCore
import NIOEmbedded
import Resources
import SyncModel
import Telemetry
import TestSupport
import Testing

@testable import Typha

@Suite("Agents in a room")
struct RoomTests {
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

  @Test("are welcomed, then told everything, then what changes")
  func conversation() throws {
    let rig = RoomRig()
    rig.begin([tier("a", 1), tier("b", 2)])
    let agent = try EmbeddedAgent(rig)
    try agent.listen()
    #expect(agent.ear.phase == .greeting && !agent.ear.isInMessage, "Typha does not speak first")
    try agent.greet()
    #expect(agent.ear.phase == .waiting)
    #expect(rig.wanted.map(\.interest) == [.everything])
    try rig.serve()
    try agent.listen()
    #expect(agent.ear.phase == .differences && agent.ear.known == rig.truth)
    #expect(agent.ear.status == .inSync)
    rig.publish([tier("b", 3), tier("c", 4)])
    rig.publish([tier("a", nil)], status: .waitForDatastore, isNew: true)
    try agent.listen()
    #expect(agent.ear.known == rig.truth && agent.ear.status == .waitForDatastore)
    #expect(agent.ear.differences.map(\.count) == [2, 1])
  }

  @Test("that ask for no BGP are told of none, by snapshot and differences of their own")
  func interests() throws {
    let rig = RoomRig()
    rig.begin([tier("a", 1), peer("p", 1)])
    let all = try EmbeddedAgent(rig)
    let less = try EmbeddedAgent(rig)
    try all.greet(.everything)
    try less.greet(.withoutBGP)
    #expect(rig.wanted.map(\.interest) == [.everything, .withoutBGP])
    try rig.serve()
    rig.publish([peer("q", 2)])
    rig.publish([tier("b", 2), peer("q", 3)])
    try all.listen()
    try less.listen()
    #expect(all.ear.known == rig.truth)
    #expect(less.ear.known.updates == [.tier("a"): tier("a", 1), .tier("b"): tier("b", 2)])
  }

  @Test("share one snapshot, which is asked for once")
  func shared() throws {
    let rig = RoomRig()
    rig.begin([tier("a", 1)])
    let agents = try (0..<5).map { _ in try EmbeddedAgent(rig) }
    for agent in agents { try agent.greet() }
    #expect(rig.wanted.count == 1)
    try rig.serve()
    rig.publish([tier("a", 2)])
    let late = try EmbeddedAgent(rig)
    try late.greet()
    #expect(rig.wanted.isEmpty, "that before will do: the difference is told after it")
    for agent in agents + [late] {
      try agent.listen()
      #expect(agent.ear.known == rig.truth)
    }
    #expect(late.ear.differences.isEmpty, "it was told that this is all after the difference")
  }

  @Test("get none while Typha is not in sync, or its source is silent, even if there is one")
  func notFresh() throws {
    let rig = RoomRig()
    let first = try settled(rig)
    rig.publish([], status: .waitForDatastore, isNew: true)
    rig.room.setSource(.waitForDatastore, isFresh: false)
    let second = try EmbeddedAgent(rig)
    try second.greet()
    #expect(second.ear.phase == .waiting && rig.wanted.count == 1)
    // What was on its way when it was lost is not used either.
    try rig.serve()
    try second.listen()
    #expect(second.ear.phase == .waiting && rig.wanted.count == 1, "it is asked for again")
    rig.publish([tier("b", 1)], status: .inSync, isNew: true)
    rig.room.setSource(.inSync, isFresh: true)
    try rig.serve()
    for agent in [first, second] {
      try agent.listen()
      #expect(agent.ear.known == rig.truth && agent.ear.status == .inSync)
    }
  }

  @Test(
    "are told that everything is there once they have what has changed meanwhile, and the status")
  func endOfSnapshot() throws {
    let rig = RoomRig()
    rig.begin([bulky("p", bytes: 200_000, seed: 1)])
    let agents = try (0..<2).map { _ in try EmbeddedAgent(rig) }
    for agent in agents {
      try agent.greet()
      try agent.open(1000)
    }
    try rig.serve()
    rig.publish([tier("a", 1)])
    try agents[0].open()
    rig.publish([tier("b", 1)], status: .waitForDatastore, isNew: true)
    rig.room.setSource(.waitForDatastore, isFresh: false)
    try agents[1].open()
    try agents[0].listen()
    #expect(agents.map { $0.ear.differences.flatMap { $0 } } == [[tier("b", 1)], []])
    for agent in agents {
      #expect(agent.ear.known == rig.truth && agent.ear.status == .waitForDatastore)
    }
  }

  @Test("do not begin with what was forgotten")
  func forgotten() throws {
    let rig = RoomRig()
    _ = try settled(rig)
    rig.room.forgetSnapshot(.everything)
    let agent = try EmbeddedAgent(rig)
    try agent.greet()
    #expect(agent.ear.phase == .waiting && rig.wanted.count == 1)
  }

  @Test("do not begin with a snapshot whose next difference is old, but ask for a newer one")
  func oldSnapshot() throws {
    let rig = RoomRig {
      $0.fallBehind = .seconds(20)
      $0.grace = .seconds(10)
    }
    let first = try settled(rig)
    rig.publish([tier("b", 1)])
    for _ in 0..<3 {
      rig.loop.advanceTime(by: .seconds(7))
      try first.answerPings()
    }
    rig.loop.advanceTime(by: .seconds(2))
    let second = try EmbeddedAgent(rig)
    try second.greet()
    #expect(rig.wanted.map(\.reach) == [1], "from before the difference will not do")
    #expect(rig.room.differences.reach == 0, "who follows could still have it")
    try rig.serve()
    try second.listen()
    #expect(second.ear.known == rig.truth && second.ear.differences.isEmpty)
  }

  @Test("are told who they are not understood by: another version, another compression")
  func otherVersions() throws {
    let rig = RoomRig()
    let agent = try EmbeddedAgent(rig)
    try agent.greet(versions: [2, 3])
    #expect(
      agent.ear.farewell
        == Farewell(
          .version, "version 1 of the protocol is spoken here, the agent speaks 2, 3"))
    #expect(!agent.isOpen)
    let other = try EmbeddedAgent(rig)
    try other.greet(compressions: ["zstd"])
    #expect(
      other.ear.farewell == Farewell(.version, "what is sent here is compressed with zlib"))
    #expect(!other.isOpen && rig.room.count == 0)
  }

  @Test(
    "are told that they said something wrong",
    arguments: [
      ("no message", [0, 0, 0, 1, 99], "there is no message of type 99"),
      ("empty", [0, 0, 0, 0], "the other side does not speak this protocol"),
      ("HTTP", Array("GET / HTTP/1.1\r\n\r\n".utf8), "the other side speaks HTTP"),
      ("TLS", [0x16, 3, 1, 0, 200], "the other side speaks TLS"),
      ("a pong first", TyphaMessage.pong(number: 1).bytes, "that was not to be said now"),
      ("an order of Typha's", TyphaMessage.snapshotEnds.bytes, "that was not to be said now"),
    ] as [(String, [UInt8], String)])
  func misunderstood(_: String, bytes: [UInt8], text: String) throws {
    let rig = RoomRig()
    let agent = try EmbeddedAgent(rig)
    try agent.say(bytes: bytes)
    let farewell = try #require(agent.ear.farewell)
    #expect(farewell.reason == .misunderstood)
    #expect(farewell.text.hasPrefix(text), "\(farewell.text)")
    #expect(!agent.isOpen && rig.room.count == 0)
  }

  @Test("may not say more than the limit at once, nor greet twice")
  func tooMuch() throws {
    let rig = RoomRig()
    let agent = try settled(rig)
    let other = try EmbeddedAgent(rig)
    try other.greet()
    try other.say(bytes: [0, 0, 0x40, 1, 8])
    #expect(other.ear.farewell?.text == "a message of 16385 bytes is announced; allowed are 16384")
    try agent.greet()
    #expect(agent.ear.farewell?.text == "that was not to be said now")
    #expect(rig.room.count == 0)
  }

  @Test("are told as much as they can read, however long the reason")
  func longFarewell() throws {
    let rig = RoomRig()
    let agent = try settled(rig)
    #expect(rig.room.dropOne(Farewell(.rebalancing, String(repeating: "🦔", count: 5000))))
    try agent.listen()
    // Cut between letters, each of four bytes here.
    #expect(agent.ear.farewell?.text.utf8.count == 4 * 1024 + 3)
  }

  @Test("are written to in a loop, not from within a write, where what was written leaves at once")
  func noRecursion() throws {
    let rig = RoomRig()
    rig.begin([bulky("p", bytes: 2_000_000, seed: 1)])
    let agent = try EmbeddedAgent(rig)
    try agent.greet()
    agent.faucet.refills = (1000, 1000)
    agent.faucet.room = 1000
    try rig.serve()
    try agent.listen()
    #expect(agent.ear.known == rig.truth, "all of it, with nobody asking again")
    #expect(agent.faucet.deepest == 1 && agent.faucet.refills.count < 990)
  }

  @Test("are told of the lock at once, and how old the state is")
  func pings() throws {
    let rig = RoomRig()
    let agent = try settled(rig)
    rig.setAge(.milliseconds(1500))
    rig.room.setLocked(true)
    try agent.listen()
    #expect(
      agent.ear.pings == [Ping(number: 1, status: .inSync, age: 1500, isLocked: true)])
    rig.setAge(nil)
    rig.room.setLocked(false)
    try agent.listen()
    #expect(agent.ear.pings.last == Ping(number: 2, status: .inSync, age: nil, isLocked: false))
  }

  @Test("are forgotten when they are gone, and counted right", arguments: [true, false])
  func forgottenWhenGone(_ isFollowing: Bool) throws {
    let rig = RoomRig()
    weak var gone: AgentHandler?
    do {
      rig.begin([tier("a", 1)])
      let agent = try EmbeddedAgent(rig)
      try agent.greet()
      gone = agent.handler
      #expect(gone != nil)
      if isFollowing { try rig.serve() }
      #expect(rig.metrics.connectionsActive.value == 1)
      #expect(rig.metrics.connectionsStreaming.value == (isFollowing ? 1 : 0))
      try agent.hangUp()
    }
    rig.loop.run()
    #expect(gone == nil)
    #expect(rig.room.count == 0)
    #expect(rig.metrics.connectionsAccepted.value == 1)
    #expect(rig.metrics.connectionsActive.value == 0)
    #expect(rig.metrics.connectionsStreaming.value == 0)
    #expect(rig.metrics.connectionsDropped.value == 1)
  }

  @Test("are counted once, whoever ends it first")
  func countedOnce() throws {
    let rig = RoomRig()
    let agent = try settled(rig)
    rig.room.dropAll(Farewell(.shutdown, "x"))
    try agent.hangUp()
    rig.loop.run()
    #expect(rig.metrics.connectionsStreaming.value == 0)
    #expect(rig.metrics.connectionsDropped.value == 1)
  }

  @Test("let go of their room, which lets go of them")
  func roomGoes() throws {
    weak var room: Room?
    do {
      let rig = RoomRig()
      let agent = try settled(rig)
      room = rig.room
      rig.room.close()
      try agent.hangUp()
      rig.loop.run()
    }
    #expect(room == nil)
  }

  @Test("that were sent away are not sent away again, nor counted with those that stay")
  func leavingAgents() throws {
    let rig = RoomRig()
    let agent = try settled(rig)
    let other = try EmbeddedAgent(rig)
    try other.greet()
    // Its last words do not get out.
    agent.channel.isWritable = true
    #expect(rig.room.staying == 2)
    #expect(rig.room.dropOne(Farewell(.rebalancing, "x")))
    #expect(rig.room.staying == 1)
    #expect(rig.room.dropOne(Farewell(.rebalancing, "x")))
    #expect(!rig.room.dropOne(Farewell(.rebalancing, "x")))
  }
}
