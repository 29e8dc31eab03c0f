// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import IPAM
import Resources
import Testing

@Suite("Assignment of an address that is asked for") struct ExplicitAssignTests {
  @Test("a block that does not exist yet is claimed", arguments: Ground.all)
  func newBlock(ground: Ground) async throws {
    try await ground.withWorld { world in
      let made = try await world.ipam.assign(
        ip("10.0.0.9"), host: "a", handle: "h", attributes: ["pod": "p"])
      #expect(made.address == ip("10.0.0.9") && made.block == cidr("10.0.0.8/30"))
      #expect(try await world.affinities("a") == ["10.0.0.8/30"])
      let found = try await world.ipam.attributes(of: ip("10.0.0.9"))
      #expect(found.handle == "h" && found.attributes == ["pod": "p"])
      #expect(try await world.block("10.0.0.8/30").spec.unallocated == [0, 2, 3])
      try await world.expectClean()
    }
  }

  @Test(
    "an address that is held is an error, unless by the same and so wished",
    arguments: Ground.all)
  func alreadyAssigned(ground: Ground) async throws {
    try await ground.withWorld { world in
      let first = try await world.ipam.assign(ip("10.0.0.9"), host: "a", handle: "h")
      await expectError("IP address 10.0.0.9 is already assigned (handle: h)") {
        _ = try await world.ipam.assign(ip("10.0.0.9"), host: "a", handle: "h")
      }
      await expectError("IP address 10.0.0.9 is already assigned (handle: h)") {
        _ = try await world.ipam.assign(
          ip("10.0.0.9"), host: "a", handle: "other", reuseExisting: true)
      }
      let again = try await world.ipam.assign(
        ip("10.0.0.9"), host: "a", handle: "h", reuseExisting: true)
      #expect(again == first)
      try await world.expectClean()
    }
  }

  @Test("an address outside all pools is refused") func notInPool() async throws {
    let world = try await World(atomic: true)
    await expectError("the provided IP address 172.16.0.1 is not in a configured pool") {
      _ = try await world.ipam.assign(ip("172.16.0.1"), host: "a", handle: "h")
    }
  }

  @Test("another host's block is lent, but not with strict affinity", arguments: Ground.all)
  func strict(ground: Ground) async throws {
    try await ground.withWorld { world in
      _ = try await world.ipam.assign(ip("10.0.0.8"), host: "a", handle: "h")
      _ = try await world.ipam.assign(ip("10.0.0.9"), host: "b", handle: "h2")
      try await world.setStrict()
      await expectError(
        "IP address 10.0.0.10 is in block 10.0.0.8/30 of another host and strict affinity is enabled "
          + "(owner: host:a)"
      ) { _ = try await world.ipam.assign(ip("10.0.0.10"), host: "b", handle: "h3") }
      _ = try await world.ipam.assign(ip("10.0.0.10"), host: "a", handle: "h4")
      try await world.expectClean()
    }
  }

  @Test("a disabled or manual pool gives the address all the same") func disabled() async throws {
    let world = try await World(
      atomic: true,
      pools: [
        World.pool("10.0.0.0/24") { $0.disabled = true },
        World.pool("10.1.0.0/24") { $0.assignmentMode = .manual },
      ])
    _ = try await world.ipam.assign(ip("10.0.0.1"), host: "a", handle: "h")
    _ = try await world.ipam.assign(ip("10.1.0.1"), host: "a", handle: "h")
    #expect(try await world.ipam.addresses(handle: "h").count == 2)
    try await world.expectClean()
  }
}
