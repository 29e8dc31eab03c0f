// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import HostSystem
import StoresUnderTest
import TestSupport
import Testing

@Suite("Hosts at work at random") struct RandomOperationTests {
  @Test(
    "give no address twice and lose none", arguments: [true, false], [true, false])
  func work(atomic: Bool, mayKill: Bool) async throws {
    let seed = SplitMix64.seed(for: "Hosts at work at random, atomic \(atomic), kill \(mayKill)")
    for round in 0..<rounds(40) {
      var generator = SplitMix64(seed: seed &+ UInt64(round))
      var world = try await RandomWorld(
        MemoryDatastore(commitsAtomically: atomic), &generator)
      for _ in 0..<25 { try await world.batch(&generator, mayKill: mayKill) }
      try await world.end()
    }
  }

  @Test("give no address twice and lose none on any store", arguments: StoreUnderTest.all)
  func stores(subject: StoreUnderTest) async throws {
    let name = subject.testDescription
    let seed = SplitMix64.seed(for: "Hosts at work at random, \(name)")
    for (round, mayKill) in [false, true].enumerated() {
      try await subject.withEmpty { store in
        var generator = SplitMix64(seed: seed &+ UInt64(round))
        var world = try await RandomWorld(store, &generator)
        let batches = rounds(15)
        for _ in 0..<batches { try await world.batch(&generator, mayKill: mayKill) }
        print(
          "Hosts at work at random, \(name), kill \(mayKill): "
            + "\(batches) batches, \(world.operations) operations, \(world.kills) stops")
        try await world.end()
      }
    }
  }
}
