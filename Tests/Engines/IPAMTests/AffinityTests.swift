// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources
import Synchronization
import TestSupport
import Testing

@Suite("Claims on blocks") struct AffinityTests {
  @Test("a node gets a block in each family, once", arguments: Ground.all)
  func ensureBlock(ground: Ground) async throws {
    try await ground.withWorld(pools: [World.pool("10.0.0.0/24"), World.pool("fd00::/120")]) {
      world in
      let blocks = try await world.ipam.ensureBlock(host: "a")
      #expect(Set(blocks.keys) == [.v4, .v6])
      #expect(try await world.ipam.ensureBlock(host: "a") == blocks)
      #expect(try await world.affinities("a") == blocks.values.map { "\($0)" }.sorted())
      let held = try await world.take(on: "a", "h")
      #expect(try #require(blocks[.v4]).contains(held[0]))
      try await world.expectClean()
    }
  }

  @Test("where there is no pool for a node there is no block") func noPool() async throws {
    let world = try await World(
      atomic: true, pools: [World.pool("10.0.0.0/24") { $0.allowedUses = [.tunnel] }])
    #expect(try await world.ipam.ensureBlock(host: "a") == [:])
  }

  @Test("claims are made of whole blocks, and not of those of others", arguments: Ground.all)
  func claim(ground: Ground) async throws {
    try await ground.withWorld { world in
      _ = try await world.ipam.claimAffinity(cidr("10.0.0.4/30"), host: "b")
      let result = try await world.ipam.claimAffinity(cidr("10.0.0.0/28"), host: "a")
      #expect(result.claimed == ["10.0.0.0/30", "10.0.0.8/30", "10.0.0.12/30"].map(cidr))
      #expect(result.failed == [cidr("10.0.0.4/30")])
      await expectError("10.0.0.0/31 is not a block of a configured pool") {
        _ = try await world.ipam.claimAffinity(cidr("10.0.0.0/31"), host: "a")
      }
      await expectError("10.0.0.0/23 is not a block of a configured pool") {
        _ = try await world.ipam.claimAffinity(cidr("10.0.0.0/23"), host: "a")
      }
      try await world.expectClean()
    }
  }

  @Test("a block in which somebody gets an address while it is claimed is not taken over")
  func usedWhileClaimed() async throws {
    let world = try await World(atomic: false, pools: [World.pool("10.0.0.0/30")])
    let block = cidr("10.0.0.0/30")
    // Nobody's, and empty once what rests in it has rested.
    try await world.ipam.updateConfiguration { $0.ipCooldownSeconds = 60 }
    try await world.take(on: "a", "h")
    _ = try await world.ipam.release(handle: "h")
    try await world.ipam.releaseHostAffinities("a")
    world.time.advance(seconds: 60)

    var store = WrappedDatastore(world.store)
    let assigned = Mutex(false)
    store.after = { call throws(DatastoreError) in
      // The first that is created is the record of the claim.
      let isFirst = assigned.withLock { done in
        defer { done = done || call == .create }
        return call == .create && !done
      }
      if isFirst { _ = try? await world.ipam.assign(ip("10.0.0.2"), host: "c", handle: "hc") }
    }
    let result = try await world.client(on: store).claimAffinity(block, host: "b")
    #expect(assigned.withLock { $0 })
    #expect(result.claimed == [] && result.failed == [block])
    #expect(try await world.block("10.0.0.0/30").spec.affinity == nil)
    #expect(try await world.affinities("b") == [])
    #expect(try await world.ipam.addresses(handle: "hc").map(\.address) == [ip("10.0.0.2")])
    try await world.expectClean()
  }

