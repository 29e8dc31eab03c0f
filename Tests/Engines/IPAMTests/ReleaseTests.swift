// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources
import Testing

@Suite("Release") struct ReleaseTests {
  @Test("by address, with handle and sequence number checked", arguments: Ground.all)
  func byAddress(ground: Ground) async throws {
    try await ground.withWorld { world in
      let held = try await world.take(3, on: "a", "h")
      let numbers = try await world.ipam.addresses(handle: "h").map(\.sequenceNumber)
      let number = try #require(numbers[0])
      let result = try await world.ipam.release([
        ReleaseRequest(held[0], handle: "h", sequenceNumber: number),
        ReleaseRequest(held[1], handle: "other"),
        ReleaseRequest(held[2], sequenceNumber: number + 1),
        ReleaseRequest(ip("10.0.0.255")), ReleaseRequest(ip("172.16.0.1")),
      ])
      #expect(result.released == [held[0]])
      #expect(Set(result.notAssigned) == [ip("10.0.0.255"), ip("172.16.0.1")])
      #expect(
        result.refused.map { "\($0.reason)" } == [
          "IP address \(held[1]) is not held by handle other (handle: h)",
          "IP address \(held[2]) has not sequence number \(number + 1) (found: \(number))",
        ])
      #expect(try await world.ipam.addresses(handle: "h").map(\.address) == [held[1], held[2]])
      try await world.expectClean()
    }
  }

  @Test("the same address twice in one request is released once") func twice() async throws {
    let world = try await World(atomic: true)
    let held = try await world.take(on: "a", "h")
    let result = try await world.ipam.release([ReleaseRequest(held[0]), ReleaseRequest(held[0])])
    #expect(result.released == held && result.notAssigned.isEmpty)
    try await world.expectClean()
  }

  @Test("a number of an assignment before does not release a later one", arguments: Ground.all)
  func staleNumber(ground: Ground) async throws {
    try await ground.withWorld(pools: [World.pool("10.0.0.0/32", blockSize: 32)]) { world in
      let held = try await world.take(on: "a", "h")
      let old = try await world.ipam.addresses(handle: "h").first?.sequenceNumber
      _ = try await world.ipam.release(handle: "h")
      #expect(try await world.take(on: "a", "h") == held)
      let result = try await world.ipam.release([ReleaseRequest(held[0], sequenceNumber: old)])
      #expect(result.released.isEmpty && result.refused.count == 1)
    }
  }

  @Test("by handle, from all blocks; once more is no error", arguments: Ground.all)
  func byHandle(ground: Ground) async throws {
    try await ground.withWorld(pools: [World.pool("10.0.0.0/24"), World.pool("fd00::/120")]) {
      world in
      let result = try await world.ipam.autoAssign(
        AutoAssignRequest(host: "a", handle: "h", v4Count: 6, v6Count: 2))
      try await world.take(on: "a", "other")
      let all = (result.v4.assignments + result.v6.assignments).map(\.address).sorted()
      #expect(try await world.ipam.release(handle: "h") == all)
      #expect(try await world.ipam.release(handle: "h") == [])
      #expect(try await world.store.all(IPAMHandle.self).map(\.spec.handleID) == ["other"])
      await expectError("there is no handle 'h'") {
        _ = try await world.ipam.addresses(handle: "h")
      }
      try await world.expectClean()
    }
  }

  @Test("a handle that counts too many is put right", arguments: Ground.all)
  func overcounted(ground: Ground) async throws {
    try await ground.withWorld { world in
      try await world.take(2, on: "a", "h")
      var handle = try #require(try await world.store.all(IPAMHandle.self).first)
      for key in handle.spec.block.keys { handle.spec.block[key] = 7 }
      handle.spec.block["10.0.0.252/30"] = 1
      _ = try await world.store.updated(handle)
      #expect(try await world.ipam.release(handle: "h").count == 2)
      #expect(try await world.store.all(IPAMHandle.self).isEmpty)
      try await world.expectClean()
    }
  }

  @Test("the host's empty block stays, nobody's goes", arguments: Ground.all)
  func emptyBlocks(ground: Ground) async throws {
    try await ground.withWorld { world in
      let held = try await world.take(2, on: "a", "h")
      _ = try await world.ipam.release([ReleaseRequest(held[0])])
      try await world.ipam.releaseHostAffinities("a")
      #expect(try await world.blocks().map(\.spec.affinity) == [nil])
      _ = try await world.ipam.release([ReleaseRequest(held[1])])
      #expect(try await world.blocks().isEmpty)
      try await world.take(on: "a", "h")
      _ = try await world.ipam.release(handle: "h")
      #expect(try await world.blocks().count == 1)
      try await world.expectClean()
    }
  }

  @Test("an address is found although its pool is gone", arguments: Ground.all)
  func poolGone(ground: Ground) async throws {
    try await ground.withWorld { world in
      let held = try await world.take(on: "a", "h")
      let pool = try #require(try await world.store.all(IPPool.self).first)
      try await world.store.delete(pool.key, revision: nil)
      #expect(try await world.ipam.attributes(of: held[0]).handle == "h")
      #expect(try await world.ipam.release([ReleaseRequest(held[0])]).released == held)
      try await world.expectClean()
    }
  }

  @Test("an empty block is given up if the node no longer matches", arguments: [true, false])
  func unaligned(atomic: Bool) async throws {
    let world = try await World(
      atomic: atomic, pools: [World.pool("10.0.0.0/24") { $0.nodeSelector = "rack == 'x'" }])
    try await world.addNode("a", labels: ["rack": "x"])
    let held = try await world.take(2, on: "a", "h")
    var node = try await world.store.get(Node.self, "a")
    node.metadata.labels = [:]
    _ = try await world.store.updated(node)
    _ = try await world.ipam.release([ReleaseRequest(held[0])])
    #expect(try await world.affinities("a").count == 1)
    _ = try await world.ipam.release(handle: "h")
    #expect(try await world.affinities("a") == [])
    #expect(try await world.blocks().isEmpty)
    try await world.expectClean()
  }
}
