// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources
import TestSupport
import Testing

/// What pools say about new addresses, under addresses that are in use.
@Suite("Addresses in use") struct HeldAddressTests {
  private func request(_ handle: String = "h", v6: Int = 0) -> AutoAssignRequest {
    AutoAssignRequest(
      host: "a", handle: handle, attributes: ["node": "a"], v4Count: 1, v6Count: v6,
      namespaceLabels: ["team": "x"], reuseExisting: true)
  }

  @Test(
    "stay, are given again to who holds them, and are given back, whatever becomes of the pool",
    arguments: [
      { $0.disabled = true }, { $0.nodeSelector = "rack == 'z'" },
      { $0.namespaceSelector = "team == 'z'" }, { $0.allowedUses = [.tunnel] },
      { $0.assignmentMode = .manual }, { $0.blockSize = 28 }, { $0.blockSize = 32 },
      { $0.cidr = "10.9.0.0/24" }, { $0.cidr = "nonsense" },
    ] as [@Sendable (inout IPPoolSpec) -> Void], [true, false])
  func changed(_ change: @Sendable (inout IPPoolSpec) -> Void, atomic: Bool) async throws {
    let world = try await World(atomic: atomic)
    try await world.addNode("a", labels: ["rack": "x"])
    let first = try await world.ipam.autoAssign(request()).v4.assignments
    let other = try await world.take(on: "a", "other")
    try await world.change("10.0.0.0/24", change)
    let again = try await world.ipam.autoAssign(request())
    #expect(again.failure == nil)
    #expect(again.v4.assignments.map(\.address) == first.map(\.address))
    let address = try #require(first.first).address
    let explicit = try await world.ipam.assign(
      address, host: "a", handle: "h", reuseExisting: true)
    #expect(explicit.address == address)
    // The node's start looks for a block of its own, and lets go only what is empty.
    _ = try? await world.ipam.ensureBlock(host: "a")
    #expect(try await world.ipam.addresses(handle: "h").map(\.address) == [address])
    #expect(try await world.ipam.release(handle: "h") == [address])
    #expect(try await world.ipam.addresses(handle: "other").map(\.address) == other)
    let released = try await world.ipam.release([ReleaseRequest(try #require(other.first))])
    #expect(released.released == other)
    try await world.expectClean()
  }

  @Test(
    "stay when their pool is gone, and so does its claim on the block", arguments: [true, false])
  func deleted(atomic: Bool) async throws {
    let world = try await World(atomic: atomic)
    let held = try await world.ipam.autoAssign(request()).v4.assignments.map(\.address)
    for pool in try await world.store.all(IPPool.self) {
      try await world.store.delete(pool.key, revision: nil)
    }
    let again = try await world.ipam.autoAssign(request())
    #expect(again.failure == nil && again.v4.assignments.map(\.address) == held)
    #expect(again.v4.assignments.first?.pool == nil)
    _ = try await world.ipam.ensureBlock(host: "a")
    #expect(try await world.affinities("a").count == 1)
    await expectError("no configured Calico pools for host:a") {
      _ = try await world.ipam.autoAssign(request("new"))
    }
    #expect(try await world.ipam.release(handle: "h") == held)
    try await world.expectClean()
  }

  @Test("of one family do not make up for a pool of the other") func otherFamily() async throws {
    let world = try await World(
      atomic: true, pools: [World.pool("10.0.0.0/24"), World.pool("fd00::/120")])
    let held = try await world.ipam.autoAssign(request()).v4.assignments.map(\.address)
    try await world.change("10.0.0.0/24") { $0.disabled = true }
    let both = try await world.ipam.autoAssign(request(v6: 1))
    #expect(both.v4.assignments.map(\.address) == held)
    #expect(both.v6.assignments.count == 1)
    try await world.change("fd00::/120") { $0.disabled = true }
    let again = try await world.ipam.autoAssign(request(v6: 1))
    #expect(again.v6.assignments.map(\.address) == both.v6.assignments.map(\.address))
    var more = request(v6: 2)
    more.v4Count = 0
    await expectError("no configured Calico pools for host:a") {
      _ = try await world.ipam.autoAssign(more)
    }
    try await world.expectClean()
  }

  @Test("survive edits of pools in any order", arguments: [true, false])
  func anyOrder(atomic: Bool) async throws {
    var random = SplitMix64(for: "pools edited under addresses")
    let cidrs = ["10.0.0.0/28", "10.1.0.0/28"]
    let world = try await World(
      atomic: atomic, pools: cidrs.map { World.pool($0) })
    for host in ["a", "b"] { try await world.addNode(host, labels: ["rack": host]) }
    var given = 0
    var held: [String: (host: String, address: IPAddress)] = [:]
    for step in 0..<300 {
      switch random.below(6) {
      case 0, 1:
        let host = random.pick(["a", "b"])
        let handle = "h\(step)"
        let request = AutoAssignRequest(
          host: host, handle: handle, attributes: ["node": host], v4Count: 1)
        if let made = try? await world.ipam.autoAssign(request).v4.assignments.first {
          let isTaken = held.values.contains { $0.address == made.address }
          #expect(!isTaken, "step \(step)")
          held[handle] = (host, made.address)
          given += 1
        } else {
          try await world.ipam.release(handle: handle)
        }
      case 2:
        guard let (handle, holder) = held.randomElement(using: &random) else { continue }
        let request = AutoAssignRequest(
          host: holder.host, handle: handle, attributes: ["node": holder.host], v4Count: 1,
          reuseExisting: true)
        let again = try await world.ipam.autoAssign(request).v4.assignments
        #expect(again.map(\.address) == [holder.address], "step \(step)")
      case 3:
        guard let (handle, holder) = held.randomElement(using: &random) else { continue }
        #expect(try await world.ipam.release(handle: handle) == [holder.address], "step \(step)")
        held[handle] = nil
      case 4:
        _ = try? await world.ipam.ensureBlock(host: random.pick(["a", "b"]))
      default:
        let edit = random.below(5)
        let flag = random.chance(80)
        let size = flag ? 30 : 28 + random.below(5)
        try await world.change(random.pick(cidrs)) {
          switch edit {
          case 0: $0.disabled = !flag
          case 1: $0.nodeSelector = flag ? "all()" : "rack == 'a'"
          case 2: $0.allowedUses = flag ? [.workload] : [.tunnel]
          case 3: $0.assignmentMode = flag ? .automatic : .manual
          default: $0.blockSize = size
          }
        }
      }
      let dangers = try await Checker(world.store).dangers
      #expect(dangers == [], "step \(step)")
      if !dangers.isEmpty { return }
    }
    for (handle, holder) in held {
      #expect(try await world.ipam.addresses(handle: handle).map(\.address) == [holder.address])
    }
    #expect(given > 10)
  }
}
