// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Glibc
import Netlink
import PacketSimulator
import PolicyModel
import Testing

@testable import Dataplane

/// A kernel with which something happens just before a batch is taken.
final class MeddlingKernel: NetlinkTransport {
  let kernel: SimulatedKernel
  /// What happens to the next batches; `nil` lets one be.
  var pranks: [((SimulatedKernel) -> Void)?] = []
  /// Batches that were sent.
  private(set) var batches: [NFTBatch] = []

  init(_ kernel: SimulatedKernel) { self.kernel = kernel }

  func send(_ bytes: UnsafeRawBufferPointer) throws(NetlinkError) {
    if let batch = try? NFTBatch(decoding: [UInt8](bytes)) {
      batches.append(batch)
      if !pranks.isEmpty { pranks.removeFirst()?(kernel) }
    }
    try kernel.send(bytes)
  }

  func receive(wait: Bool) throws(NetlinkError) -> [UInt8]? { try kernel.receive(wait: wait) }
}

@Suite("The writer")
struct WriterTests {
  private static let stranger = NFTMessage.newTable(NFTTable(NFTTableID(.ipv4, "other")))

  private func table(
    _ changes: [DesiredChange], _ claims: inout EndpointClaims
  ) -> PolicyTable {
    var table = PolicyTable(DataplaneConfiguration())
    table.apply(changes, &claims)
    return table
  }

  private func table(_ changes: [DesiredChange]) -> PolicyTable {
    var claims = EndpointClaims(prefixes: ["cali"])
    return table(changes, &claims)
  }

  private func start(
    _ table: inout PolicyTable
  ) throws -> (writer: TableWriter, kernel: MeddlingKernel) {
    let kernel = MeddlingKernel(SimulatedKernel())
    let writer = TableWriter(NFTablesSocket(kernel))
    #expect(try writer.synchronise(&table) > 0)
    return (writer, kernel)
  }

  private func expectInForce(_ table: PolicyTable, _ writer: TableWriter) throws {
    var copy = table
    let observed = try #require(try writer.observe())
    #expect(copy.compare(with: observed) == 0)
  }

  @Test("brings a table up in one transaction, and leaves it alone when nothing changes")
  func bringUp() throws {
    var table = table(Scene.changes)
    let (writer, kernel) = try start(&table)
    #expect(kernel.batches.count == 1)
    #expect(try writer.synchronise(&table) == 0)
    try writer.write(&table)
    #expect(kernel.batches.count == 1)
    try expectInForce(table, writer)
  }

  @Test("tries again when somebody else has changed something meanwhile")
  func stale() throws {
    var table = table(Scene.changes)
    let (writer, kernel) = try start(&table)
    kernel.pranks = [
      { _ = $0.apply(NFTBatch([Self.stranger])) }, nil,
      // Between the parts of one change too.
      { _ = $0.apply(NFTBatch([Self.stranger])) },
    ]
    let other = DesiredPolicy(tier: "default", ingress: [DesiredRule(.allow, transport: .tcp)])
    let added = IPSetMember.net(CIDR(host: Scene.guest.ipv4))
    table.apply(.policy(Scene.policy, other))
    table.apply(.setMembers(Scene.friends, added: [added], removed: []))
    try writer.write(&table)
    #expect(table.pending.isEmpty)
    #expect(writer.failures == 2)
    try expectInForce(table, writer)
  }

  @Test("gives up after some tries, keeps what is to be done, and does it later")
  func alwaysStale() throws {
    var table = table(Scene.changes)
    let (writer, kernel) = try start(&table)
    kernel.pranks = (0..<50).map { _ in { _ = $0.apply(NFTBatch([Self.stranger])) } }
    table.apply(.policyRemoved(Scene.policy))
    #expect(throws: NFTablesError.stale) { try writer.write(&table) }
    #expect(!table.pending.isEmpty)
    kernel.pranks = []
    try writer.write(&table)
    #expect(table.pending.isEmpty)
    try expectInForce(table, writer)
  }

