// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources
import TestSupport
import Testing

@Suite("The choice of pools") struct PoolChoiceTests {
  private func choose(
    _ world: World, host: String = "a", _ change: (inout AutoAssignRequest) -> Void = { _ in }
  ) async throws -> CIDR? {
    var request = AutoAssignRequest(host: host, handle: "h", v4Count: 1)
    change(&request)
    let result = try await world.ipam.autoAssign(request)
    if let failure = result.failure { throw failure }
    let pool = try #require(result.v4.assignments.first).pool
    _ = try await world.ipam.release(handle: "h")
    _ = try await world.ipam.releaseHostAffinities(host)
    return pool
  }

  @Test("a requested pool is found by CIDR and by name") func byCIDRAndName() async throws {
    let world = try await World(
      atomic: true, pools: [World.pool("10.0.0.0/24"), World.pool("10.1.0.0/24")])
    for text in ["10.1.0.0/24", "pool-10-1-0-0-24"] {
      #expect(try await choose(world) { $0.v4Pools = [text] } == cidr("10.1.0.0/24"))
    }
  }

  @Test("a requested pool must exist, be enabled and of the family") func mustBeUsable()
    async throws
  {
    let world = try await World(
      atomic: true,
      pools: [World.pool("10.0.0.0/24") { $0.disabled = true }, World.pool("fd00::/120")])
    for text in ["10.0.0.0/24", "10.9.0.0/24", "nameless", "fd00::/120"] {
      await expectError("the given pool (\(text)) does not exist, or is not enabled") {
        _ = try await choose(world) { $0.v4Pools = [text] }
      }
    }
    try await world.expectClean()
    #expect(try await world.blocks().isEmpty)
  }

  @Test("a requested pool is used whatever its selectors and mode say") func selectorsIgnored()
    async throws
  {
    let pool = World.pool("10.0.0.0/24") {
      $0.nodeSelector = "rack == 'x'"
      $0.namespaceSelector = "team == 'y'"
      $0.assignmentMode = .manual
    }
    let world = try await World(atomic: true, pools: [pool])
    try await world.addNode("a")
    #expect(try await choose(world) { $0.v4Pools = ["10.0.0.0/24"] } == cidr("10.0.0.0/24"))
    await expectError("no configured Calico pools for host:a") { _ = try await choose(world) }
  }

  @Test("a pool's node selector decides by the node's labels") func nodeSelector() async throws {
    let world = try await World(
      atomic: true,
      pools: [
        World.pool("10.0.0.0/24") { $0.nodeSelector = "rack == 'x'" },
        World.pool("10.1.0.0/24") { $0.nodeSelector = "rack == 'y'" },
      ])
    try await world.addNode("a", labels: ["rack": "x"])
    try await world.addNode("b", labels: ["rack": "y"])
    try await world.addNode("c")
    #expect(try await choose(world, host: "a") == cidr("10.0.0.0/24"))
    #expect(try await choose(world, host: "b") == cidr("10.1.0.0/24"))
    await expectError("no configured Calico pools for host:c") {
      _ = try await choose(world, host: "c")
    }
    await expectError("resource does not exist: Node(d)") {
      _ = try await choose(world, host: "d")
    }
  }

  @Test("a pool's namespace selector decides by the namespace's labels") func namespaceSelector()
    async throws
  {
    let pool = World.pool("10.0.0.0/24") {
      $0.namespaceSelector = "team == 'y'"
      $0.allowedUses = [.workload]
    }
    let world = try await World(atomic: true, pools: [pool])
    #expect(
      try await choose(world) { $0.namespaceLabels = ["team": "y"] } == cidr("10.0.0.0/24"))
    for labels in [nil, [:], ["team": "z"]] {
      await expectError("no configured Calico pools for host:a") {
        _ = try await choose(world) { $0.namespaceLabels = labels }
      }
    }
  }

  @Test("a pool serves its uses only, also when it is requested") func uses() async throws {
    let world = try await World(
      atomic: true,
      pools: [
        World.pool("10.0.0.0/24") { $0.allowedUses = [.workload] },
        World.pool("10.1.0.0/24") { $0.allowedUses = [.tunnel] },
        World.pool("10.2.0.0/24") { $0.allowedUses = [.loadBalancer] },
      ])
    #expect(try await choose(world) == cidr("10.0.0.0/24"))
    #expect(try await choose(world) { $0.use = .tunnel } == cidr("10.1.0.0/24"))
    #expect(try await choose(world) { $0.use = .loadBalancer } == cidr("10.2.0.0/24"))
    await expectError("no configured Calico pools for host:a") {
      _ = try await choose(world) { $0.v4Pools = ["10.1.0.0/24"] }
    }
  }

  @Test("disabled and manual pools are not chosen by themselves") func disabledAndManual()
    async throws
  {
    let world = try await World(
      atomic: true,
      pools: [
        World.pool("10.0.0.0/24") { $0.disabled = true },
        World.pool("10.1.0.0/24") { $0.assignmentMode = .manual },
        World.pool("10.2.0.0/24"),
      ])
    #expect(try await choose(world) == cidr("10.2.0.0/24"))
  }

  @Test("if one family has no pool nothing is assigned of the other", arguments: [true, false])
  func bothFamilies(atomic: Bool) async throws {
    let world = try await World(atomic: atomic)
    await expectError("no configured Calico pools for host:a") {
      _ = try await choose(world) { $0.v6Count = 1 }
    }
    #expect(try await world.blocks().isEmpty)
    #expect(try await world.store.all(IPAMHandle.self).isEmpty)
  }

  @Test("a request out of range is refused") func outOfRange() async throws {
    let world = try await World(atomic: true)
    await expectError("the number of IPv4 addresses must be in 0...1024, is 1025") {
      _ = try await choose(world) { $0.v4Count = 1025 }
    }
    await expectError("the number of IPv6 addresses must be in 0...1024, is -1") {
      _ = try await choose(world) { $0.v6Count = -1 }
    }
    await expectError("host name '' cannot be used: it must be 1 to 253 characters long") {
      _ = try await choose(world, host: "")
    }
    await expectError(
      "handle '' cannot be used: it must be 1 to 253 characters long and differ from other handles "
        + "by more than letter case"
    ) { _ = try await choose(world) { $0.handle = "" } }
  }

  @Test("handles that differ in letter case only are not mixed up") func letterCase() async throws {
    let world = try await World(atomic: true)
    let first = try await world.take(on: "a", "Net.One")
    let second = try await world.take(on: "a", "net.one")
    #expect(try await world.ipam.addresses(handle: "Net.One").map(\.address) == first)
    #expect(try await world.ipam.addresses(handle: "net.one").map(\.address) == second)
    #expect(first != second)
    try await world.expectClean()
  }
}
