// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import HostSystem
import IPAM
import Resources
import StoresUnderTest
import TestSupport
import Testing

/// Every operation is stopped at each of its calls of the store, in each way that there is.
@Suite("A stop at any moment") struct KillPointTests {
  struct Scenario: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var pools = [World.pool("10.0.0.0/28")]
    /// What is there before; made without stops.
    var before: @Sendable (World) async throws -> Void = { _ in }
    /// The operation that is stopped, and that is done again afterwards.
    let operation: @Sendable (IPAMClient) async throws -> Void
    /// What must be true once it has been done again.
    let after: @Sendable (World) async throws -> Bool
  }

  static func assign(_ count: Int, v6: Int = 0) -> @Sendable (IPAMClient) async throws -> Void {
    { ipam in
      let request = AutoAssignRequest(
        host: "a", handle: "h", attributes: ["node": "a"], v4Count: count, v6Count: v6,
        reuseExisting: true)
      if let failure = try await ipam.autoAssign(request).failure { throw failure }
    }
  }

  static func holds(_ count: Int) -> @Sendable (World) async throws -> Bool {
    { try await $0.ipam.addresses(handle: "h").count == count }
  }

  static let scenarios: [Scenario] = [
    Scenario(
      testDescription: "assignment with a new block", operation: assign(1), after: holds(1)),
    Scenario(
      testDescription: "assignment from the own block",
      before: { try await $0.take(on: "a", "other") }, operation: assign(2), after: holds(2)),
    Scenario(
      testDescription: "assignment of both families over several blocks",
      pools: [World.pool("10.0.0.0/28"), World.pool("fd00::/124")],
      operation: assign(6, v6: 5), after: holds(11)),
    Scenario(
      testDescription: "borrowing", pools: [World.pool("10.0.0.0/30")],
      before: { try await $0.take(2, on: "b", "other") }, operation: assign(2), after: holds(2)),
    Scenario(
      testDescription: "reclaim of another host's empty block", pools: [World.pool("10.0.0.0/30")],
      before: {
        _ = try await $0.ipam.ensureBlock(host: "b")
        $0.time.advance(seconds: 60)
      }, operation: assign(1), after: holds(1)),
    Scenario(
      testDescription: "assignment that gives stale blocks up",
      pools: [World.pool("10.0.0.0/28"), World.pool("10.1.0.0/28")],
      before: {
        _ = try await $0.ipam.ensureBlock(host: "a")
        try await $0.change("10.0.0.0/28") { $0.disabled = true }
      }, operation: assign(1), after: holds(1)),
    Scenario(
      testDescription: "assignment of an address that is asked for",
      operation: {
        _ = try await $0.assign(ip("10.0.0.9"), host: "a", handle: "h", reuseExisting: true)
      }, after: holds(1)),
    Scenario(
      testDescription: "a node's first block",
      operation: { _ = try await $0.ensureBlock(host: "a") },
      after: { try await $0.affinities("a").count == 1 }),
    Scenario(
      testDescription: "claim of blocks",
      operation: { _ = try await $0.claimAffinity(cidr("10.0.0.0/29"), host: "a") },
      after: { try await $0.affinities("a") == ["10.0.0.0/30", "10.0.0.4/30"] }),
    Scenario(
      testDescription: "release by address",
      before: {
        try await $0.take(3, on: "a", "h")
        try await $0.take(on: "a", "other")
      },
      operation: { ipam in
        _ = try await ipam.release(
          (0..<16).map { ReleaseRequest(ip("10.0.0.\($0)"), handle: "h") })
      }, after: { try await $0.ipam.allocations().map(\.handle) == ["other"] }),
    Scenario(
      testDescription: "release by handle from several blocks",
      before: {
        try await $0.take(2, on: "a", "other")
        try await $0.take(6, on: "a", "h")
      }, operation: { _ = try await $0.release(handle: "h") },
      after: { try await $0.ipam.allocations().map(\.handle) == ["other", "other"] }),
    Scenario(
      testDescription: "release of the last address of nobody's block",
      before: {
        try await $0.take(2, on: "a", "h")
        try await $0.ipam.releaseHostAffinities("a")
      }, operation: { _ = try await $0.release(handle: "h") },
      after: { try await $0.blocks().isEmpty }),
    Scenario(
      testDescription: "giving up an empty and a used block",
      before: {
        _ = try await $0.ipam.claimAffinity(cidr("10.0.0.0/29"), host: "a")
        try await $0.take(on: "a", "h")
      }, operation: { _ = try await $0.releaseHostAffinities("a") },
      after: {
        let isGone = try await $0.affinities("a") == []
        return try await $0.ipam.addresses(handle: "h").count == 1 && isGone
      }),
    Scenario(
      testDescription: "giving up empty blocks only",
      before: { _ = try await $0.ipam.claimAffinity(cidr("10.0.0.0/29"), host: "a") },
      operation: { _ = try await $0.releaseHostAffinities("a", mustBeEmpty: true) },
      after: { try await $0.blocks().isEmpty }),
  ]

  @Test("loses nothing", arguments: scenarios, [true, false])
  func loseNothing(scenario: Scenario, atomic: Bool) async throws {
    for ending in Killer.Ending.allCases {
      for call in 1...500 {
        var hasKilled = false
        for again in [true, false] {
          let stop = Stop(call: call, ending: ending, again: again)
          let store = MemoryDatastore(commitsAtomically: atomic)
          hasKilled = try await run(scenario, on: store, stop).hasKilled
        }
        if !hasKilled {
          #expect(call > 3, "\(scenario.testDescription) was hardly stopped")
          break
        }
        #expect(call < 500, "\(scenario.testDescription) never ends")
      }
    }
  }

  /// Each operation at a few of its calls.
  @Test("loses nothing on any store", arguments: StoreUnderTest.all)
  func stores(subject: StoreUnderTest) async throws {
    let seed = SplitMix64.seed(for: "a stop at any moment, \(subject.testDescription)")
    var random = SplitMix64(seed: seed)
    var struck = 0
    var trials = 0
    try await subject.withEmpty { store in
      for scenario in Self.scenarios {
        let whole = Stop(call: .max, ending: .diesBefore, again: true)
        let calls = try await run(scenario, on: store, whole).calls
        // Two of the endings, by chance.
        for ending in Killer.Ending.allCases.shuffled(using: &random).prefix(2) {
          let call = 1 + random.below(calls)
          let stop = Stop(call: call, ending: ending, again: random.chance(50))
          if try await run(scenario, on: store, stop).hasKilled { struck += 1 }
          trials += 1
        }
      }
    }
    print(
      "a stop at any moment, \(subject.testDescription): \(Self.scenarios.count) operations, "
        + "\(trials) tries, \(struck) stops")
    #expect(trials == 2 * Self.scenarios.count && struck > trials / 2)
  }

  /// Where an operation is stopped, and whether it is done once more afterwards.
  struct Stop: Sendable, CustomStringConvertible {
    var call: Int
    var ending: Killer.Ending
    var again: Bool

    var description: String { "call \(call), \(ending), \(again ? "again" : "given up")" }
  }

  /// Stops an operation in a world of its own, of which nothing remains in the store.
  private func run(
    _ scenario: Scenario, on store: any Datastore, _ stop: Stop
  ) async throws -> Killer {
    let world = try await World(store, pools: scenario.pools)
    let killer = Killer(atCall: stop.call, stop.ending)
    try await scenario.before(world)
    try await world.expectClean()
    do {
      try await scenario.operation(world.client(on: killer.wrap(world.store)))
      // One who lives on may do without what was refused.
      let hasDied = killer.hasKilled && stop.ending.isDeath
      #expect(!hasDied, "\(scenario.testDescription) did not notice: \(stop)")
    } catch {
      #expect(killer.hasKilled, "\(scenario.testDescription): \(error) at \(stop)")
    }
    #expect(try await Checker(world.store).dangers == [], "\(scenario.testDescription): \(stop)")
    if stop.again {
      try await scenario.operation(world.ipam)
      #expect(try await scenario.after(world), "\(scenario.testDescription): \(stop)")
      #expect(try await Checker(world.store).dangers == [], "\(scenario.testDescription): \(stop)")
    }
    // If never again: what was assigned is given back by handle.
    try await cleanUp(world, scenario, stop)
    try await world.close()
    return killer
  }

  /// What normally comes after: the pod's end, and an agent's start.
  private func cleanUp(_ world: World, _ scenario: Scenario, _ stop: Stop) async throws {
    _ = try await world.ipam.release(handle: "h")
    for host in ["a", "b"] { _ = try await world.ipam.ensureBlock(host: host) }
    let problems = try await Checker(world.store).problems
    #expect(problems == [], "\(scenario.testDescription): \(stop)")
    _ = try await world.ipam.release(handle: "other")
    for host in ["a", "b"] { try await world.ipam.releaseHostAffinities(host) }
    #expect(try await world.blocks().isEmpty)
    #expect(try await world.store.all(BlockAffinity.self).isEmpty)
    #expect(try await world.store.all(IPAMHandle.self).isEmpty)
  }
}
