// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Netlink
import Testing

/// Stands in for the kernel: keeps the tables it is told of, and lists them.
private final class TablesOnly: NetlinkTransport {
  private var tables: Set<NFTTableID> = []
  private var answers: [[UInt8]] = []

  func send(_ bytes: UnsafeRawBufferPointer) throws(NetlinkError) {
    let datagram = [UInt8](bytes)
    guard let batch = try? NFTBatch(decoding: datagram) else {
      let sequence = NetlinkMessage.parse(datagram).first?.sequence ?? 0
      answers = tables.map { NFTMessage.newTable(NFTTable($0)).bytes(sequence: sequence) }
      answers.append(NetlinkMessage.endOfDump(sequence))
      return
    }
    var next = tables
    for (message, sent) in zip(batch.messages, NetlinkMessage.parse(datagram).dropFirst()) {
      switch message {
      case .newTable(let table): next.insert(table.id)
      case .deleteTable(let id):
        if next.remove(id) == nil {
          answers.append(NetlinkMessage.acknowledgement(of: sent.sequence, code: ENOENT))
        }
      default: answers.append(NetlinkMessage.acknowledgement(of: sent.sequence, code: EOPNOTSUPP))
      }
      if sent.flags.contains(.acknowledge) {
        answers.append(NetlinkMessage.acknowledgement(of: sent.sequence))
        tables = next
      }
    }
  }

  func receive(wait: Bool) throws(NetlinkError) -> [UInt8]? {
    answers.isEmpty ? nil : answers.removeFirst()
  }
}

@Suite("A simulator in the kernel's place")
struct SimulatorTests {
  @Test("batches, refusals and dumps work without a kernel")
  func simulator() throws {
    let socket = NFTablesSocket(TablesOnly())
    let ids = [NFTTableID(.inet, "a"), NFTTableID(.ipv6, "b")]
    try socket.apply(NFTBatch(ids.map { .newTable(NFTTable($0)) }))
    #expect(Set(try socket.tables().map(\.id)) == Set(ids))
    let batch = NFTBatch([
      .deleteTable(ids[0]), .deleteTable(NFTTableID(.arp, "c")), .newTable(NFTTable(ids[0])),
    ])
    #expect {
      try socket.apply(batch)
    } throws: { error in
      guard case .rejected(let list) = error as? NFTablesError else { return false }
      return list.map(\.index) == [1] && list.map(\.code) == [ENOENT]
    }
  }
}