  @Test("looks at what is there when its changes are refused, and only changes that")
  func refused() throws {
    var table = table(Scene.changes)
    let (writer, kernel) = try start(&table)
    // The set that is to get a member has gone, with the rules that used it.
    let chain = Names.policy(Scene.policy, .ingress)
    let set = NFTSetID(ChainModel.table, Names.set(Scene.friends, .hosts4))
    let gone = NFTBatch([.flushChain(ChainModel.table, chain), .deleteSet(set)])
    #expect(kernel.kernel.apply(gone) == [:])
    table.apply(
      .setMembers(
        Scene.friends, added: [.net(CIDR(host: Scene.guest.ipv4))],
        removed: [.net(CIDR(host: Scene.web.ipv4))]))
    try writer.write(&table)
    #expect(writer.failures == 1)
    #expect(
      !kernel.batches.dropFirst().flatMap(\.messages).contains {
        if case .deleteTable = $0 { true } else { false }
      })
    try expectInForce(table, writer)
  }

  @Test("makes a table anew in which something is of another kind")
  func otherKind() throws {
    var table = table(Scene.changes)
    let (writer, kernel) = try start(&table)
    let set = Names.set(Scene.friends, .hosts4)
    let chain = Names.policy(Scene.policy, .ingress)
    let swapped = NFTBatch([
      .flushChain(ChainModel.table, chain), .deleteSet(NFTSetID(ChainModel.table, set)),
      .newSet(NFTSet(ChainModel.table, set, key: [.ipv6Address])),
    ])
    #expect(kernel.kernel.apply(swapped) == [:])
    #expect(try writer.synchronise(&table) > 0)
    try expectInForce(table, writer)
    #expect(
      kernel.batches.last?.messages.contains { if case .deleteTable = $0 { true } else { false } }
        == true)
  }

  @Test("adds members before the rules that rely on them, and takes them away after")
  func order() throws {
    var table = table(Scene.changes)
    let (writer, kernel) = try start(&table)
    let other = DesiredPolicy(tier: "default", ingress: [DesiredRule(.allow, transport: .tcp)])
    table.apply(.policy(Scene.policy, other))
    table.apply(
      .setMembers(
        Scene.friends, added: [.net(CIDR(host: Scene.guest.ipv4))],
        removed: [.net(CIDR(host: Scene.web.ipv4))]))
    try writer.write(&table)
    let parts = kernel.batches.dropFirst().map { batch in
      batch.messages.map { message in
        switch message {
        case .newElements: "add"
        case .deleteElements: "delete"
        case .newRule, .deleteRule, .flushChain: "rule"
        default: "other"
        }
      }
    }
    #expect(parts.map(Set.init) == [["add"], ["rule"], ["delete"]])
  }

  @Test("a change of one member is one message of one element")
  func smallChange() throws {
    let many = (0..<2000).map { CIDR(host: IPAddress(v4: 0x0b00_0000 + $0)) }
    var table = table([Scene.set(many)] + Scene.changes.dropFirst())
    let (writer, kernel) = try start(&table)
    let member = IPSetMember.net(CIDR(host: IPAddress(v4: 0x0c00_0000)))
    for change in [
      DesiredChange.setMembers(Scene.friends, added: [member], removed: []),
      .setMembers(Scene.friends, added: [], removed: [member]),
    ] {
      table.apply(change)
      try writer.write(&table)
      let messages = kernel.batches.last?.messages ?? []
      #expect(messages.count == 1)
      switch messages.first {
      case .newElements(_, let elements), .deleteElements(_, let elements):
        #expect(elements.count == 1)
      default: Issue.record("\(messages)")
      }
    }
    #expect(kernel.batches.count == 3)
  }

  @Test("what nobody refers to any more goes, and comes again with its contents")
  func comeAndGo() throws {
    var claims = EndpointClaims(prefixes: ["cali"])
    var table = table(Scene.changes, &claims)
    let (writer, kernel) = try start(&table)
    let before = try #require(try writer.observe())
    table.apply(
      [
        .endpointRemoved(Scene.db.key), .policyRemoved(Scene.policy), .setRemoved(Scene.friends),
      ], &claims)
    try writer.write(&table)
    let without = try #require(try writer.observe())
    #expect(!without.chains.keys.contains(Names.policy(Scene.policy, .ingress)))
    #expect(!without.sets.keys.contains(Names.set(Scene.friends, .hosts4)))
    table.apply(Scene.changes, &claims)
    try writer.write(&table)
    #expect(try writer.observe()?.chains.mapValues(\.rules) == before.chains.mapValues(\.rules))
    #expect(try writer.observe()?.sets.mapValues(\.elements) == before.sets.mapValues(\.elements))
    // Gone and back before the kernel has heard of it.
    table.apply([.setRemoved(Scene.friends)] + Scene.changes, &claims)
    try writer.write(&table)
    #expect(try writer.observe()?.sets.mapValues(\.elements) == before.sets.mapValues(\.elements))
    #expect(kernel.kernel.refused == [])
  }
}
