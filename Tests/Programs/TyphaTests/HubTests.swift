// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Resources
import SyncModel
import Telemetry
import TestSupport
import Testing

@testable import Typha

@Suite("The hub", .serialized, .timeLimit(.minutes(5)))
struct HubTests {
  @Test("makes one snapshot for all that join, and another only when it is stale")
  func sharing() async throws {
    let typha = try await TyphaRig { $0.leastStale = 10_000 }
    await typha.begin([bulky("p", bytes: 100_000, seed: 1)])
    var agents: [RawAgent] = []
    func join() async throws {
      let agent = try RawAgent(port: typha.port)
      agent.greet()
      agents.append(agent)
      try await agent.hear("it has everything") { $0.phase == .differences }
      #expect(agent.ear.known == typha.truth)
    }
    for _ in 0..<8 { try await join() }
    await typha.feed([tier("t", 1)])
    for _ in 0..<8 { try await join() }
    #expect(typha.metrics.snapshotsGenerated.value == 1)
    // More than a quarter of it to be told after it.
    for index in 0..<3 { await typha.feed([bulky("q", bytes: 30_000, seed: UInt64(index))]) }
    for _ in 0..<4 { try await join() }
    #expect(typha.metrics.snapshotsGenerated.value == 2)
    for agent in agents {
      try await agent.hear("it has the rest") { $0.known == typha.truth }
    }
    await typha.stop()
  }

  @Test("makes no snapshot before all was read, nor while it is out of sync or has heard nothing")
  func notReady() async throws {
    let typha = try await TyphaRig()
    let early = try RawAgent(port: typha.port)
    early.greet()
    await typha.feed([tier("a", 1)], status: .resyncInProgress, isNew: true)
    try await early.hear("it is welcome") { $0.phase == .waiting }
    await typha.feed([tier("b", 1)], status: .resyncInProgress)
    try early.listen()
    #expect(early.ear.phase == .waiting && typha.metrics.snapshotsGenerated.value == 0)
    await typha.feed([.inSync], isNew: true)
    try await early.hear("it has everything") { $0.known == typha.truth }
    #expect(early.ear.phase == .differences && early.ear.differences.isEmpty)

    await typha.feed([], status: .waitForDatastore, isNew: true)
    let late = try RawAgent(port: typha.port)
    late.greet()
    try await late.hear("it is welcome") { $0.phase == .waiting }
    await typha.hub.setSilent(true)
    await typha.feed([tier("c", 1), .inSync], isNew: true)
    try await early.hear("who follows is told") { $0.known == typha.truth && $0.status == .inSync }
    // A snapshot would be made meanwhile.
    try await Task.sleep(for: .milliseconds(50))
    try late.listen()
    #expect(late.ear.phase == .waiting && typha.metrics.snapshotsGenerated.value == 1)
    await typha.hub.setSilent(false)
    try await late.hear("it has everything") { $0.known == typha.truth }
    await typha.stop()
  }

  @Test("has a snapshot for each interest, and differences too")
  func interests() async throws {
    let typha = try await TyphaRig()
    await typha.begin([tier("a", 1), peer("p", 1)])
    let all = try RawAgent(port: typha.port)
    let less = try RawAgent(port: typha.port)
    all.greet()
    less.say(.hello(AgentGreeting(node: "n", software: "s", interest: .withoutBGP)))
    for agent in [all, less] {
      try await agent.hear("it has everything") { $0.phase == .differences }
    }
    await typha.feed([peer("p", 2), tier("b", 1)])
    await typha.feed([peer("p", nil)])
    await typha.feed([tier("c", 1)])
    try await all.hear("it has all") { $0.known == typha.truth }
    try await less.hear("it has all") { $0.known.updates[.tier("c")] != nil }
    #expect(less.ear.known == typha.truth)
    #expect(less.ear.differences.flatMap { $0 }.allSatisfy { $0.key != .bgpPeer("p") })
    #expect(typha.metrics.snapshotsGenerated.value == 2)
    await typha.stop()
  }

  @Test("tells a large batch as one difference in parts, in order, with the status in the last")
  func largeBatch() async throws {
    let typha = try await TyphaRig { $0.messageItems = 4 }
    await typha.begin([])
    let agent = try RawAgent(port: typha.port)
    agent.greet()
    try await agent.hear("it has everything") { $0.phase == .differences }
    let updates = tiers(0..<95)
    await typha.feed(updates, status: .resyncInProgress, isNew: true)
    try await agent.hear("it has all") { $0.status == .resyncInProgress }
    #expect(agent.ear.known == typha.truth)
    #expect(agent.ear.differences.flatMap { $0 } == updates)
    #expect(agent.ear.differences.map(\.count).max() == 4)
    #expect(typha.metrics.sequence.value == 1)
    await typha.stop()
  }

  @Test("leaves out and counts what changes nothing, and tells nobody of it")
  func nothingNew() async throws {
    let typha = try await TyphaRig()
    await typha.begin([tier("a", 1), tier("b", 2)])
    await typha.feed([tier("a", 1), tier("b", 2), tier("c", nil)])
    #expect(typha.metrics.updatesSkipped.value == 3 && typha.metrics.sequence.value == 0)
    await typha.feed([tier("a", 1), tier("b", 3)])
    #expect(typha.metrics.updatesSkipped.value == 4 && typha.metrics.sequence.value == 1)
    #expect(typha.metrics.cacheSize.value == 2)
    await typha.stop()
  }

  @Test("tells the last state of the lock last, whatever overtakes what")
  func lock() async throws {
    let typha = try await TyphaRig()
    await typha.begin([])
    let agent = try RawAgent(port: typha.port)
    agent.greet()
    try await agent.hear("it has everything") { $0.phase == .differences }
    let isLocked = Box(false)
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<50 {
        isLocked.set(index % 2 == 0)
        group.addTask { await typha.hub.lockHasChanged { isLocked.value } }
      }
      isLocked.set(true)
      group.addTask { await typha.hub.lockHasChanged { isLocked.value } }
    }
    await typha.feed([tier("end", 1)])
    try await agent.hear("the end") { $0.known == typha.truth }
    #expect(agent.ear.pings.last?.isLocked == true)
    await typha.stop()
  }
}
