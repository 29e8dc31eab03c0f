// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink
import TestSupport
import Testing

/// Bytes from outside never crash a reader, whatever they are.
@Suite("Garbage")
struct GarbageTests {
  /// Reads datagrams as answers of every kind.
  private func read(_ datagrams: [[UInt8]]) {
    _ = try? RouteSocket(Player(datagrams)).links()
    _ = try? RouteSocket(Player(datagrams)).link(index: 1)
    _ = try? RouteSocket(Player(datagrams)).addresses()
    _ = try? RouteSocket(Player(datagrams)).routes()
    _ = try? RouteSocket(Player(datagrams)).neighbours()
    _ = try? RouteSocket(Player(datagrams)).neighbours(proxies: true)
    _ = try? RouteSocket(Player(datagrams)).rules()
    let tables = NFTablesSocket(Player(datagrams))
    _ = try? tables.generation()
    _ = try? tables.tables()
    _ = try? tables.chains()
    _ = try? tables.sets()
    _ = try? tables.rules()
    _ = try? tables.counters()
    _ = try? tables.elements(of: EveryConstruct.table, set: "plain")
    _ = try? tables.apply(NFTBatch([.deleteTable(EveryConstruct.table)]), echoingHandles: true)
    let connections = ConntrackSocket(Player(datagrams))
    _ = try? connections.entries()
    _ = try? connections.count()
    _ = try? connections.delete { _ in true }
    for datagram in datagrams {
      _ = try? NFTBatch(decoding: datagram)
      _ = try? RouteMonitor(Replay(datagram)).receive(wait: true)
      _ = try? NFTablesMonitor(Replay(datagram)).receive(wait: true)
      for message in NetlinkMessage.parse(datagram) {
        if let decoded = NFTMessage(message) { _ = NFTBatch([decoded]).bytes() }
      }
    }
  }

  /// One datagram, unasked.
  private final class Replay: NetlinkTransport {
    private let datagram: [UInt8]
    init(_ datagram: [UInt8]) { self.datagram = datagram }
    func send(_: UnsafeRawBufferPointer) throws(NetlinkError) {}
    func receive(wait: Bool) throws(NetlinkError) -> [UInt8]? { datagram }
  }

  private func mutated(_ datagram: [UInt8], _ dice: inout SplitMix64) -> [UInt8] {
    var bytes = datagram
    guard !bytes.isEmpty else { return bytes }
    for _ in 0..<(1 + dice.below(8)) {
      let at = dice.below(bytes.count)
      switch dice.below(5) {
      case 0: bytes[at] = dice.number()
      case 1: bytes[at] = dice.pick([0, 1, 4, 0x7f, 0x80, 0xff])
      case 2: bytes[at] ^= 1 << UInt8(dice.below(8))
      case 3: bytes.removeSubrange(at..<min(bytes.count, at + 1 + dice.below(20)))
      default: bytes.insert(contentsOf: dice.bytes(4), at: at)
      }
      if bytes.isEmpty { return bytes }
    }
    return bytes
  }

  @Test("random bytes")
  func random() {
    var dice = SplitMix64(for: "random bytes")
    for _ in 0..<300 { let size = dice.below(300); read([dice.bytes(size)]) }
  }

  @Test("changed batches")
  func batches() {
    var dice = SplitMix64(for: "changed batches")
    for _ in 0..<300 {
      let batch = dice.batch().bytes()
      read([mutated(batch, &dice)])
    }
  }

  @Test("changed answers of the kernel", .needsNFT)
  func answers() throws {
    var dice = SplitMix64(for: "changed answers of the kernel")
    let recorded = try TestNamespace.with { space in
      let index = try space.device("d0")
      let other = try space.device("d1")
      let routes = try Recorder(NetlinkSocket(.route, in: space.namespace))
      let socket = RouteSocket(routes)
      try socket.add(LinkAddress(linkIndex: index, address: try parse("10.0.0.1/24")))
      try socket.add(
        Route(
          to: try cidr("10.9.0.0/16"), nextHops: [.init(linkIndex: index), .init(linkIndex: other)])
      )
      try socket.add(
        Neighbour(linkIndex: index, address: try ip("10.0.0.2"), mac: try mac("02:00:00:00:00:01")))
      _ = try socket.links()
      _ = try socket.addresses()
      _ = try socket.routes()
      _ = try socket.neighbours()
      _ = try socket.rules()
      let tables = try Recorder(NetlinkSocket(.netfilter, in: space.namespace))
      let nft = NFTablesSocket(tables)
      try nft.apply(NFTBatch(try EveryConstruct.messages()), echoingHandles: true)
      _ = try nft.generation()
      _ = try nft.tables()
      _ = try nft.chains()
      _ = try nft.sets()
      _ = try nft.rules()
      for set in ["plain", "nets", "boxes", "dispatch", "aging"] {
        _ = try nft.elements(of: EveryConstruct.table, set: set)
      }
      try Datagrams.loopbackUp(in: space)
      try Datagrams.send(3, toPort: 9, in: space)
      let connections = try Recorder(NetlinkSocket(.netfilter, in: space.namespace))
      _ = try ConntrackSocket(connections).entries()
      return routes.answers + tables.answers + connections.answers
    }
    #expect(recorded.count > 15)
    // Unchanged they can be read again.
    #expect(
      try recorded.contains { answer in
        try !(RouteSocket(Player(answer)).links().isEmpty)
      })
    for _ in 0..<15 {
      for answer in recorded { read(answer.map { mutated($0, &dice) }) }
    }
  }
}
