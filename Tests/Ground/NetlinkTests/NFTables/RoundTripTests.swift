// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink
import TestSupport
import Testing

@Suite("Batches written and read")
struct RoundTripTests {
  @Test("every batch reads back as it was written")
  func property() throws {
    var dice = SplitMix64(for: "every batch reads back")
    for _ in 0..<2000 {
      let batch = dice.batch()
      let decoded = try NFTBatch(decoding: batch.bytes(firstSequence: dice.number()))
      #expect(decoded == batch)
      if decoded != batch { break }
    }
  }

  @Test("elements that do not fit one message are spread over several, none lost")
  func split() throws {
    let set = NFTSetID(NFTTableID(.inet, "t"), "s")
    let elements = (0..<20_000).map { number in
      NFTElement(NFTKey.bytes(.number(UInt32(number)), .port(80)), comment: "number \(number)")
    }
    let decoded = try NFTBatch(decoding: NFTBatch([.newElements(set, elements)]).bytes())
    #expect(decoded.messages.count > 10)
    var all: [NFTElement] = []
    for message in decoded.messages {
      guard case .newElements(set, let some) = message else {
        Issue.record("\(message)")
        continue
      }
      all += some
    }
    #expect(all == elements)
  }

  @Test("what is cut short or not enclosed is no batch")
  func notABatch() {
    let bytes = NFTBatch([.deleteTable(NFTTableID(.inet, "t"))]).bytes()
    for length in 0..<bytes.count {
      #expect(throws: NetlinkError.self) { try NFTBatch(decoding: Array(bytes[..<length])) }
    }
  }

  @Test("a comment keeps its place in the user data and what nft can read back")
  func comments() {
    var table = NFTTable(NFTTableID(.inet, "t"), comment: "say \"hi\"\0")
    #expect(table.comment == "say 'hi'")
    #expect(table.userData.bytes == [0, 9] + Array("say 'hi'".utf8) + [0])
    table.comment = String(repeating: "é", count: 100)
    #expect(table.comment == String(repeating: "é", count: 63))
    table.comment = nil
    #expect(table.userData.isEmpty)
    table.userData.bytes = [0, 200, 1]
    #expect(table.comment == nil)
  }

  @Test("an interval ends just after its last key, or not at all")
  func intervals() {
    #expect(
      NFTElement.interval(from: [10, 0, 0, 0], through: [10, 255, 255, 255]) == [
        NFTElement([10, 0, 0, 0]), NFTElement([11, 0, 0, 0], flags: .intervalEnd),
      ])
    #expect(NFTElement.interval(from: [240, 0], through: [255, 255]) == [NFTElement([240, 0])])
  }

  @Test("fields of a key are padded to words, a single one is not")
  func keys() {
    #expect(NFTKey.bytes(.port(0x1234)) == [0x12, 0x34])
    #expect(
      NFTKey.bytes(.proto(.tcp), .port(0x1234), .bytes([9])) == [
        6, 0, 0, 0, 0x12, 0x34, 0, 0, 9, 0, 0, 0,
      ])
    #expect(
      NFTField.interfaceName("a name that is too long").bytes
        == Array("a name that is ".utf8) + [0])
  }

  @Test("a chain or set keeps its state out of comparisons")
  func withoutState() {
    var dice = SplitMix64(for: "withoutState")
    var rule = NFTRule(NFTTableID(.inet, "t"), chain: "c", [.counter(packets: 5, bytes: 6)])
    let plain = rule
    rule.handle = dice.number()
    #expect(plain.withoutState == rule.withoutState)
    #expect(plain != rule)
    var element = NFTElement([1], counter: (3, 4))
    element.expirationMilliseconds = 17
    #expect(element.withoutState == NFTElement([1], counter: (0, 0)))
    #expect(element.counter.map { [$0.packets, $0.bytes] } == [3, 4])
  }
}
