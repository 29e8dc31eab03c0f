// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Netlink

/// A kernel that tracks one connection, in a zone, and notes what is asked to be deleted.
private final class ZonedKernel: NetlinkTransport {
  let zone: UInt16
  private var answers: [[UInt8]] = []
  private(set) var deleted: [NetlinkReader] = []

  init(zone: UInt16) { self.zone = zone }

  private static func tuple(_ writer: inout NetlinkWriter, from: UInt8, to: UInt8) {
    writer.nested(1) { writer in
      writer.put(1, bytes: [10, 0, 0, from])
      writer.put(2, bytes: [10, 0, 0, to])
    }
    writer.nested(2) { $0.put(1, bytes: [17]) }
  }

  func send(_ bytes: UnsafeRawBufferPointer) throws(NetlinkError) {
    guard let request = NetlinkMessage.parse(Array(bytes)).first else { return }
    let number = request.sequence
    guard request.type == 0x101 else {
      deleted.append(request.payload.dropping(4))
      return answers.append(NetlinkMessage.acknowledgement(of: number))
    }
    var writer = NetlinkWriter()
    writer.message(type: 0x100, flags: .multipart, sequence: number) { writer in
      writer.appendNetfilterHeader(family: UInt8(AF_INET))
      writer.nested(1) { Self.tuple(&$0, from: 1, to: 2) }
      writer.nested(2) { Self.tuple(&$0, from: 2, to: 1) }
      if zone != 0 { writer.put(18, bigEndian: zone) }
    }
    answers += [writer.bytes, NetlinkMessage.endOfDump(number)]
  }

  func receive(wait: Bool) throws(NetlinkError) -> [UInt8]? {
    answers.isEmpty ? nil : answers.removeFirst()
  }
}

@Suite("Tracked connections in zones")
struct ConntrackZoneTests {
  @Test("a connection is deleted in its own zone", arguments: [0, 7] as [UInt16])
  func deleted(_ zone: UInt16) throws {
    let kernel = ZonedKernel(zone: zone)
    #expect(try ConntrackSocket(kernel).delete { $0.zone == zone } == 1)
    #expect(kernel.deleted.count == 1)
    #expect(kernel.deleted.first?.attribute(18)?.loadBigEndian() ?? 0 == zone)
    #expect(kernel.deleted.first?.attribute(1)?.attribute(1)?.attribute(2)?.bytes == [10, 0, 0, 2])
  }
}
