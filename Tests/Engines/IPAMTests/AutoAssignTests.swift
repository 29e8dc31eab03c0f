// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources
import Testing

@Suite("Automatic assignment") struct AutoAssignTests {
  @Test("the first address makes a block, its claim and the handle", arguments: [true, false])
  func first(atomic: Bool) async throws {
    let world = try await World(atomic: atomic)
    let address = try #require(try await world.take(on: "node1", "k8s.abc").first)
    let block = try #require(try await world.blocks().first)
    let spec = block.spec
    let inside = try #require(CIDR(spec.cidr))
    #expect(inside.prefixLength == 30 && cidr("10.0.0.0/24").contains(inside))
    #expect(address == inside.first)
    #expect(block.metadata.name == IPAMBlock.name(of: inside))
    #expect(spec.affinity == "host:node1")
    #expect(spec.affinityClaimTime == "2026-09-21T14:13:20Z")
    #expect(spec.allocations == [0, nil, nil, nil])
    #expect(spec.unallocated == [1, 2, 3])
    let holder = AllocationAttribute(handleID: "k8s.abc", secondary: ["node": "node1"])
    #expect(spec.attributes == [holder])
    #expect(spec.sequenceNumberForAllocation == ["0": spec.sequenceNumber])
    let affinity = try #require(try await world.store.all(BlockAffinity.self).first)
    #expect(affinity.metadata.name == "node1-" + block.metadata.name)
    #expect(affinity.spec.state == .confirmed && affinity.spec.type == .host)
    #expect(affinity.spec.node == "node1" && affinity.spec.cidr == spec.cidr)
    let handle = try #require(try await world.store.all(IPAMHandle.self).first)
    #expect(handle.metadata.name == "k8s.abc")
    #expect(handle.spec.block == [spec.cidr: 1])
    try await world.expectClean()
  }

  @Test("blocks have 64 addresses unless the pool says otherwise") func defaultSize() async throws {
    let world = try await World(
      atomic: true,
      pools: [
        IPPool(name: "a", spec: IPPoolSpec(cidr: "10.0.0.0/16")),
        IPPool(name: "b", spec: IPPoolSpec(cidr: "fd00::/64")),
      ])
    let result = try await world.ipam.autoAssign(
      AutoAssignRequest(host: "a", handle: "h", v4Count: 1, v6Count: 1))
    #expect(result.failure == nil)
    #expect(result.v4.assignments.first?.block.prefixLength == 26)
    #expect(result.v6.assignments.first?.block.prefixLength == 122)
    #expect(result.v6.assignments.first?.pool == cidr("fd00::/64"))
  }

  @Test("both families ride on one handle", arguments: [true, false])
  func dualStack(atomic: Bool) async throws {
    let world = try await World(
      atomic: atomic, pools: [World.pool("10.0.0.0/24"), World.pool("fd00::/120")])
    let result = try await world.ipam.autoAssign(
      AutoAssignRequest(host: "a", handle: "h", v4Count: 2, v6Count: 1))
    #expect(result.failure == nil)
    let held = try await world.ipam.addresses(handle: "h")
    #expect(held == (result.v4.assignments + result.v6.assignments).sorted())
    #expect(held.count == 3)
    try await world.expectClean()
  }

  @Test("an assignment with new blocks in both families is one commit") func oneCommit()
    async throws
  {
    let world = try await World(
      atomic: true, pools: [World.pool("10.0.0.0/24"), World.pool("fd00::/120")])
    let log = CallLog()
    let client = world.client(on: log.wrap(world.store))
    _ = try await client.autoAssign(
      AutoAssignRequest(host: "a", handle: "h", v4Count: 6, v6Count: 1))
    #expect(log.commits == 1)
    #expect(log.otherWrites == 0)
    _ = try await client.release(handle: "h")
    #expect(log.commits == 2)
    #expect(log.otherWrites == 0)
    try await world.expectClean()
  }

  @Test("the host's blocks are filled before another is claimed", arguments: [true, false])
  func ownBlocksFirst(atomic: Bool) async throws {
    let world = try await World(atomic: atomic)
    for index in 0..<4 { try await world.take(on: "a", "h\(index)") }
    #expect(try await world.affinities("a").count == 1)
    try await world.take(on: "a", "h4")
    #expect(try await world.affinities("a").count == 2)
    try await world.expectClean()
  }

  @Test("one request may fill several blocks", arguments: [true, false])
  func severalBlocks(atomic: Bool) async throws {
    let world = try await World(atomic: atomic)
    let addresses = try await world.take(10, on: "a", "h")
    #expect(Set(addresses).count == 10)
    #expect(try await world.affinities("a").count == 3)
    let counts = try #require(try await world.store.all(IPAMHandle.self).first).spec.block.values
    #expect(counts.sorted() == [2, 4, 4])
    try await world.expectClean()
  }

