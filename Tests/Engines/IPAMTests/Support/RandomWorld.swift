// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import HostSystem
import IPAM
import Resources
import TestSupport
import Testing

/// A world in which hosts do things at random, several at once, and some are stopped.
struct RandomWorld {
  let world: World
  /// What is known for certain to be held, by whom.
  var held: [IPAddress: String] = [:]
  /// How many operations there were, and of how many the end was not known.
  private(set) var operations = 0
  private(set) var kills = 0

  init(_ store: any Datastore, _ generator: inout SplitMix64) async throws {
    let strict = generator.chance(25)
    let cooldown = generator.chance(20) ? 30 : 0
    world = try await World(
      store, pools: [World.pool("10.0.0.0/28"), World.pool("fd00::/124", blockSize: 126)])
    try await world.ipam.updateConfiguration {
      $0.strictAffinity = strict
      $0.ipCooldownSeconds = cooldown
    }
  }

  /// Mostly a new handle, or one that others use too.
  func handle(_ generator: inout SplitMix64) -> String {
    generator.chance(60) ? "own\(generator.below(1_000_000))" : "shared\(generator.below(4))"
  }

  /// Some operations at once, some of which end early.
  mutating func batch(_ generator: inout SplitMix64, mayKill: Bool) async throws {
    let count = 1 + generator.below(4)
    let turns = TurnTaker(seed: generator.next(), count: count)
    var operations: [(RandomOperation, IPAMClient)] = []
    var killers: [Int: Killer] = [:]
    for task in 0..<count {
      var store = turns.wrap(world.store, task: task)
      if mayKill, generator.chance(35) {
        // Where writes go out together, an operation is short.
        let calls = world.store.commitsAtomically ? 8 : 20
        let killer = Killer(
          atCall: 1 + generator.below(calls), generator.pick(Killer.Ending.allCases))
        store = killer.wrap(store)
        killers[task] = killer
      }
      operations.append((RandomOperation.random(&generator, self), world.client(on: store)))
    }
    var outcomes: [Int: RandomOperation.Outcome] = [:]
    await withTaskGroup(of: (Int, RandomOperation.Outcome).self) { group in
      for (task, (operation, client)) in operations.enumerated() {
        group.addTask {
          let outcome = await operation.run(client)
          turns.leave()
          return (task, outcome)
        }
      }
      for await (task, outcome) in group { outcomes[task] = outcome }
    }
    if generator.chance(30) { world.time.advance(seconds: Int64(generator.below(90))) }
    for (task, killer) in killers where killer.hasKilled { outcomes[task]?.wasKilled = true }
    let results = operations.enumerated().map { ($1.0, outcomes[$0] ?? .init()) }
    self.operations += results.count
    kills += results.count { $0.1.wasKilled }
    try await check(results)
    if results.contains(where: \.1.wasKilled) { try await recover(results, &generator) }
    let problems = try await Checker(world.store).problems
    #expect(problems == [], "after \(results.map { "\($0.0)" })")
  }

  /// What was certain before and what has been said since must be true of the records.
  private mutating func check(
    _ results: [(RandomOperation, RandomOperation.Outcome)]
  ) async throws {
    for (operation, outcome) in results {
      if let error = outcome.unexpected { Issue.record("\(operation): \(error)") }
    }
    let dangers = try await Checker(world.store).dangers
    #expect(dangers == [], "after \(results.map { "\($0.0)" })")
    // Of a handle that two had to do with, or one who was stopped, the order is not known.
    var users: [String: Int] = [:]
    for (operation, outcome) in results {
      guard let handle = operation.handle else { continue }
      users[handle, default: 0] += outcome.wasKilled ? 2 : 1
    }
    for address in results.flatMap(\.1.released) { held[address] = nil }
    held = held.filter { users[$0.value, default: 0] < 2 }
    for (operation, outcome) in results {
      guard let handle = operation.handle else { continue }
      for address in outcome.assigned where users[handle] == 1 {
        #expect(held[address] == nil || held[address] == handle, "\(address) was given twice")
        held[address] = handle
      }
    }
    let stored = try await storedHolders()
    for (address, handle) in held {
      #expect(stored[address] == handle, "\(address) is lost")
    }
    held = stored
  }

  /// Who holds what, from the records.
  private func storedHolders() async throws -> [IPAddress: String] {
    var holders: [IPAddress: String] = [:]
    for block in try await world.blocks() {
      for (ordinal, index) in block.spec.allocations.enumerated() {
        guard let index, let handle = block.spec.attributes[index].handleID,
          let address = cidr(block.spec.cidr).first.advanced(by: ordinal)
        else { continue }
        holders[address] = handle
      }
    }
    return holders
  }

  /// What normally follows a stop: the same once more, or the end of the pod; and the agents start.
  private mutating func recover(
    _ results: [(RandomOperation, RandomOperation.Outcome)], _ generator: inout SplitMix64
  ) async throws {
    for (operation, outcome) in results where outcome.wasKilled {
      if case .delete = operation {
        _ = await operation.run(world.ipam)
      } else if let handle = operation.handle {
        if generator.chance(50) { _ = await operation.run(world.ipam) }
        _ = try await world.ipam.release(handle: handle)
      } else {
        _ = await operation.run(world.ipam)
      }
    }
    for host in RandomOperation.hosts { _ = try await world.ipam.ensureBlock(host: host) }
    if try await !Checker(world.store).leftovers.isEmpty {
      for host in RandomOperation.hosts { try await world.ipam.releaseHostAffinities(host) }
    }
    held = try await storedHolders()
  }

  /// Everything is given back: nothing may remain.
  func end() async throws {
    for handle in Set(held.values).sorted() { _ = try await world.ipam.release(handle: handle) }
    world.time.advance(seconds: 3600)
    for host in RandomOperation.hosts {
      _ = try await world.ipam.ensureBlock(host: host)
      try await world.ipam.releaseHostAffinities(host)
    }
    #expect(try await world.store.all(IPAMHandle.self).isEmpty)
    #expect(try await world.store.all(BlockAffinity.self).isEmpty)
    let remaining = try await world.blocks().filter { $0.spec.affinity != nil }
    #expect(remaining.isEmpty)
    #expect(try await world.ipam.allocations().isEmpty)
  }
}
