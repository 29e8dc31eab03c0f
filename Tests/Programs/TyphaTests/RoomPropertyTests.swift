// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import HostSystem
import NIOCore
import NIOEmbedded
import Resources
import SyncModel
import TestSupport
import Testing

@testable import Typha

@Suite("Agents in a room, at random")
struct RoomPropertyTests {
  /// What an agent has to have got, difference by difference, once it has its snapshot.
  private struct Follower {
    var agent: EmbeddedAgent
    var interest: Interest
  }

  private var rounds: Int { max(20, (askedOperations ?? 0) / 120) }

  @Test("whatever comes between, an agent gets its snapshot and then every difference, each once")
  func interleavings() throws {
    let seed = SplitMix64.seed(for: "interleavings of a room")
    for round in 0..<rounds {
      var random = SplitMix64(seed: seed &+ UInt64(round))
      try run(&random, "seed \(seed), round \(round)")
    }
  }

  private func run(_ random: inout SplitMix64, _ where: String) throws {
    let rig = RoomRig { $0.write = .seconds(100_000) }
    rig.begin(
      (0..<random.below(30)).map { tier("t\($0)", $0) } + [bulky("p", bytes: 50_000, seed: 1)])
    var followers: [Follower] = []
    var published: [[SyncUpdate]] = []
    var waiting: [Snapshot] = []
    for step in 0..<120 {
      switch random.below(10) {
      case 0 where followers.count < 6:
        let interest = random.pick(Interest.allCases)
        let agent = try EmbeddedAgent(rig)
        if random.chance(50) { try agent.open(random.below(3000)) }
        try agent.greet(interest)
        followers.append(Follower(agent: agent, interest: interest))
      case 0...3:
        // The number makes every difference another one.
        var updates = [tier("number", step)]
        for _ in 0..<random.below(5) {
          let name = "\(random.below(40))"
          updates.append(
            random.chance(30)
              ? peer("p\(name)", random.chance(30) ? nil : UInt32(step))
              : tier("t\(name)", random.chance(30) ? nil : step))
        }
        if random.chance(10) { updates.append(bulky("p", bytes: 40_000, seed: UInt64(step))) }
        // One change of an object in a batch.
        var keys: Set<SyncKey> = []
        updates = updates.filter { $0.key.map { keys.insert($0).inserted } ?? true }
        rig.publish(updates)
        published.append(updates)
      case 4:
        // Made now, and given later.
        for interest in Set(rig.wanted.map(\.interest)) {
          waiting.append(try rig.snapshot(interest))
        }
        rig.clearWishes()
      case 5: for snapshot in waiting { rig.room.take(snapshot) }; waiting = []
      case 6: if let follower = followers.randomElement(using: &random) { follower.agent.shut() }
      case 7:
        if let follower = followers.randomElement(using: &random) {
          try follower.agent.open(1 + random.below(30_000))
        }
      case 8:
        rig.loop.advanceTime(by: .seconds(Int64(random.below(5))))
        for follower in followers { try follower.agent.answerPings() }
      default: rig.room.setLocked(random.chance(50))
      }
      for follower in followers { try follower.agent.listen() }
    }
    for snapshot in waiting { rig.room.take(snapshot) }
    try rig.serve()
    let status = random.pick([SyncStatus.inSync, .waitForDatastore])
    rig.publish([], status: status, isNew: status != .inSync)
    for follower in followers {
      try follower.agent.open()
      #expect(follower.agent.ear.status == status, "\(`where`)")
      try check(follower, rig, published, `where`)
    }
  }

  private func check(
    _ follower: Follower, _ rig: RoomRig, _ published: [[SyncUpdate]], _ place: String
  ) throws {
    let (ear, interest) = (follower.agent.ear, follower.interest)
    #expect(follower.agent.faucet.deepest <= 1, "no pump within a pump, \(place)")
    #expect(ear.phase == .differences && ear.snapshots == 1 && !ear.isInMessage, "\(place)")
    let truth = rig.truth.without { !interest.includes($0) }
    #expect(ear.known == truth, "\(place): \(ear.known.differences(to: truth))")
    // Each difference has the number once. They are the last of all, whether the snapshot or a
    // difference told them.
    let numbers = ear.told.filter { $0.key == .tier("number") }
    let all = published.flatMap { $0 }.filter { $0.key == .tier("number") }
    #expect(numbers == all.suffix(numbers.count), "without gap or repeat, \(place)")
  }
}
