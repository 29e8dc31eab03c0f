// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources
import Testing

@Suite("Inside a block") struct BlockTests {
  private func world() async throws -> World {
    try await World(atomic: true, pools: [World.pool("10.0.0.0/30")])
  }

  @Test("addresses are given out from the head of the queue") func head() async throws {
    let world = try await world()
    let all = try await world.take(3, on: "a", "h")
    #expect(all == ["10.0.0.0", "10.0.0.1", "10.0.0.2"].map(ip))
  }

  @Test("a released address goes to the tail", arguments: [true, false])
  func tail(atomic: Bool) async throws {
    let world = try await World(atomic: atomic, pools: [World.pool("10.0.0.0/30")])
    try await world.take(on: "a", "h0")
    try await world.take(on: "a", "h1")
    _ = try await world.ipam.release(handle: "h1")
    _ = try await world.ipam.release([ReleaseRequest(ip("10.0.0.0"))])
    #expect(try await world.block("10.0.0.0/30").spec.unallocated == [2, 3, 1, 0])
    #expect(
      try await world.take(4, on: "a", "h")
        == ["10.0.0.2", "10.0.0.3", "10.0.0.1", "10.0.0.0"].map(ip))
  }

  @Test("equal attributes are kept once and dropped with their last address") func attributes()
    async throws
  {
    let world = try await world()
    try await world.take(2, on: "a", "h")
    try await world.take(on: "a", "other")
    try await world.take(on: "a", "h")
    var spec = try await world.block("10.0.0.0/30").spec
    #expect(spec.allocations == [0, 0, 1, 0])
    #expect(spec.attributes.map(\.handleID) == ["h", "other"])
    _ = try await world.ipam.release(handle: "h")
    spec = try await world.block("10.0.0.0/30").spec
    #expect(spec.allocations == [nil, nil, 0, nil])
    #expect(spec.attributes.map(\.handleID) == ["other"])
    try await world.expectClean()
  }

  @Test("every write of a block counts", arguments: [true, false])
  func sequenceNumbers(atomic: Bool) async throws {
    let world = try await World(atomic: atomic, pools: [World.pool("10.0.0.0/30")])
    var numbers: [Int] = []
    for index in 0..<3 {
      try await world.take(on: "a", "h\(index)")
      numbers.append(try await world.block("10.0.0.0/30").spec.sequenceNumber)
    }
    _ = try await world.ipam.release(handle: "h0")
    numbers.append(try await world.block("10.0.0.0/30").spec.sequenceNumber)
    #expect(numbers == numbers.sorted() && Set(numbers).count == 4)
    let held = try await world.ipam.addresses(handle: "h2")
    #expect(held.first?.sequenceNumber == numbers[2])
  }

  @Test("a block made anew does not repeat the old one's sequence numbers") func madeAnew()
    async throws
  {
    let world = try await world()
    try await world.take(on: "a", "h")
    let old = try await world.ipam.addresses(handle: "h")
    _ = try await world.ipam.release(handle: "h")
    try await world.ipam.releaseHostAffinities("a")
    #expect(try await world.blocks().isEmpty)
    world.time.advance(seconds: 1)
    try await world.take(on: "a", "h")
    let new = try await world.ipam.addresses(handle: "h")
    #expect(old.first?.address == new.first?.address)
    #expect(old.first?.sequenceNumber != new.first?.sequenceNumber)
  }

  @Test("a released address rests until the cooldown is over", arguments: [true, false])
  func cooldown(atomic: Bool) async throws {
    let world = try await World(atomic: atomic, pools: [World.pool("10.0.0.0/30")])
    try await world.ipam.updateConfiguration { $0.ipCooldownSeconds = 60 }
    try await world.take(4, on: "a", "h")
    _ = try await world.ipam.release([ReleaseRequest(ip("10.0.0.2"))])
    world.time.advance(seconds: 10)
    _ = try await world.ipam.release([ReleaseRequest(ip("10.0.0.1"))])
    try await world.expectClean()
    #expect(try await world.ipam.addresses(handle: "h").count == 2)
    await expectError("IP address 10.0.0.1 is not assigned") {
      _ = try await world.ipam.attributes(of: ip("10.0.0.1"))
    }
    let usage = try #require(try await world.ipam.utilisation().first).usage
    #expect(usage.inUse == 2 && usage.reserved == 2 && usage.available == 0)
    world.time.advance(seconds: 49)
    await #expect(throws: IPAMError.self) { try await world.take(on: "a", "h2") }
    world.time.advance(seconds: 1)
    #expect(try await world.take(on: "a", "h3") == [ip("10.0.0.2")])
    world.time.advance(seconds: 10)
    #expect(try await world.take(on: "a", "h4") == [ip("10.0.0.1")])
    try await world.expectClean()
  }

  @Test(
    "an address goes on resting in a block that its host has given up", arguments: [true, false])
  func cooldownWithoutOwner(atomic: Bool) async throws {
    let world = try await World(atomic: atomic, pools: [World.pool("10.0.0.0/30")])
    try await world.ipam.updateConfiguration { $0.ipCooldownSeconds = 60 }
    let resting = try await world.take(on: "a", "h")
    _ = try await world.ipam.release(handle: "h")
    try await world.ipam.releaseHostAffinities("a")
    world.time.advance(seconds: 59)
    let others = try await world.take(3, on: "b", "h2")
    #expect(Set(others).isDisjoint(with: resting))
    await #expect(throws: IPAMError.self) { try await world.take(on: "b", "h3") }
    world.time.advance(seconds: 1)
    #expect(try await world.take(on: "b", "h3") == resting)
    try await world.expectClean()
  }

  @Test(
    "a block in which nothing rests any more is the next host's, and says so",
    arguments: [true, false])
  func claimAfterCooldown(atomic: Bool) async throws {
    let world = try await World(atomic: atomic, pools: [World.pool("10.0.0.0/30")])
    try await world.ipam.updateConfiguration { $0.ipCooldownSeconds = 60 }
    try await world.take(on: "a", "h")
    _ = try await world.ipam.release(handle: "h")
    try await world.ipam.releaseHostAffinities("a")
    #expect(try await world.ipam.ensureBlock(host: "b") == [:])
    world.time.advance(seconds: 60)
    #expect(try await world.ipam.ensureBlock(host: "b") == [.v4: cidr("10.0.0.0/30")])
    #expect(try await world.block("10.0.0.0/30").spec.affinity == "host:b")
    try await world.expectClean()
  }

  @Test(
    "records that contradict themselves are refused",
    arguments: [
      "10.0.0.0/19", "10.0.0.4/30", "nonsense",
    ])
  func badCIDR(text: String) async throws {
    try await expectMalformed { $0.cidr = text }
  }

  @Test("allocations that contradict themselves are refused") func badAllocations() async throws {
    try await expectMalformed { $0.allocations.removeLast() }
    try await expectMalformed { $0.allocations[0] = 7 }
    try await expectMalformed { $0.allocations[0] = -1 }
    try await expectMalformed { $0.allocations[0] = nil }
    try await expectMalformed { $0.unallocated = [1, 2] }
    try await expectMalformed { $0.unallocated = [1, 2, 3, 3] }
    try await expectMalformed { $0.unallocated = [0, 1, 2, 3] }
    try await expectMalformed { $0.unallocated = [1, 2, 4] }
    try await expectMalformed { $0.unallocated = [1, 2, -1] }
    try await expectMalformed { $0.sequenceNumber = -1 }
    try await expectMalformed { $0.sequenceNumber = .max }
  }

  private func expectMalformed(
    _ location: SourceLocation = #_sourceLocation, _ change: (inout IPAMBlockSpec) -> Void
  ) async throws {
    let world = try await world()
    try await world.take(on: "a", "h")
    var block = try #require(try await world.blocks().first)
    change(&block.spec)
    _ = try await world.store.updated(block)
    do {
      _ = try await world.ipam.assign(ip("10.0.0.3"), host: "a", handle: "h2")
      Issue.record("was accepted", sourceLocation: location)
    } catch {
      guard case .malformed = error else {
        Issue.record("\(error)", sourceLocation: location)
        return
      }
    }
  }

  @Test("what others wrote into a block stays in it") func unknownKept() async throws {
    let world = try await world()
    try await world.take(on: "a", "h")
    var block = try #require(try await world.blocks().first)
    block.spec.attributes[0].alternateOwnerAttrs = ["pod": "p2"]
    block.metadata.annotations = ["note": "x"]
    _ = try await world.store.updated(block)
    try await world.take(on: "a", "h2")
    block = try #require(try await world.blocks().first)
    #expect(block.spec.attributes[0].alternateOwnerAttrs == ["pod": "p2"])
    #expect(block.metadata.annotations == ["note": "x"])
    #expect(block.spec.attributes.count == 2)
  }
}
