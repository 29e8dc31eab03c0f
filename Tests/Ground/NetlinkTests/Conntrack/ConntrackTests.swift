// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import Netlink
import Testing

@Suite("Tracked connections", .needsNFT)
struct ConntrackTests {
  /// A namespace with rules that make the kernel track, and UDP flows in it.
  private func withFlows(_ body: (TestNamespace, ConntrackSocket) throws -> Void) throws {
    try TestNamespace.with { space in
      try Datagrams.loopbackUp(in: space)
      let table = NFTTableID(.inet, "t")
      try NFTablesSocket(in: space.namespace).apply(
        NFTBatch([
          .newTable(NFTTable(table)),
          .newChain(NFTChain(table, "c", hook: NFTHook(.output, priority: 0))),
          .newRule(
            NFTRule(
              table, chain: "c",
              [
                .ct(.state, into: .r1), .meta(.l4Proto, into: .r1),
                .payload(.transport, offset: 2, length: 2, into: .r1), .ctSet(.mark, from: .r1),
              ]), .last),
        ]))
      try Self.send(family: AF_INET, from: "127.0.0.1", to: "127.0.0.2", port: 1000, in: space)
      try Self.send(family: AF_INET, from: "127.0.0.3", to: "127.0.0.4", port: 1001, in: space)
      try Self.send(family: AF_INET, from: "127.0.0.4", to: "127.0.0.1", port: 1002, in: space)
      try Self.send(family: AF_INET6, from: "::1", to: "::1", port: 1003, in: space)
      try body(space, try ConntrackSocket(in: space.namespace))
    }
  }

  private static func send(
    family: Int32, from: String, to: String, port: UInt16, in space: TestNamespace
  ) throws {
    func address(_ text: String, _ port: UInt16) throws -> [UInt8] {
      let bytes = try ip(text).networkBytes
      let head =
        withUnsafeBytes(of: UInt16(family)) { Array($0) } + [UInt8(port >> 8), UInt8(port & 255)]
      return family == AF_INET
        ? head + bytes + [UInt8](repeating: 0, count: 8)
        : head + [0, 0, 0, 0] + bytes + [0, 0, 0, 0]
    }
    let source = try address(from, 0)
    let target = try address(to, port)
    try space.namespace.enter {
      let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
      defer { close(descriptor) }
      let bound = source.withUnsafeBytes {
        bind(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
      }
      #expect(bound == 0)
      let sent = target.withUnsafeBytes {
        sendto(
          descriptor, "x", 1, 0, $0.assumingMemoryBound(to: sockaddr.self).baseAddress,
          socklen_t($0.count))
      }
      #expect(sent == 1)
    }
  }

  @Test("connections of both families are listed, with their ends")
  func list() throws {
    try withFlows { _, socket in
      let all = try socket.entries()
      #expect(Set(all.compactMap(\.original.destinationPort)) == [1000, 1001, 1002, 1003])
      #expect(try socket.count() == 4)
      let first = try #require(all.first { $0.original.destinationPort == 1000 })
      #expect(first.original.source == IPAddress("127.0.0.1"))
      #expect(first.original.destination == IPAddress("127.0.0.2"))
      #expect(first.original.proto == .udp)
      #expect(first.reply.source == IPAddress("127.0.0.2"))
      #expect(first.reply.sourcePort == 1000)
      #expect(first.reply.destinationPort == first.original.sourcePort)
      #expect(first.family == .v4 && first.zone == 0 && first.id != nil)
      let six = try socket.entries(.init(family: .v6))
      #expect(six.map(\.original.destinationPort) == [1003])
      #expect(first.mark != 0)
      let marked = try socket.entries(.init(mark: (first.mark, 0xffff_ffff)))
      #expect(marked == [first])
    }
  }

  @Test("the connections of an address are deleted, whichever end it is")
  func delete() throws {
    try withFlows { space, socket in
      let four = try ip("127.0.0.4")
      let entries = try socket.entries()
      #expect(entries.filter { $0.involves(four) }.count == 2)
      #expect(try socket.deleteEntries(involving: [four]) == 2)
      let left = Set(try socket.entries().compactMap(\.original.destinationPort))
      #expect(left == [1000, 1003])
      #expect(try socket.deleteEntries(involving: [four]) == 0)
      #expect(try socket.deleteEntries(involving: []) == 0)
      #expect(try socket.delete { $0.family == .v6 } == 1)
      #expect(
        try space.run("conntrack", "-L", "-f", "ipv4").contains("dst=127.0.0.2"))
      #expect(try socket.delete { _ in true } == 1)
      #expect(try socket.count() == 0)
    }
  }

  @Test("a connection that ends while others are deleted does not keep them")
  func endedMeanwhile() throws {
    try withFlows { space, socket in
      let other = try ConntrackSocket(in: space.namespace)
      var picked = 0
      let deleted = try socket.delete { entry in
        // The first one is gone before anything of what is picked is deleted.
        if picked == 0 { _ = try? other.delete { $0 == entry } }
        picked += 1
        return true
      }
      #expect(picked == 4 && deleted == 3)
      #expect(try socket.count() == 0)
    }
  }
}
