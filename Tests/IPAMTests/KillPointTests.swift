// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import LocalDatastore
import Resources
import Testing
import TestSupport

/// Every operation is stopped at each of its calls of the store, before the call and after it.
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
    try await run(scenario) { MemoryDatastore(commitsAtomically: atomic) }
  }

  @Test("loses nothing in the local datastore", arguments: scenarios[2...2], [true, false])
  func local(scenario: Scenario, atomic: Bool) async throws {
    let folder = TemporaryFolder()
    var count = 0
    try await run(scenario) {
      count += 1
      let store = try await LocalDatastore.open(
        path: folder.path + "/\(count).db", durability: .processCrash)
      return WrappedDatastore(store, commitsAtomically: atomic)
    }
  }

  private func run(
    _ scenario: Scenario, _ makeStore: () async throws -> any Datastore
  ) async throws {
    for afterwards in [false, true] {
      for call in 1...500 {
        let again = try await World(makeStore(), pools: scenario.pools)
        let killer = try await stop(scenario, in: again, call, afterwards)
        // The same once more.
        try await scenario.operation(again.ipam)
        #expect(try await scenario.after(again), "after call \(call), \(afterwards)")
        #expect(try await Checker(again.store).dangers == [], "\(call), \(afterwards)")
        try await cleanUp(again, call)
        await again.store.close()

        let givenUp = try await World(makeStore(), pools: scenario.pools)
        _ = try await stop(scenario, in: givenUp, call, afterwards)
        // Never again: what was assigned is given back by handle.
        try await cleanUp(givenUp, call)
        await givenUp.store.close()
        if !killer.hasKilled {
          #expect(call > 3, "\(scenario.testDescription) was hardly stopped")
          break
        }
        #expect(call < 500, "\(scenario.testDescription) never ends")
      }
    }
  }

  private func stop(
    _ scenario: Scenario, in world: World, _ call: Int, _ afterwards: Bool
  ) async throws -> Killer {
    try await scenario.before(world)
    try await world.expectClean()
    let killer = Killer(atCall: call, afterwards: afterwards)
    do {
      try await scenario.operation(world.client(on: killer.wrap(world.store)))
      #expect(!killer.hasKilled, "the operation did not notice its end at call \(call)")
    } catch {
      #expect(killer.hasKilled, "\(error) at call \(call)")
    }
    #expect(try await Checker(world.store).dangers == [], "\(call), \(afterwards)")
    return killer
  }

  /// What normally comes after: the pod's end, and an agent's start.
  private func cleanUp(_ world: World, _ call: Int) async throws {
    _ = try await world.ipam.release(handle: "h")
    for host in ["a", "b"] { _ = try await world.ipam.ensureBlock(host: host) }
    #expect(try await Checker(world.store).problems == [], "at call \(call)")
    _ = try await world.ipam.release(handle: "other")
    for host in ["a", "b"] { try await world.ipam.releaseHostAffinities(host) }
    #expect(try await world.blocks().isEmpty)
    #expect(try await world.store.all(BlockAffinity.self).isEmpty)
    #expect(try await world.store.all(IPAMHandle.self).isEmpty)
  }
}
