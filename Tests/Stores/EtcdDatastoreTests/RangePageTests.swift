// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRPCCore
import HostSystem
import SwiftProtobuf
import TestSupport
import Testing

@testable import EtcdDatastore

/// A page is read by code of our own, so it must say what SwiftProtobuf says of the same bytes.
@Suite("A page of a list, as etcd sends it") struct RangePageTests {
  private func response(_ random: inout SplitMix64) -> Etcdserverpb_RangeResponse {
    func bytes(_ limit: Int, _ random: inout SplitMix64) -> Data {
      Data((0..<random.below(limit)).map { _ in UInt8(random.below(256)) })
    }
    return .with { response in
      if random.below(5) > 0 {
        response.header.revision = Int64(random.below(1 << 40))
        response.header.clusterID = random.next()
      }
      response.more = random.below(2) == 0
      response.count = Int64(random.below(1000))
      for _ in 0..<random.below(6) {
        response.kvs.append(
          .with {
            $0.key = bytes(40, &random)
            $0.value = bytes(random.below(4) == 0 ? 700 : 20, &random)
            $0.createRevision = Int64(bitPattern: random.next())
            $0.modRevision = Int64(bitPattern: random.next())
            $0.version = Int64(random.below(5))
            $0.lease = Int64(bitPattern: random.next())
          })
      }
    }
  }

  private func expectSame(_ page: RangePage, _ response: Etcdserverpb_RangeResponse) {
    #expect(page.revision == response.header.revision)
    #expect(page.hasMore == response.more)
    #expect(page.valueBytes == response.kvs.reduce(0) { $0 + $1.value.count })
    #expect(page.entries.map { page.stored($0) } == response.kvs.map { StoredValue($0) })
  }

  @Test("says what SwiftProtobuf says of it") func sound() throws {
    var random = SplitMix64(for: "pages")
    for _ in 0..<500 {
      let response = response(&random)
      var bytes: [UInt8] = try response.serializedBytes()
      expectSame(try RangePage(bytes), response)
      // Fields of a later version: 100 with eight bytes, 101 with four, 102 with a text.
      bytes += [0xa1, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0xad, 6, 1, 2, 3, 4, 0xb2, 6, 2, 65, 66]
      expectSame(try RangePage(bytes), response)
    }
  }

  @Test("that is spoilt is refused or says the same") func spoilt() throws {
    var random = SplitMix64(for: "spoilt pages")
    var refused = 0
    for _ in 0..<5000 {
      var bytes: [UInt8] = try response(&random).serializedBytes()
      for _ in 0...random.below(3) where !bytes.isEmpty {
        let place = random.below(bytes.count)
        switch random.below(3) {
        case 0: bytes[place] = UInt8(random.below(256))
        case 1: bytes.remove(at: place)
        default: bytes = Array(bytes[..<place])
        }
      }
      guard let page = try? RangePage(bytes) else {
        refused += 1
        continue
      }
      guard let response = try? Etcdserverpb_RangeResponse(serializedBytes: bytes) else {
        Issue.record("only this reader takes \(bytes)")
        continue
      }
      expectSame(page, response)
    }
    #expect(refused > 500)
  }

  @Test(
    "cannot say that it is longer than it is",
    arguments: [
      [0x12], [0x12, 5, 0x0a, 1], [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
      [0x12, 3, 0x0a, 9, 1], [0x18, 0x80], [0x09, 1, 2], [0x0d, 1], [0x13], [0x02, 0],
      [0x18, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0],
    ] as [[UInt8]])
  func tooShort(bytes: [UInt8]) {
    #expect(throws: (any Error).self) { try RangePage(bytes) }
    #expect(throws: RPCError.self) { try RangePageDeserializer().deserialize(bytes) }
  }
}