  @Test("claims are of the node whose name they have, not of one whose name begins so")
  func namesThatBeginAlike() async throws {
    let world = try await World(atomic: true)
    try await world.take(on: "a-b", "h1")
    try await world.take(on: "a", "h2")
    let blocks = try await world.blocks()
    #expect(Set(blocks.map(\.spec.affinity)) == ["host:a", "host:a-b"])
    // Neither is what the other gives up, uses or is held to have.
    try await world.ipam.releaseHostAffinities("a")
    #expect(try await world.affinities("a") == [])
    #expect(try await world.affinities("a-b").count == 1)
    #expect(
      try await world.ipam.ensureBlock(host: "a").values.allSatisfy { taken in
        !blocks.contains { $0.spec.cidr == taken.description && $0.spec.affinity == "host:a-b" }
      })
    try await world.expectClean()
  }

  @Test(
    "a block that nobody has is claimed once nobody has an address in it", arguments: [true, false])
  func claimOfUsedBlock(atomic: Bool) async throws {
    let world = try await World(atomic: atomic, pools: [World.pool("10.0.0.0/30")])
    let block = cidr("10.0.0.0/30")
    try await world.take(on: "a", "h")
    try await world.ipam.releaseHostAffinities("a")
    let refused = try await world.ipam.claimAffinity(block, host: "b")
    #expect(refused.claimed == [] && refused.failed == [block])
    #expect(try await world.block("10.0.0.0/30").spec.affinity == nil)
    // Its last address takes it away.
    _ = try await world.ipam.release(handle: "h")
    let claimed = try await world.ipam.claimAffinity(block, host: "b")
    #expect(claimed.claimed == [block] && claimed.failed == [])
    try await world.expectClean()
  }

  @Test("a claim that was begun is completed before use", arguments: Ground.all)
  func pendingCompleted(ground: Ground) async throws {
    try await ground.withWorld { world in
      try await addAffinity(world, "a", "10.0.0.8/30", .pending)
      let held = try await world.take(on: "a", "h")
      #expect(held == [ip("10.0.0.8")])
      #expect(try await world.store.all(BlockAffinity.self).map(\.spec.state) == [.confirmed])
      try await world.expectClean()
    }
  }

  @Test("a claim on another's block is dropped", arguments: Ground.all)
  func pendingOnForeign(ground: Ground) async throws {
    try await ground.withWorld { world in
      _ = try await world.ipam.claimAffinity(cidr("10.0.0.8/30"), host: "b")
      for state in [BlockAffinitySpec.State.pending, .pendingDeletion, .confirmed] {
        try await addAffinity(world, "a", "10.0.0.8/30", state)
        let handle = "h-\(state)"
        // More than the host has: every claim of its is looked at.
        let held = try await world.take(5, on: "a", handle)
        #expect(!held.contains { cidr("10.0.0.8/30").contains($0) })
        #expect(try await !world.affinities("a").contains("10.0.0.8/30"))
        try await world.expectClean()
      }
    }
  }

  @Test("a claim that was about to go, or has no block, is made good", arguments: Ground.all)
  func revived(ground: Ground) async throws {
    for state in [BlockAffinitySpec.State.pendingDeletion, .confirmed] {
      try await ground.withWorld { world in
        try await addAffinity(world, "a", "10.0.0.8/30", state)
        #expect(try await world.take(on: "a", "h") == [ip("10.0.0.8")])
        try await world.expectClean()
      }
    }
  }

  @Test("a block without its record of affinity is found again", arguments: Ground.all)
  func recordLost(ground: Ground) async throws {
    try await ground.withWorld { world in
      let held = try await world.take(on: "a", "h")
      let record = try #require(try await world.store.all(BlockAffinity.self).first)
      try await world.store.delete(record.key, revision: nil)
      let next = try await world.take(on: "a", "h2")
      #expect(next == [try #require(held[0].advanced(by: 1))])
      try await world.expectClean()
    }
  }

  @Test(
    "a claim given up deletes the empty block and leaves the used one", arguments: Ground.all)
  func releaseHost(ground: Ground) async throws {
    try await ground.withWorld { world in
      _ = try await world.ipam.claimAffinity(cidr("10.0.0.0/28"), host: "a")
      _ = try await world.ipam.assign(ip("10.0.0.5"), host: "a", handle: "h")
      try await world.take(on: "b", "hb")
      await expectError("block 10.0.0.4/30 is not empty") {
        try await world.ipam.releaseHostAffinities("a", mustBeEmpty: true)
      }
      #expect(try await world.affinities("a") == ["10.0.0.4/30"])
      #expect(
        try await world.store.all(BlockAffinity.self).allSatisfy { $0.spec.state == .confirmed })
      try await world.expectClean()
      #expect(try await world.ipam.releaseHostAffinities("a") == [cidr("10.0.0.4/30")])
      #expect(try await world.block("10.0.0.4/30").spec.affinity == nil)
      #expect(try await world.ipam.attributes(of: ip("10.0.0.5")).handle == "h")
      #expect(try await world.affinities("b").count == 1)
      try await world.expectClean()
    }
  }

  @Test("a host name that begins another's is not mixed up with it", arguments: Ground.all)
  func namePrefixes(ground: Ground) async throws {
    try await ground.withWorld { world in
      let long = String(repeating: "x", count: 230)
      let hosts = ["a", "a-10-0-0-0-30", "a-b", long + "1", long + "2"]
      for host in hosts { try await world.take(on: host, "h-\(host.suffix(3))") }
      for host in hosts { #expect(try await world.affinities(host).count == 1) }
      for record in try await world.store.all(BlockAffinity.self) {
        #expect(record.metadata.name.utf8.count <= 253)
      }
      try await world.ipam.releaseHostAffinities("a")
      #expect(try await world.affinities("a-b").count == 1)
      try await world.expectClean()
    }
  }

  @Test("a pool's claims are given up by all hosts", arguments: Ground.all)
  func releasePool(ground: Ground) async throws {
    try await ground.withWorld(pools: [World.pool("10.0.0.0/24"), World.pool("10.1.0.0/24")]) {
      world in
      for host in ["a", "b"] {
        _ = try await world.ipam.ensureBlock(host: host)
        var request = AutoAssignRequest(host: host, handle: "h-\(host)", v4Count: 1)
        request.v4Pools = ["10.1.0.0/24"]
        _ = try await world.ipam.autoAssign(request)
      }
      try await world.change("10.1.0.0/24") { $0.disabled = true }
      #expect(try await world.ipam.releasePoolAffinities(cidr("10.1.0.0/24")).count == 2)
      for host in ["a", "b"] {
        #expect(try await world.affinities(host).allSatisfy { $0.hasPrefix("10.0.") })
        #expect(try await world.ipam.addresses(handle: "h-\(host)").count == 1)
      }
      await expectError("there is no pool 10.7.0.0/24") {
        try await world.ipam.releasePoolAffinities(cidr("10.7.0.0/24"))
      }
      try await world.expectClean()
    }
  }

  @Test("one block is given up only as it was seen", arguments: Ground.all)
  func releaseBlock(ground: Ground) async throws {
    try await ground.withWorld { world in
      _ = try await world.ipam.claimAffinity(cidr("10.0.0.0/30"), host: "a")
      let number = try await world.block("10.0.0.0/30").spec.sequenceNumber
      await expectError("block 10.0.0.0/30 is not empty") {
        try await world.ipam.releaseBlockAffinity(
          cidr("10.0.0.0/30"), mustBeEmpty: true, sequenceNumber: number + 1)
      }
      try await world.ipam.releaseBlockAffinity(
        cidr("10.0.0.0/30"), mustBeEmpty: true, sequenceNumber: number)
      #expect(try await world.blocks().isEmpty)
      try await world.ipam.releaseBlockAffinity(cidr("10.0.0.0/30"), mustBeEmpty: true)
      try await world.expectClean()
    }
  }

  private func addAffinity(
    _ world: World, _ host: String, _ block: String, _ state: BlockAffinitySpec.State
  ) async throws {
    let spec = BlockAffinitySpec(node: host, cidr: block, state: state)
    let name = BlockAffinity.name(node: host, cidr: cidr(block))
    _ = try await world.store.created(BlockAffinity(name: name, spec: spec))
  }
}
