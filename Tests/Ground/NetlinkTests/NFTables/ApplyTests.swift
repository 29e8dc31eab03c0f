// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import CLinux
import Glibc
import Netlink
import Testing

@Suite("Applying batches", .needsNFT)
struct ApplyTests {
  private let table = NFTTableID(.inet, "t")
  private func basics() -> [NFTMessage] {
    [
      .newTable(NFTTable(table)), .newChain(NFTChain(table, "c")),
      .newSet(NFTSet(table, "s", key: [.ipv4Address])),
    ]
  }
  private func element(_ number: UInt32) -> NFTElement {
    NFTElement(NFTKey.bytes(.address(IPAddress(v4: number))))
  }

  @Test("every message that fails is named, and nothing is done")
  func rejections() throws {
    try TestNamespace.with { space in
      let socket = try NFTablesSocket(in: space.namespace)
      let bad = NFTMessage.newRule(
        NFTRule(table, chain: "c", [.verdict(.jump("nowhere"))], comment: "which one"), .last)
      let worse = NFTMessage.deleteSet(NFTSetID(table, "nothing"))
      let batch = NFTBatch(
        basics() + [bad, .newElements(NFTSetID(table, "s"), [element(1)]), worse])
      #expect {
        try socket.apply(batch)
      } throws: { error in
        guard case .rejected(let list) = error as? NFTablesError else { return false }
        return list.map(\.index) == [3, 5] && list.map(\.message) == [bad, worse]
          && list.map(\.code) == [ENOENT, ENOENT]
          && "\(error)".contains("message 3: add rule inet t c (which one): No such file")
      }
      #expect(try socket.tables().isEmpty)
      try socket.apply(NFTBatch(basics()))
      #expect(try socket.tables().map(\.id) == [table])
      #expect(try socket.apply(NFTBatch()) == NFTablesSocket.Applied())
    }
  }

  @Test("a batch made for another generation is stale and does nothing")
  func stale() throws {
    try TestNamespace.with { space in
      let socket = try NFTablesSocket(in: space.namespace)
      let first = try socket.generation()
      let applied = try socket.apply(NFTBatch(basics(), generation: first))
      let second = try socket.generation()
      #expect(second != first)
      #expect(applied.generation == second)
      #expect(applied.handles.isEmpty)
      let delete: [NFTMessage] = [.deleteTable(table)]
      #expect(throws: NFTablesError.stale) {
        try socket.apply(NFTBatch(delete, generation: first))
      }
      #expect(try socket.tables().count == 1)
      let id = NFTSetID(table, "s")
      let elements = (0..<1000).map { element($0) }
      let third = try socket.apply(NFTBatch([.newElements(id, elements)], generation: second))
      #expect(third.generation == (try socket.generation()))
      #expect(try socket.elements(of: table, set: "s").count == 1000)
      let last = try socket.apply(NFTBatch(delete, generation: third.generation))
      #expect(last.generation == nil)
      #expect(try socket.tables().isEmpty)
    }
  }

  @Test("the handles of new rules come back, and rules go where they are put")
  func handles() throws {
    try TestNamespace.with { space in
      let socket = try NFTablesSocket(in: space.namespace)
      func rule(_ comment: String) -> NFTRule {
        NFTRule(table, chain: "c", [.counter()], comment: comment)
      }
      func comments() throws -> [String?] {
        try socket.rules(of: table, chain: "c").map(\.comment)
      }
      let handles = try socket.apply(
        NFTBatch(basics() + [.newRule(rule("b"), .last), .newRule(rule("d"), .last)]),
        echoingHandles: true
      ).handles
      #expect(handles.keys.sorted() == [3, 4])
      let b = try #require(handles[3])
      let d = try #require(handles[4])
      #expect(try socket.rules(of: table).map(\.handle) == [b, d])
      try socket.apply(
        NFTBatch([
          .newRule(rule("a"), .first), .newRule(rule("c"), .after(handle: b)),
          .newRule(rule("c2"), .before(handle: d)), .newRule(rule("e"), .last),
        ]))
      #expect(try comments() == ["a", "b", "c", "c2", "d", "e"])
      var replacement = rule("B")
      replacement.handle = b
      try socket.apply(
        NFTBatch([
          .newRule(replacement, .replacing), .deleteRule(table, chain: "c", handle: d),
        ]))
      #expect(try comments() == ["a", "B", "c", "c2", "e"])
      try socket.apply(NFTBatch([.flushChain(table, "c")]))
      #expect(try comments() == [])
    }
  }

  @Test("two hundred thousand elements go in one batch, and come back")
  func many() throws {
    try TestNamespace.with { space in
      let socket = try NFTablesSocket(in: space.namespace)
      let id = NFTSetID(table, "s")
      let elements = (0..<200_000).map { element(0x0a00_0000 + UInt32($0)) }
      try socket.apply(NFTBatch(basics() + [.newElements(id, elements)]))
      let found = try socket.elements(of: table, set: "s")
      #expect(found.count == elements.count)
      // Compared outside of the macro, which would describe every element.
      var isSame = Set(found) == Set(elements)
      #expect(isSame)
      try socket.apply(NFTBatch([.deleteElements(id, Array(elements[..<199_990]))]))
      isSame = Set(try socket.elements(of: table, set: "s")) == Set(elements[199_990...])
      #expect(isSame)
      // An error deep in a list that is spread over messages names the list.
      do throws(NFTablesError) {
        try socket.apply(
          NFTBatch([.flushSet(id), .deleteElements(id, Array(elements[..<50_000]))]))
        Issue.record("elements that are not there were deleted")
      } catch {
        guard case .rejected(let list) = error else { throw error }
        let isTheList = list.allSatisfy { $0.index == 1 && $0.code == ENOENT }
        #expect(isTheList && list.count > 10)
      }
      #expect(try socket.elements(of: table, set: "s").count == 10)
      try socket.apply(NFTBatch([.flushSet(id)]))
      #expect(try socket.elements(of: table, set: "s").isEmpty)
    }
  }

  @Test("what rules count is read, and read and zeroed")
  func counters() throws {
    try TestNamespace.with { space in
      try Datagrams.loopbackUp(in: space)
      let socket = try NFTablesSocket(in: space.namespace)
      let isIPv4: [NFTExpression] = [
        .meta(.nfProto, into: .r1), .compare(.r1, .equal, [2]),
        .load(NFTKey.bytes(.number(9)), into: .r1),
        .payload(.network, offset: 12, length: 4, into: NFTRegister(word: 1)),
      ]
      try socket.apply(
        NFTBatch([
          .newTable(NFTTable(table)),
          .newCounter(NFTCounter(table, "n")),
          .newSet(
            NFTSet(
              table, "seen", key: [.mark, .ipv4Address], flags: .dynamic, size: 100,
              timeoutMilliseconds: 3_600_000, counter: true)),
          .newSet(
            NFTSet(table, "ports", key: [.inetService], data: .verdict, counter: true)),
          .newChain(NFTChain(table, "out", hook: NFTHook(.output, priority: 0))),
          .newElements(
            NFTSetID(table, "ports"),
            [NFTElement(NFTKey.bytes(.port(7777)), data: .verdict(.drop), counter: (0, 0))]),
          .newRule(
            NFTRule(
              table, chain: "out",
              isIPv4 + [.dynamicSet(.init(.update, .r1, in: "seen")), .counterObject("n")]),
            .last),
          .newRule(
            NFTRule(
              table, chain: "out",
              [
                .meta(.l4Proto, into: .r1), .compare(.r1, .equal, [17]), .counter(),
                .payload(.transport, offset: 2, length: 2, into: .r1),
                .lookup(.init(.r1, in: "ports", into: .verdict)),
              ]), .last),
        ]))
      try Datagrams.send(5, toPort: 7777, in: space)
      let key = NFTKey.bytes(.number(9), .address(try ip("127.0.0.1")))
      let seen = try socket.elements(of: table, set: "seen")
      #expect(seen.map(\.key) == [key])
      #expect(seen.first?.counter.map { [$0.packets, $0.bytes] } == [5, 5 * 33])
      #expect(seen.first?.expirationMilliseconds != nil)
      let rule = try socket.rules(of: table).last
      #expect(rule?.expressions.contains(.counter(packets: 5, bytes: 5 * 33)) == true)
      let first = try socket.elements(of: table, set: "ports", resettingCounters: true)
      #expect(first.map { $0.counter?.packets } == [5])
      #expect(first.map(\.data) == [.verdict(.drop)])
      let second = try socket.elements(of: table, set: "ports")
      #expect(second.map { $0.counter?.packets } == [0])
      #expect(try socket.counters(of: table, resetting: true).map(\.packets) == [5])
      #expect(try socket.counters(of: table).map(\.packets) == [0])
    }
  }

  @Test("a table with an owner is closed to others")
  func owner() throws {
    try TestNamespace.with { space in
      let socket = try NFTablesSocket(in: space.namespace)
      try socket.apply(NFTBatch([.newTable(NFTTable(table, flags: [.owner, .persist]))]))
      let found = try #require(try socket.table(table))
      #expect(found.owner == socket.portID)
      #expect(found.flags == [.owner, .persist])
      let other = try NFTablesSocket(in: space.namespace)
      #expect {
        try other.apply(NFTBatch([.deleteTable(table)]))
      } throws: { error in
        guard case .rejected(let list) = error as? NFTablesError else { return false }
        return list.map(\.code) == [EPERM]
      }
      try space.run("nft", "flush", "ruleset")
      #expect(try socket.table(table) != nil)
    }
  }

  @Test("names of 255 bytes are taken, of 256 are not")
  func names() throws {
    try TestNamespace.with { space in
      let socket = try NFTablesSocket(in: space.namespace)
      let longest = String(repeating: "x", count: 255)
      try socket.apply(NFTBatch(basics() + [.newChain(NFTChain(table, longest))]))
      #expect(try socket.chains(of: table).map(\.name) == ["c", longest])
      #expect {
        try socket.apply(NFTBatch([.newChain(NFTChain(table, longest + "x"))]))
      } throws: { error in
        guard case .rejected(let list) = error as? NFTablesError else { return false }
        return list.map(\.code) == [ERANGE]
      }
    }
  }

  @Test("a name longer than an attribute is refused before it is sent")
  func attributeTooLong() throws {
    try TestNamespace.with { space in
      let socket = try NFTablesSocket(in: space.namespace)
      let name = String(repeating: "x", count: 70_000)
      #expect {
        try socket.apply(NFTBatch([.newChain(NFTChain(table, name))]))
      } throws: { error in
        guard case .failed(let inner) = error as? NFTablesError else { return false }
        return inner.reason == .attributeTooLong
      }
    }
  }

  @Test("what a stranger does is heard of at once")
  func monitor() throws {
    try TestNamespace.with { space in
      let monitor = try NFTablesMonitor(in: space.namespace)
      let socket = try NFTablesSocket(in: space.namespace)
      #expect(try monitor.receive(wait: false) == nil)
      let rule = NFTRule(table, chain: "c", [.counter()], comment: "mine")
      try socket.apply(
        NFTBatch(
          basics() + [
            .newRule(rule, .last), .newElements(NFTSetID(table, "s"), [element(1)]),
          ]))
      func events() throws -> [NFTablesEvent] {
        var all: [NFTablesEvent] = []
        while let more = try monitor.receive(wait: false) { all += more }
        return all
      }
      let own = try events()
      #expect(
        own.allSatisfy { event in
          if case .changed(_, let portID) = event { portID == socket.portID } else { true }
        })
      #expect(
        own.contains { event in
          if case .changed(.newRule(let found, .last), _) = event {
            found.withoutState == rule
          } else {
            false
          }
        })
      #expect(
        own.contains(
          .changed(.newElements(NFTSetID(table, "s"), [element(1)]), portID: socket.portID)))
      let generation = try socket.generation()
      #expect(
        own.contains { event in
          if case .generation(generation, let thread, _) = event {
            thread == UInt32(gettid())
          } else {
            false
          }
        })

      try space.run("nft", "flush", "ruleset")
      let others = try events()
      #expect(
        others.contains { event in
          if case .changed(.deleteTable(table), let portID) = event {
            portID != socket.portID
          } else {
            false
          }
        })
      #expect(
        others.contains { event in
          if case .generation(_, _, "nft") = event { true } else { false }
        })
      #expect(throws: NFTablesError.stale) {
        try socket.apply(NFTBatch(basics(), generation: generation))
      }
    }
  }
}
