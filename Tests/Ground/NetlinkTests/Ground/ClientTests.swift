// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Netlink
import TestSupport
import Testing

/// Messages made by hand, as the kernel would send them.
@Suite("Requests and dumps")
struct ClientTests {
  private func datagram(_ messages: [(UInt16, NetlinkFlags, [UInt8])]) -> [UInt8] {
    var writer = NetlinkWriter()
    for (type, flags, payload) in messages {
      writer.message(type: type, flags: flags, sequence: 0) { $0.append(bytes: payload) }
    }
    return writer.bytes
  }
  private let done: (UInt16, NetlinkFlags, [UInt8]) = (3, [], [0, 0, 0, 0])
  private func failure(_ code: Int32, _ text: String? = nil) -> (UInt16, NetlinkFlags, [UInt8]) {
    var writer = NetlinkWriter()
    writer.append(-code)
    writer.append(bytes: [UInt8](repeating: 0, count: 16))
    if let text { writer.put(1, string: text) }
    return (2, text == nil ? [] : [.replace, .exclusive], writer.bytes)
  }

  @Test("a dump that changes meanwhile is begun anew, but not for ever")
  func interrupted() throws {
    let client = NetlinkClient(
      Player([datagram([(16, [.multipart, .dumpInterrupted], [1, 2, 3, 4]), done])]))
    #expect {
      try client.dump(type: 18, "list") { _ in }
    } throws: { ($0 as? NetlinkError)?.reason == .unsettled(attempts: 16) }
    let player = Player([datagram([(16, .multipart, [1, 2, 3, 4])]), datagram([done])])
    #expect(try NetlinkClient(player).dump(type: 18, "list") { _ in }.count == 1)
    #expect(player.sent.count == 1)
  }

  @Test("an error in the middle of a dump ends it")
  func failedDump() {
    let client = NetlinkClient(Player([datagram([(16, .multipart, []), failure(ENOENT)])]))
    #expect {
      try client.dump(type: 18, "list") { _ in }
    } throws: { ($0 as? NetlinkError)?.code == ENOENT }
  }

  @Test("a final message that carries an error is one")
  func doneWithError() {
    let code = withUnsafeBytes(of: -EINVAL) { Array($0) }
    let client = NetlinkClient(Player([datagram([(3, .multipart, code)])]))
    #expect {
      try client.dump(type: 18, "list") { _ in }
    } throws: { ($0 as? NetlinkError)?.code == EINVAL }
  }

  @Test("the kernel's words are part of an error")
  func words() {
    let client = NetlinkClient(Player([datagram([failure(EPERM, "not you")])]))
    #expect {
      try client.request(type: 16, "do it") { _ in }
    } throws: { error in
      (error as? NetlinkError)?.reason == .refused(code: EPERM, message: "not you")
        && "\(error)" == "do it: Operation not permitted (errno 1): not you"
    }
  }

  @Test("no answer is an error")
  func timeout() {
    #expect {
      try NetlinkClient(Player([])).request(type: 16, "do it") { _ in }
    } throws: { ($0 as? NetlinkError)?.reason == .timedOut }
  }

  @Test("attributes end at the first that is not whole")
  func attributes() {
    func types(_ bytes: [UInt8]) -> [UInt16] { NetlinkReader(bytes).attributes.map(\.type) }
    #expect(types([4, 0, 1, 0, 8, 0, 2, 0x80, 1, 2, 3, 4]) == [1, 2])
    #expect(types([4, 0, 1, 0, 9, 0, 2, 0, 1, 2, 3, 4]) == [1])
    #expect(types([3, 0, 1, 0]) == [])
    #expect(types([0, 0, 0, 0]) == [])
    #expect(types([6, 0, 1, 0, 7, 7]) == [1])
    #expect(types([255, 255, 1, 0]) == [])
    let reader = NetlinkReader([1, 2, 3, 4])
    #expect(reader.load(1, as: UInt32.self) == nil)
    #expect(reader.load(-1, as: UInt8.self) == nil)
    #expect(reader.load(Int.max, as: UInt8.self) == nil)
    #expect(reader.slice(from: 2, count: Int.max) == nil)
    #expect(reader.dropping(100).count == 0)
    #expect(reader.loadBigEndian(0, as: UInt32.self) == 0x0102_0304)
  }

  @Test("what is written grows, is padded, and nests")
  func writer() {
    var writer = NetlinkWriter(capacity: 1)
    writer.nested(5) { writer in
      writer.put(1, string: "abc")
      writer.put(2, bytes: [9])
      writer.put(3, bigEndian: UInt16(0x1234))
    }
    let bytes = writer.bytes
    #expect(
      bytes == [
        28, 0, 5, 0x80, 8, 0, 1, 0, 97, 98, 99, 0, 5, 0, 2, 0, 9, 0, 0, 0, 6, 0, 3, 0, 0x12, 0x34,
        0, 0,
      ])
    var overflowed = writer.overflowed
    #expect(!overflowed)
    writer.put(1, bytes: [UInt8](repeating: 1, count: NetlinkWriter.maximumPayload))
    overflowed = writer.overflowed
    #expect(!overflowed)
    writer.nested(1) { $0.put(1, bytes: [UInt8](repeating: 1, count: 65_530)) }
    overflowed = writer.overflowed
    #expect(overflowed)
  }
}
