// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import HostSystem
import IPAM
import Resources
import TestSupport
import Testing

/// Two operations that have to do with the same records, in many orders of their calls.
@Suite("A few at the same time") struct PairTests {
  static let operations: [RandomOperation] = [
    .add(AutoAssignRequest(host: "a", handle: "h", v4Count: 2, v6Count: 1)),
    .add(AutoAssignRequest(host: "a", handle: "other", v4Count: 3)),
    .add(AutoAssignRequest(host: "b", handle: "h", v4Count: 5, reuseExisting: true)),
    .ask(ip("10.0.0.6"), host: "b", handle: "h"),
    .delete(handle: "h"),
    .release([ip("10.0.0.0"), ip("10.0.0.1")], handle: "h"),
    .ensureBlock(host: "a"),
    .claim(cidr("10.0.0.4/30"), host: "a"),
    .leave(host: "a", mustBeEmpty: false),
    .leave(host: "a", mustBeEmpty: true),
    .leaveBlock(cidr("10.0.0.4/30")),
  ]

  static let crowding: [RandomOperation] = [
    operations[0], operations[1], .delete(handle: "h"), .leave(host: "a", mustBeEmpty: false),
    .leave(host: "a", mustBeEmpty: true), .leaveBlock(cidr("10.0.0.4/30")),
  ]

  @Test("leave the records right", arguments: operations.indices, [true, false])
  func pairs(first: Int, atomic: Bool) async throws {
    let seed = SplitMix64.seed(for: "Two at the same time, \(first), atomic \(atomic)")
    for second in Self.operations.indices[first...] {
      for order in 0..<rounds(atomic ? 10 : 40) {
        var generator = SplitMix64(seed: seed &+ UInt64(1_000_000 * second + order))
        let world = try await prepared(atomic, &generator)
        let pair = [Self.operations[first], Self.operations[second]]
        try await run(pair, world, seed: generator.next())
        let problems = try await Checker(world.store).problems
        #expect(problems == [], "after \(pair)")
        // What is held can be given back.
        for handle in ["h", "other", "x"] { _ = try await world.ipam.release(handle: handle) }
        #expect(try await world.ipam.allocations().isEmpty)
      }
    }
  }

  /// Four at once, of which one may be stopped. Where two do not meet, three or four do.
  @Test("never endanger an address, nor leave a claim on a block that is not the host's")
  func four() async throws {
    let seed = SplitMix64.seed(for: "Four at the same time")
    for order in 0..<rounds(1500) {
      var generator = SplitMix64(seed: seed &+ UInt64(order))
      let world = try await prepared(false, &generator)
      // Half of them of a few operations only, which meet more often.
      let from = generator.chance(50) ? Self.operations : Self.crowding
      let four = (0..<4).map { _ in from[generator.below(from.count)] }
      let killer = Killer(
        atCall: 1 + generator.below(40), generator.pick(Killer.Ending.allCases))
      try await run(four, world, seed: generator.next(), killer)
      let checker = try await Checker(world.store)
      #expect(checker.dangers == [], "after \(four)")
      if !killer.hasKilled { #expect(checker.leftovers == [], "after \(four)") }
    }
  }

  @Test("with strict affinity nothing is assigned from a block that was just given up")
  func strictAgainstRelease() async throws {
    let seed = SplitMix64.seed(for: "Assignment against release")
    for order in 0..<rounds(200) {
      var generator = SplitMix64(seed: seed &+ UInt64(order))
      let world = try await World(atomic: false)
      try await world.setStrict()
      try await world.take(on: "a", "x")
      try await run(
        [Self.operations[1], .leave(host: "a", mustBeEmpty: false)], world,
        seed: generator.next())
      for block in try await world.blocks() where block.spec.affinity == nil {
        // Giving it up was the last write.
        let numbers = block.spec.sequenceNumberForAllocation.values
        #expect(numbers.allSatisfy { $0 < block.spec.sequenceNumber })
      }
    }
  }

  /// Some blocks with some addresses, or none, so that the operations meet in different states.
  private func prepared(
    _ atomic: Bool, _ generator: inout SplitMix64
  ) async throws -> World {
    let world = try await World(
      atomic: atomic, pools: [World.pool("10.0.0.0/29"), World.pool("fd00::/125")])
    if generator.chance(60) {
      let owner = generator.chance(50) ? "a" : "b"
      _ = try await world.ipam.claimAffinity(cidr("10.0.0.4/30"), host: owner)
    }
    if generator.chance(50) {
      _ = try await world.ipam.assign(ip("10.0.0.0"), host: "a", handle: "h")
    }
    if generator.chance(30) { try await world.take(1, on: "b", "x") }
    if generator.chance(20) { try await world.ipam.releaseHostAffinities("a") }
    if generator.chance(50) { world.time.advance(seconds: 60) }
    return world
  }

  private func run(
    _ pair: [RandomOperation], _ world: World, seed: UInt64, _ killer: Killer? = nil
  ) async throws {
    let turns = TurnTaker(seed: seed, count: pair.count)
    let outcomes = await withTaskGroup(of: RandomOperation.Outcome.self) { group in
      for (task, operation) in pair.enumerated() {
        var store = turns.wrap(world.store, task: task)
        if task == 0, let killer { store = killer.wrap(store) }
        let client = world.client(on: store)
        group.addTask {
          let outcome = await operation.run(client)
          turns.leave()
          return outcome
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    for outcome in outcomes { #expect(outcome.unexpected == nil, "\(pair)") }
  }
}
