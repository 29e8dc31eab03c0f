// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources
import Testing

@Suite("Queries and configuration") struct QueryTests {
  @Test("utilisation adds up for pools, blocks and reservations") func utilisation() async throws {
    var world = try await World(
      atomic: true, pools: [World.pool("10.0.0.0/28"), World.pool("fd00::/64", blockSize: 122)])
    world.reserved = CIDRSet(["10.0.0.0/31", "10.0.0.14/31"].map(cidr))
    _ = try await world.ipam.claimAffinity(cidr("10.0.0.0/30"), host: "a")
    _ = try await world.ipam.assign(ip("10.0.0.0"), host: "a", handle: "h")
    try await world.take(on: "a", "h2")
    let pools = try await world.ipam.utilisation()
    #expect(pools.map(\.name) == ["pool-10-0-0-0-28", "pool-fd00---64"])
    let v4 = pools[0]
    #expect(v4.usage.capacity == 16 && v4.usage.inUse == 2)
    #expect(v4.usage.reserved == 3 && v4.usage.available == 11)
    #expect(v4.blocks.map(\.cidr) == [cidr("10.0.0.0/30")])
    #expect(v4.blocks[0].owner == "host:a")
    #expect(v4.blocks[0].usage.capacity == 4 && v4.blocks[0].usage.inUse == 2)
    #expect(v4.blocks[0].usage.reserved == 1 && v4.blocks[0].usage.available == 1)
    #expect(pools[1].usage.capacity == 1 << 64 && pools[1].usage.available == 1 << 64)
  }

  @Test("blocks without a pool come last in the utilisation") func orphans() async throws {
    let world = try await World(
      atomic: true, pools: [World.pool("10.0.0.0/24"), World.pool("10.1.0.0/24")])
    _ = try await world.ipam.assign(ip("10.0.0.1"), host: "a", handle: "h")
    let pool = try #require(
      try await world.store.all(IPPool.self).first { $0.spec.cidr == "10.0.0.0/24" })
    try await world.store.delete(pool.key, revision: nil)
    let pools = try await world.ipam.utilisation()
    #expect(pools.map(\.cidr) == [cidr("10.1.0.0/24"), nil])
    #expect(pools[1].usage.capacity == 4 && pools[1].usage.inUse == 1)
  }

  @Test("all allocations can be listed, the borrowed ones told apart") func allocations()
    async throws
  {
    let world = try await World(atomic: true, pools: [World.pool("10.0.0.0/30")])
    try await world.take(on: "a", "h")
    try await world.take(on: "b", "h2")
    let all = try await world.ipam.allocations()
    #expect(all.map(\.handle) == ["h", "h2"])
    #expect(all.map(\.isBorrowed) == [false, true])
    #expect(all.map(\.host) == ["a", "b"])
    #expect(all.allSatisfy { $0.blockOwner == "host:a" })
  }

  @Test("an address that nobody holds has no attributes") func notAssigned() async throws {
    let world = try await World(atomic: true)
    for text in ["10.0.0.1", "172.16.0.1", "fd00::1"] {
      await expectError("IP address \(text) is not assigned") {
        _ = try await world.ipam.attributes(of: ip(text))
      }
    }
  }

  @Test("the configuration has defaults and is checked", arguments: [true, false])
  func configuration(atomic: Bool) async throws {
    let world = try await World(atomic: atomic)
    let defaults = try await world.ipam.configuration()
    #expect(!defaults.strictAffinity && defaults.autoAllocateBlocks)
    #expect(defaults.maxBlocksPerHost == 0 && defaults.ipCooldownSeconds == 0)
    await expectError("Cannot disable 'StrictAffinity' and 'AutoAllocateBlocks' at the same time") {
      try await world.ipam.updateConfiguration { $0.autoAllocateBlocks = false }
    }
    await expectError("MaxBlocksPerHost requires StrictAffinity to be enabled") {
      try await world.ipam.updateConfiguration { $0.maxBlocksPerHost = 5 }
    }
    await expectError("maxBlocksPerHost must be in 0...1000000, is 1000001") {
      try await world.ipam.updateConfiguration {
        $0.strictAffinity = true
        $0.maxBlocksPerHost = 1_000_001
      }
    }
    await expectError("ipCooldownSeconds must be in 0...1200, is 1201") {
      try await world.ipam.updateConfiguration { $0.ipCooldownSeconds = 1201 }
    }
    #expect(try await world.store.all(IPAMConfiguration.self).isEmpty)
    try await world.ipam.updateConfiguration { $0.strictAffinity = true }
    let changed = try await world.ipam.updateConfiguration { $0.maxBlocksPerHost = 5 }
    #expect(changed.strictAffinity && changed.maxBlocksPerHost == 5)
    #expect(try await world.ipam.configuration() == changed)
    #expect(try await world.store.all(IPAMConfiguration.self).map(\.metadata.name) == ["default"])
  }

  @Test("a new pool may not overlap another, nor blocks of another size") func newPools()
    async throws
  {
    let world = try await World(atomic: true)
    try await world.take(on: "a", "h")
    let block = try #require(try await world.blocks().first).spec.cidr
    let overlapping = try await world.ipam.problems(creating: World.pool("10.0.0.0/16"))
    #expect(
      overlapping.map(\.message) == [
        "IPPool(pool-10-0-0-0-16) CIDR overlaps with IPPool(pool-10-0-0-0-24)/CIDR 10.0.0.0/24"
      ])
    let pool = try #require(try await world.store.all(IPPool.self).first)
    try await world.store.delete(pool.key, revision: nil)
    #expect(try await world.ipam.problems(creating: World.pool("10.0.0.0/16")).isEmpty)
    let resized = try await world.ipam.problems(
      creating: World.pool("10.0.0.0/16", blockSize: 28))
    #expect(
      resized.map(\.message) == [
        "IPPool blocksize conflicts with existing allocations that use a different blocksize: "
          + block
      ])
  }
}
