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

@Suite("Many at once who are killed, cancelled and cut off", .timeLimit(.minutes(5)))
struct InterruptedTests {
  private static let workers = 8
  private static let steps = 6

  @Test("hold what they were told, and nothing else is held", arguments: StoreUnderTest.all)
  func crowd(subject: StoreUnderTest) async throws {
    let name = "interrupted, \(subject.testDescription)"
    let seed = SplitMix64.seed(for: name)
    try await subject.withEmpty { store in
      let world = try await World(store, pools: [World.pool("10.0.0.0/24", blockSize: 28)])
      let crowd = Crowd(subject: subject, seed: seed, time: world.time)
      let faults = Task { try await disturb(subject) }
      let working = Task { try await work(crowd) }
      let result = await working.result
      faults.cancel()
      let breaks = try await faults.value
      let accounts = try result.get()
      let kept = accounts.reduce(into: [:]) { $0.merge($1.kept) { $0 + $1 } }
      print(
        "\(name): \(accounts.reduce(0) { $0 + $1.calls }) calls, "
          + "\(accounts.reduce(0) { $0 + $1.interrupted }) without an answer, "
          + "\(breaks) breaks, \(kept.count) handles kept")
      try await expect(kept.mapValues { $0.sorted() }, in: world)
    }
  }

  private func work(_ crowd: Crowd) async throws -> [Crowd.Account] {
    try await withThrowingTaskGroup(of: Crowd.Account.self) { group in
      for worker in 0..<Self.workers {
        group.addTask { try await crowd.work(worker, steps: Self.steps) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  /// Breaks all connections now and then, until it is cancelled; says how often.
  private func disturb(_ subject: StoreUnderTest) async throws -> Int {
    var breaks = 0
    while !Task.isCancelled {
      try await subject.disturb(breaks % 2)
      breaks += 1
      try? await Task.sleep(for: .milliseconds(150))
    }
    // What was to come is no more to come.
    try await subject.disturb(0)
    return breaks
  }

  private func expect(_ kept: [String: [IPAddress]], in world: World) async throws {
    var stored: [String: [IPAddress]] = [:]
    for allocation in try await persistently({ try await world.ipam.allocations() }) {
      stored[allocation.handle ?? "-", default: []].append(allocation.address)
    }
    #expect(stored.mapValues { $0.sorted() } == kept)
    let dangers = try await Checker(world.store).dangers
    #expect(dangers == [])
    // What stops left behind goes when the pods go, and their hosts.
    for handle in kept.keys { _ = try await world.ipam.release(handle: handle) }
    for host in Crowd.hosts {
      _ = try await world.ipam.ensureBlock(host: host)
      try await world.ipam.releaseHostAffinities(host)
    }
    let problems = try await Checker(world.store).problems
    #expect(problems == [])
    #expect(try await world.blocks().isEmpty)
    #expect(try await world.store.all(BlockAffinity.self).isEmpty)
    #expect(try await world.store.all(IPAMHandle.self).isEmpty)
  }

  /// The connection that the test has may have been broken too.
  private func persistently<R>(_ read: () async throws -> R) async throws -> R {
    for _ in 0..<20 {
      do { return try await read() } catch { try await Task.sleep(for: .milliseconds(50)) }
    }
    return try await read()
  }
}