  @Test("two hosts never share a block while there are free ones", arguments: [true, false])
  func ownBlocks(atomic: Bool) async throws {
    let world = try await World(atomic: atomic)
    try await world.take(3, on: "a", "ha")
    try await world.take(3, on: "b", "hb")
    let (a, b) = (try await world.affinities("a"), try await world.affinities("b"))
    #expect(a.count == 1 && b.count == 1 && a != b)
  }

  @Test("with all blocks claimed an address is borrowed", arguments: [true, false])
  func borrowing(atomic: Bool) async throws {
    let world = try await World(atomic: atomic, pools: [World.pool("10.0.0.0/29")])
    try await world.take(on: "a", "h1")
    try await world.take(on: "b", "h2")
    let borrowed = try #require(try await world.take(on: "c", "h3").first)
    #expect(try await world.affinities("c") == [])
    let allocation = try await world.ipam.attributes(of: borrowed)
    #expect(allocation.isBorrowed && allocation.blockOwner != nil)
    try await world.take(5, on: "c", "h4")
    let result = try await world.ipam.autoAssign(
      AutoAssignRequest(host: "c", handle: "h5", v4Count: 1))
    #expect(
      result.failure.map { "\($0)" }
        == "Assigned 0 out of 1 requested IPv4 addresses; "
        + "No IPs available in pools: [10.0.0.0/29]")
    try await world.expectClean()
  }

  @Test("what there is of a request that cannot be met is assigned", arguments: [true, false])
  func partial(atomic: Bool) async throws {
    let world = try await World(
      atomic: atomic, pools: [World.pool("10.0.0.0/30"), World.pool("10.1.0.0/30")])
    try await world.take(3, on: "b", "h0")
    let result = try await world.ipam.autoAssign(
      AutoAssignRequest(host: "a", handle: "h", v4Count: 9))
    #expect(result.v4.assignments.count == 5)
    #expect(
      result.failure.map { "\($0)" }
        == "Assigned 5 out of 9 requested IPv4 addresses; "
        + "No IPs available in pools: [10.0.0.0/30 10.1.0.0/30]")
    try await world.expectClean()
  }

  @Test("with strict affinity nothing is borrowed", arguments: [true, false])
  func strict(atomic: Bool) async throws {
    let world = try await World(atomic: atomic, pools: [World.pool("10.0.0.0/29")])
    try await world.setStrict()
    try await world.take(on: "a", "h1")
    try await world.take(on: "b", "h2")
    let result = try await world.ipam.autoAssign(
      AutoAssignRequest(host: "c", handle: "h3", v4Count: 1))
    #expect(
      result.failure.map { "\($0)" }
        == "Assigned 0 out of 1 requested IPv4 addresses; "
        + "No more free affine blocks and strict affinity enabled")
    try await world.expectClean()
  }

  @Test("a host with as many blocks as it may have borrows") func limitBorrows() async throws {
    let world = try await World(atomic: true)
    try await world.take(4, on: "b", "hb0")
    try await world.take(on: "b", "hb1")
    var request = AutoAssignRequest(host: "a", handle: "h", v4Count: 6)
    request.maxBlocksPerHost = 1
    let result = try await world.ipam.autoAssign(request)
    #expect(result.failure == nil)
    #expect(try await world.affinities("a").count == 1)
    #expect(Set(result.v4.assignments.map(\.block)).count == 2)
  }

  @Test("where nothing can be borrowed, the limit of blocks is the reason")
  func limitWithoutBorrowing() async throws {
    let world = try await World(atomic: true)
    var request = AutoAssignRequest(host: "a", handle: "h", v4Count: 6)
    request.maxBlocksPerHost = 1
    let result = try await world.ipam.autoAssign(request)
    let text =
      "Need to allocate an IPAM block but could not - limit of 1 blocks reached for this node"
    #expect(result.failure.map { "\($0)" } == text)
    #expect(result.v4.assignments.count == 4)
    #expect(result.v4.messages == [text])
  }

  @Test("with strict affinity the limit of blocks is an error", arguments: [true, false])
  func limitStrict(atomic: Bool) async throws {
    let world = try await World(atomic: atomic)
    try await world.ipam.updateConfiguration {
      $0.strictAffinity = true
      $0.maxBlocksPerHost = 2
    }
    try await world.take(8, on: "a", "h")
    let result = try await world.ipam.autoAssign(
      AutoAssignRequest(host: "a", handle: "h2", v4Count: 1))
    let text =
      "Need to allocate an IPAM block but could not - limit of 2 blocks reached for this node"
    #expect(result.failure.map { "\($0)" } == text)
    #expect(result.v4.messages == [text])
    #expect(result.v4.blockLimit == 2)
  }

  @Test("of two limits of blocks the smaller holds", arguments: [(2, 3), (3, 2)])
  func twoLimits(configured: Int, requested: Int) async throws {
    let world = try await World(atomic: true)
    try await world.ipam.updateConfiguration {
      $0.strictAffinity = true
      $0.maxBlocksPerHost = configured
    }
    var request = AutoAssignRequest(host: "a", handle: "h", v4Count: 20)
    request.maxBlocksPerHost = requested
    let result = try await world.ipam.autoAssign(request)
    #expect(result.v4.blockLimit == 2 && result.v4.assignments.count == 8)
  }

  @Test("the limit is 20 blocks if nothing is set") func defaultLimit() async throws {
    let world = try await World(atomic: true)
    try await world.setStrict()
    let result = try await world.ipam.autoAssign(
      AutoAssignRequest(host: "a", handle: "h", v4Count: 81))
    #expect(result.v4.assignments.count == 80)
    #expect(result.v4.blockLimit == 20)
  }

  @Test("without automatic blocks a host uses what it was given") func noAutomaticBlocks()
    async throws
  {
    let world = try await World(atomic: true)
    try await world.ipam.updateConfiguration {
      $0.strictAffinity = true
      $0.autoAllocateBlocks = false
    }
    let none = try await world.ipam.autoAssign(
      AutoAssignRequest(host: "a", handle: "h", v4Count: 1))
    #expect(none.v4.assignments.isEmpty && none.failure != nil)
    #expect(try await world.ipam.ensureBlock(host: "a") == [:])
    let claim = try await world.ipam.claimAffinity(cidr("10.0.0.4/30"), host: "a")
    #expect(claim.claimed == [cidr("10.0.0.4/30")])
    #expect(try await world.take(on: "a", "h") == [ip("10.0.0.4")])
  }

  @Test("an empty block is taken from a host that has had it a minute", arguments: [true, false])
  func reclaim(atomic: Bool) async throws {
    let world = try await World(atomic: atomic, pools: [World.pool("10.0.0.0/30")])
    try await world.setStrict()
    #expect(try await world.ipam.ensureBlock(host: "a") == [.v4: cidr("10.0.0.0/30")])
    world.time.advance(seconds: 59)
    await #expect(throws: IPAMError.self) { try await world.take(on: "b", "h") }
    #expect(try await world.affinities("a") == ["10.0.0.0/30"])
    world.time.advance(seconds: 1)
    try await world.take(on: "b", "h")
    #expect(try await world.affinities("a") == [])
    #expect(try await world.affinities("b") == ["10.0.0.0/30"])
    world.time.advance(seconds: 3600)
    await #expect(throws: IPAMError.self) { try await world.take(on: "c", "h2") }
    try await world.expectClean()
  }

  @Test("reserved addresses are not assigned, and reserved blocks not claimed") func reserved()
    async throws
  {
    var world = try await World(atomic: true, pools: [World.pool("10.0.0.0/28")])
    world.reserved = CIDRSet(["10.0.0.0/29", "10.0.0.8/32", "10.0.0.11/32"].map(cidr))
    var all: Set<IPAddress> = []
    for index in 0..<6 { all.formUnion(try await world.take(on: "a", "h\(index)")) }
    let free = ["10.0.0.9", "10.0.0.10", "10.0.0.12", "10.0.0.13", "10.0.0.14", "10.0.0.15"]
    #expect(all == Set(free.map(ip)))
    #expect(try await world.affinities("a") == ["10.0.0.12/30", "10.0.0.8/30"])
    await #expect(throws: IPAMError.self) { try await world.take(on: "a", "h6") }
    let asked = try await world.ipam.assign(ip("10.0.0.11"), host: "a", handle: "h7")
    #expect(asked.address == ip("10.0.0.11"))
    try await world.expectClean()
  }

  @Test("reservations in the store count, also for blocks that the host has already")
  func storedReservations() async throws {
    let world = try await World(atomic: false, pools: [World.pool("10.0.0.0/28")])
    #expect(try await world.take(on: "a", "h0").count == 1)
    let block = try #require(try await world.affinities("a").first.flatMap { CIDR($0) })
    let rest = CIDRSet([cidr("10.0.0.0/28")]).subtracting(CIDRSet([block])).cidrs.dropFirst()
    for (name, cidrs) in [("block", ["\(block)", "no CIDR"]), ("rest", rest.map { "\($0)" })] {
      _ = try await world.store.created(
        IPReservation(name: name, spec: IPReservationSpec(reservedCIDRs: cidrs)))
    }
    let new = try #require(try await world.take(on: "a", "h1").first)
    #expect(!block.contains(new))
    #expect(!rest.contains { $0.contains(new) })
    let usage = try #require(try await world.ipam.utilisation().first).usage
    let reserved = 3 + rest.reduce(0) { $0 + $1.count }
    #expect(usage.inUse == 2 && usage.reserved == reserved)
    #expect(usage.available == 16 - 2 - reserved)
    let asked = try #require((0..<4).compactMap { block.first.advanced(by: $0) }.last)
    _ = try await world.ipam.assign(asked, host: "a", handle: "h2")
    try await world.expectClean()
  }

  @Test("empty blocks outside the host's pools are given up", arguments: [true, false])
  func staleBlocks(atomic: Bool) async throws {
    let world = try await World(
      atomic: atomic, pools: [World.pool("10.0.0.0/24"), World.pool("10.1.0.0/24")])
    try await world.take(on: "a", "h1")
    try await world.take(4, on: "a", "h2")
    #expect(try await world.affinities("a").count == 2)
    _ = try await world.ipam.release(handle: "h1")
    try await world.change("10.0.0.0/24") { $0.disabled = true }
    let kept = try await world.ipam.addresses(handle: "h2").map { "\($0.block)" }
    let new = try #require(try await world.take(on: "a", "h3").first)
    #expect(cidr("10.1.0.0/24").contains(new))
    // The blocks with addresses of h2 stay.
    let blocks = Set(kept + ["\(try await world.ipam.attributes(of: new).block)"])
    #expect(Set(try await world.affinities("a")) == blocks)
    _ = try await world.ipam.release(handle: "h2")
    try await world.take(on: "a", "h4")
    #expect(try await world.affinities("a").allSatisfy { $0.hasPrefix("10.1.") })
    try await world.expectClean()
  }

  @Test("an empty block of another pool of the host's stays its own") func otherPoolKept()
    async throws
  {
    let world = try await World(
      atomic: true, pools: [World.pool("10.0.0.0/24"), World.pool("10.1.0.0/24")])
    _ = try await world.ipam.ensureBlock(host: "a")
    var request = AutoAssignRequest(host: "a", handle: "h", v4Count: 1)
    request.v4Pools = ["10.1.0.0/24"]
    _ = try await world.ipam.autoAssign(request)
    #expect(try await world.affinities("a").count == 2)
  }

  @Test("an address that is asked for again is the same, if so wished", arguments: [true, false])
  func reuse(atomic: Bool) async throws {
    let world = try await World(atomic: atomic)
    let first = try await world.take(on: "a", "h")
    var request = AutoAssignRequest(host: "a", handle: "h", v4Count: 2, reuseExisting: true)
    let again = try await world.ipam.autoAssign(request).v4.assignments.map(\.address)
    #expect(again.first == first.first && again.count == 2)
    request.v4Count = 1
    #expect(try await world.ipam.autoAssign(request).v4.assignments.map(\.address) == first)
    #expect(try await world.ipam.addresses(handle: "h").count == 2)
    // What it holds on another host is not what this host can use.
    request.host = "b"
    request.attributes = ["node": "b"]
    let elsewhere = try await world.ipam.autoAssign(request).v4.assignments
    #expect(elsewhere.map(\.address) != first)
    #expect(try await world.take(on: "a", "h") != first)
    try await world.expectClean()
  }

  @Test("a block that cannot be read is passed over") func malformed() async throws {
    let world = try await World(atomic: true)
    try await world.take(on: "a", "h")
    var block = try #require(try await world.blocks().first)
    let name = block.metadata.name
    block.spec.unallocated = [1, 1, 2]
    _ = try await world.store.updated(block)
    let result = try await world.ipam.autoAssign(
      AutoAssignRequest(host: "a", handle: "h2", v4Count: 1))
    #expect(result.failure == nil)
    #expect(
      result.v4.messages == ["IPAMBlock(\(name)): unallocated ordinal 1 is wrong or in use"])
    let used = try #require(result.v4.assignments.first).block
    #expect("\(used)" != block.spec.cidr)
  }

  @Test("with little left the free block is found among many") func fullPool() async throws {
    let world = try await World(atomic: true, pools: [World.pool("10.0.0.0/24")])
    try await world.ipam.updateConfiguration {
      $0.strictAffinity = true
      $0.maxBlocksPerHost = 100
    }
    try await world.take(252, on: "a", "h")
    let last = try await world.take(4, on: "b", "h2")
    #expect(last.count == 4)
    #expect(try await world.affinities("b").count == 1)
    try await world.expectClean()
  }
}
