// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Testing

@testable import IPAM

@Suite("The order of blocks") struct BlockSequenceTests {
  private func order(
    _ pool: String, _ size: Int, host: String, salt: UInt64 = 0, reserved: [String] = []
  ) throws -> [String] {
    var sequence = try #require(
      BlockSequence(pool: cidr(pool), blockSize: size, host: host, salt: salt))
    var found: [String] = []
    while let block = sequence.next(reserved: CIDRSet(reserved.map(cidr))), found.count < 1000 {
      found.append("\(block)")
    }
    return found
  }

  @Test(
    "the hash of the host is FNV-1 of 32 bits",
    arguments: zip(["", "a", "foobar"], [0x811c_9dc5, 0x050c_5d7e, 0x31f0_b262] as [UInt32]))
  func fnv(text: String, hash: UInt32) {
    #expect(BlockSequence.fnv32(text) == hash)
  }

  @Test("every block comes once, in order, round the end") func everyBlock() throws {
    let blocks = cidr("10.0.0.0/24").subnets(ofPrefixLength: 28).map { "\($0)" }
    for host in ["a", "b", "node-17", "worker.example.org"] {
      let found = try order("10.0.0.0/24", 28, host: host)
      let first = try #require(found.first)
      let start = try #require(blocks.firstIndex(of: first))
      #expect(found == Array(blocks[start...] + blocks[..<start]))
      #expect(try order("10.0.0.0/24", 28, host: host, salt: 7) == found)
    }
  }

  @Test("hosts begin at different places") func differentPlaces() throws {
    let starts = try (0..<50).map { try order("10.0.0.0/16", 26, host: "node\($0)").first }
    #expect(Set(starts).count > 40)
  }

  @Test("blocks of one address begin where the time says") func singleAddresses() throws {
    let one = try order("10.0.0.0/24", 32, host: "a", salt: 1)
    #expect(one.count == 256)
    #expect(try order("10.0.0.0/24", 32, host: "b", salt: 1) == one)
    #expect(try order("10.0.0.0/24", 32, host: "a", salt: 2).first != one.first)
  }

  @Test("reserved blocks are stepped over, those reserved in part are not") func reserved() throws {
    let found = try order(
      "10.0.0.0/28", 30, host: "a", reserved: ["10.0.0.0/30", "10.0.0.4/31", "10.0.0.8/29"])
    #expect(found == ["10.0.0.4/30"])
    #expect(try order("10.0.0.0/28", 30, host: "a", reserved: ["10.0.0.0/8"]).isEmpty)
  }

  @Test("a reservation of more blocks than can be counted costs one step") func hugeReservation()
    throws
  {
    // Of 2^74 blocks all but the last /49's are reserved.
    var sequence = try #require(
      BlockSequence(pool: cidr("fd00::/48"), blockSize: 122, host: "a", salt: 0))
    let reserved = CIDRSet([cidr("fd00::/49")])
    for _ in 0..<100 {
      let block = sequence.next(reserved: reserved)
      #expect(cidr("fd00:0:0:8000::/49").contains(try #require(block)))
    }
    var none = try #require(
      BlockSequence(pool: cidr("fd00::/48"), blockSize: 122, host: "a", salt: 0))
    let next = none.next(reserved: CIDRSet([cidr("fd00::/16")]))
    #expect(next == nil)
  }

  @Test("the largest pools are no trouble") func largest() throws {
    var sequence = try #require(
      BlockSequence(pool: cidr("::/0"), blockSize: 128, host: "a", salt: 3))
    let next = sequence.next(reserved: CIDRSet())
    #expect(next != nil)
    #expect(BlockSequence(pool: cidr("10.0.0.0/27"), blockSize: 26, host: "a", salt: 0) == nil)
  }
}
