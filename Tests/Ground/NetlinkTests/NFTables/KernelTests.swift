// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Netlink
import Testing

/// What the kernel makes of the values.
@Suite("Tables in the kernel", .needsNFT)
struct KernelTests {
  private let table = EveryConstruct.table

  @Test("the kernel gives back every object as it was sent")
  func exact() throws {
    try TestNamespace.with { space in
      let socket = try NFTablesSocket(in: space.namespace)
      let messages = try EveryConstruct.messages()
      try socket.apply(NFTBatch(messages))
      let tables = try socket.tables()
      let chains = try socket.chains(of: table)
      let sets = try socket.sets(of: table)
      let rules = try socket.rules(of: table)
      var sent: [String: [NFTRule]] = [:]
      for message in messages {
        switch message {
        case .newTable(let table):
          #expect(tables.map(\.id) == [table.id])
          #expect(tables.first?.userData == table.userData)
        case .newChain(let chain):
          var found = try #require(chains.first { $0.name == chain.name })
          #expect(found.handle != nil)
          found.handle = nil
          #expect(found == chain)
        case .newCounter(let counter):
          var found = try #require(try socket.counters(of: table).first)
          found.handle = nil
          #expect(found == counter)
        case .newSet(let set) where !set.flags.contains(.anonymous):
          let found = try #require(sets.first { $0.name == set.name })
          #expect(found.withoutState == set)
        case .newElements(let id, let elements) where id.id == 0:
          let found = try socket.elements(of: table, set: id.name)
          // Elements of a set with a lifetime of its own come with what is left of it.
          #expect(Set(found.map(\.withoutState)) == Set(elements.map(\.withoutState)))
          #expect(found.count == elements.count)
        case .newRule(let rule, _): sent[rule.chain, default: []].append(rule)
        default: break
        }
      }
      for (chain, expected) in sent {
        let found = rules.filter { $0.chain == chain }
        #expect(found.count == expected.count)
        for (a, b) in zip(found, expected) { #expect(Self.named(a) == Self.named(b)) }
        #expect(try socket.rules(of: table, chain: chain) == found)
      }
      #expect(try socket.table(table)?.comment == "a table")
      #expect(try socket.table(NFTTableID(.ipv4, "every")) == nil)
    }
  }

  /// Without state, and without the names and numbers of anonymous sets.
  private static func named(_ rule: NFTRule) -> NFTRule {
    var rule = rule.withoutState
    rule.expressions = rule.expressions.map { expression in
      guard case .lookup(var lookup) = expression, lookup.set.hasPrefix("__") else {
        return expression
      }
      lookup.set = String(lookup.set.prefix(5))
      lookup.setID = 0
      return .lookup(lookup)
    }
    // nft swaps the bytes of a protocol number, which has one.
    rule.expressions.removeAll { if case .byteOrder = $0 { true } else { false } }
    return rule
  }

  @Test("nft lists every construct, and loads what it lists")
  func nft() throws {
    try TestNamespace.with { space in
      let socket = try NFTablesSocket(in: space.namespace)
      try socket.apply(NFTBatch(try EveryConstruct.messages()))
      let listed = try space.run("nft", "-s", "list", "ruleset")
      #expect(Self.settled(listed) == EveryConstruct.listing)
      let file = "/tmp/\(space.name).nft"
      defer { unlink(file) }
      try write(listed, to: file)
      try space.run("nft", "flush", "ruleset")
      #expect(try socket.tables().isEmpty)
      try space.run("nft", "-f", file)
      #expect(Self.settled(try space.run("nft", "-s", "list", "ruleset")) == EveryConstruct.listing)
      // What nft has made of its own listing is, byte for byte, what was sent at first.
      let again = try socket.rules(of: table).map { Self.named($0) }
      let first = try EveryConstruct.messages().compactMap { message -> NFTRule? in
        if case .newRule(let rule, _) = message { Self.named(rule) } else { nil }
      }
      let differing = first.filter { !again.contains($0) }
      #expect(differing == [])
    }
  }

  private func write(_ text: String, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
  }

  /// With two spaces for a tab.
  private static func settled(_ listing: String) -> String {
    listing.replacing("\t", with: "  ")
  }
}
