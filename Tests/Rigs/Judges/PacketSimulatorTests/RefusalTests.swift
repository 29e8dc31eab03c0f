// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Netlink
import PacketLab
import PacketSimulator
import Testing

@Suite("Refusals")
struct RefusalTests {
  private static func refusals(
    of testCase: RefusalCase, by socket: NFTablesSocket
  ) throws -> [Int: Int32] {
    if !testCase.setup.isEmpty { try socket.apply(NFTBatch(testCase.setup)) }
    do throws(NFTablesError) {
      try socket.apply(NFTBatch(testCase.batch))
      return [:]
    } catch {
      guard case .rejected(let list) = error else { throw error }
      return Dictionary(uniqueKeysWithValues: list.map { ($0.index, $0.code) })
    }
  }

  @Test("the simulator refuses what it should, and nothing else", arguments: RefusalCase.all)
  func simulator(_ testCase: RefusalCase) throws {
    let kernel = SimulatedKernel()
    #expect(try Self.refusals(of: testCase, by: NFTablesSocket(kernel)) == testCase.refusals)
    // All or nothing.
    let applied = (testCase.setup.isEmpty ? 0 : 1) + (testCase.refusals.isEmpty ? 1 : 0)
    #expect(kernel.applied == applied)
    #expect(kernel.refused.count == (testCase.refusals.isEmpty ? 0 : 1))
  }

  @Test("the kernel refuses the same", .enabled(if: geteuid() == 0, "needs root"))
  func kernel() async throws {
    let lab = try PacketLab()
    for testCase in RefusalCase.all {
      let socket = try NFTablesSocket(in: try await lab.makeNamespace())
      let refusals = try Self.refusals(of: testCase, by: socket)
      #expect(refusals == testCase.refusals, "\(testCase)")
    }
  }

  @Test("a batch for another generation is stale")
  func stale() throws {
    let kernel = SimulatedKernel()
    let socket = NFTablesSocket(kernel)
    let table = NFTMessage.newTable(NFTTable(RefusalCase.table))
    let generation = try socket.generation()
    try socket.apply(NFTBatch([table], generation: generation))
    #expect(throws: NFTablesError.stale) {
      try socket.apply(NFTBatch([table], generation: generation))
    }
    #expect(try socket.generation() == generation + 1)
  }

  @Test("what one rule's unnamed set is cannot be left without a rule")
  func unbound() throws {
    let kernel = SimulatedKernel()
    let refusals = kernel.apply(
      NFTBatch([
        .newTable(NFTTable(RefusalCase.table)),
        RefusalCase.set("__set%d", flags: [.anonymous, .constant], id: 1),
      ]))
    #expect(refusals == [1: EINVAL])
  }

  @Test("too many jumps and loops are refused with the whole batch")
  func loops() throws {
    let base: [NFTMessage] = [
      .newTable(NFTTable(RefusalCase.table)),
      RefusalCase.chain("forward", NFTHook(.forward, priority: 0)), RefusalCase.chain("c"),
      RefusalCase.rule("forward", .verdict(.jump("c"))),
    ]
    let loop = base + [RefusalCase.rule("c", .verdict(.jump("c")))]
    #expect(SimulatedKernel().apply(NFTBatch(loop)) == [4: ELOOP])
    var ladder = base
    for index in 0..<15 {
      let (from, to) = (index == 0 ? "c" : "c\(index)", "c\(index + 1)")
      ladder += [RefusalCase.chain(to), RefusalCase.rule(from, .verdict(.goto(to)))]
    }
    #expect(SimulatedKernel().apply(NFTBatch(ladder)) == [ladder.count - 1: EMLINK])
    #expect(SimulatedKernel().apply(NFTBatch(ladder.dropLast(2))) == [:])
  }

  @Test("what it lists is what was sent")
  func listing() throws {
    let kernel = SimulatedKernel()
    let socket = NFTablesSocket(kernel)
    let elements = (0..<250).map { RefusalCase.host(UInt8($0)) }
    try socket.apply(
      NFTBatch([
        .newTable(NFTTable(RefusalCase.table)), RefusalCase.set("s"),
        .newElements(RefusalCase.id("s"), elements), RefusalCase.chain("c"),
        RefusalCase.rule("c", .counter()), RefusalCase.rule("c", .verdict(.drop)),
      ]))
    #expect(try socket.tables().map(\.id) == [RefusalCase.table])
    #expect(try socket.chains(of: RefusalCase.table).map(\.name) == ["c"])
    #expect(try socket.sets(of: RefusalCase.table).map(\.name) == ["s"])
    #expect(try socket.elements(of: RefusalCase.table, set: "s") == elements)
    let rules = try socket.rules(of: RefusalCase.table, chain: "c")
    #expect(rules.map(\.expressions) == [[.counter()], [.verdict(.drop)]])
    // Between the two, by its handle; then the first goes.
    let handles = rules.compactMap(\.handle)
    try socket.apply(
      NFTBatch([
        .newRule(
          NFTRule(RefusalCase.table, chain: "c", [.verdict(.accept)]), .before(handle: handles[1])),
        .deleteRule(RefusalCase.table, chain: "c", handle: handles[0]),
      ]))
    #expect(
      try socket.rules(of: RefusalCase.table).map(\.expressions)
        == [[.verdict(.accept)], [.verdict(.drop)]])
  }
}
