// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink
import PacketSimulator
import Testing

@Suite("Packets")
struct PacketTests {
  private typealias Make = RefusalCase

  private static let packet: Packet = {
    let (from, to) = (IPAddress(v4: 0x0a00_0001), IPAddress(v4: 0x0a00_0002))
    return Packet(
      .tcp, from: from, port: 40000, to: to, port: 80, in: "calia", out: "calib")
  }()

  /// A kernel with a forward chain of these rules, beside other messages before them.
  private func program(
    _ rules: [[NFTExpression]], after before: [NFTMessage] = [], policy: NFTHook.Policy = .accept
  ) -> SimulatedKernel {
    let kernel = SimulatedKernel()
    let hook = NFTHook(.forward, priority: 0, policy: policy)
    let messages =
      [.newTable(NFTTable(Make.table))] + before + [Make.chain("forward", hook)]
      + rules.map { .newRule(NFTRule(Make.table, chain: "forward", $0), .last) }
    #expect(kernel.apply(NFTBatch(messages)) == [:])
    return kernel
  }

  private func matches(_ expressions: [NFTExpression], _ packet: Packet = packet) throws -> Bool {
    let kernel = program([expressions + [.verdict(.drop)]])
    return try !kernel.judge(packet, at: [.forward]).isAccepted
  }

  @Test("fields of the packet are loaded as the kernel lays them out")
  func fields() throws {
    var six = Self.packet
    six.source = IPAddress(v6: 0xfd00 << 112 | 1)
    six.destination = IPAddress(v6: 0xfd00 << 112 | 2)
    var ping = Packet(
      .icmp, from: Self.packet.source, to: Self.packet.destination, icmpType: 8, icmpCode: 3)
    ping.mark = 0x10
    let cases: [(NFTExpression, [UInt8], Packet)] = [
      (.meta(.nfProto, into: .r1), [2], Self.packet), (.meta(.nfProto, into: .r1), [10], six),
      (.meta(.l4Proto, into: .r1), [6, 0, 0, 0], Self.packet),
      (.meta(.mark, into: .r1), [16, 0, 0, 0], ping),
      (.meta(.inputInterfaceName, into: .r1), Array("calia\0".utf8), Self.packet),
      (.meta(.outputInterfaceName, into: .r1), Array("calib".utf8), Self.packet),
      (.payload(.network, offset: 12, length: 4, into: .r1), [10, 0, 0, 1], Self.packet),
      (.payload(.network, offset: 16, length: 4, into: .r1), [10, 0, 0, 2], Self.packet),
      (
        .payload(.network, offset: 8, length: 16, into: .r1),
        [0xfd] + [UInt8](repeating: 0, count: 14) + [1], six
      ),
      (
        .payload(.network, offset: 24, length: 16, into: .r1),
        [0xfd] + [UInt8](repeating: 0, count: 14) + [2], six
      ),
      (.payload(.transport, offset: 0, length: 2, into: .r1), [0x9c, 0x40], Self.packet),
      (.payload(.transport, offset: 2, length: 2, into: .r1), [0, 80], Self.packet),
      (.payload(.transport, offset: 0, length: 2, into: .r1), [8, 3], ping),
      (.ct(.state, into: .r1), [8, 0, 0, 0], Self.packet),
    ]
    for (expression, bytes, packet) in cases {
      #expect(try matches([expression, .compare(.r1, .equal, bytes)], packet), "\(expression)")
      #expect(try !matches([expression, .compare(.r1, .notEqual, bytes)], packet))
    }
  }

  @Test("comparisons, ranges and masks")
  func comparisons() throws {
    let port = NFTExpression.payload(.transport, offset: 2, length: 2, into: .r1)
    let cases: [(NFTExpression, Bool)] = [
      (.compare(.r1, .less, [0, 81]), true), (.compare(.r1, .less, [0, 80]), false),
      (.compare(.r1, .lessOrEqual, [0, 80]), true),
      (.compare(.r1, .greater, [0, 80]), false), (.compare(.r1, .greater, [0, 79]), true),
      (.compare(.r1, .greaterOrEqual, [0, 81]), false),
      (.range(.r1, from: [0, 80], through: [0, 90]), true),
      (.range(.r1, from: [0, 81], through: [0, 90]), false),
      (.range(.r1, isInverted: true, from: [0, 81], through: [0, 90]), true),
    ]
    for (expression, expected) in cases {
      #expect(try matches([port, expression]) == expected, "\(expression)")
    }
    let masked: [NFTExpression] = [
      port, .bitwise(from: .r1, into: .r2, length: 2, mask: [0, 0xf0], xor: [1, 0]),
    ]
    #expect(try matches(masked + [.compare(.r2, .equal, [1, 0x50])]))
    #expect(try matches([.load([7], into: .r3), .compare(.r3, .equal, [7, 0, 0, 0])]))
  }

  @Test("jump comes back, goto does not, return does, and a base chain's end is its policy")
  func verdicts() throws {
    let chains = ["a", "b"].map { Make.chain($0) }
    func run(_ policy: NFTHook.Policy, _ rules: [[NFTExpression]], a: [NFTExpression]) throws
      -> Bool
    {
      let rest = [Make.rule("b", .verdict(.return))]
      let into = NFTMessage.newRule(NFTRule(Make.table, chain: "a", a), .last)
      return try program(rules, after: chains + rest + [into], policy: policy)
        .judge(Self.packet, at: [.forward]).isAccepted
    }
    let drop: [NFTExpression] = [.verdict(.drop)]
    #expect(try !run(.accept, [[.verdict(.jump("a"))], drop], a: [.counter()]))
    #expect(try !run(.accept, [[.verdict(.jump("a"))], drop], a: [.verdict(.return)]))
    #expect(try run(.accept, [[.verdict(.goto("a"))], drop], a: [.counter()]))
    #expect(try !run(.drop, [[.verdict(.goto("a"))]], a: [.verdict(.return)]))
    // From a chain that was jumped to, goto's end leads back to the jump.
    #expect(try !run(.accept, [[.verdict(.jump("a"))], drop], a: [.verdict(.goto("b"))]))
    #expect(try run(.drop, [[.verdict(.jump("a"))], drop], a: [.verdict(.accept)]))
    #expect(try run(.accept, [[.verdict(.return)], drop], a: [.counter()]))
    #expect(try run(.accept, [[.verdict(.break)], [.verdict(.continue)]], a: [.counter()]))
    #expect(try !run(.accept, [[.verdict(.continue), .verdict(.drop)]], a: [.counter()]))
  }

  @Test("sets, intervals and maps of verdicts")
  func sets() throws {
    let source = NFTExpression.payload(.network, offset: 12, length: 4, into: .r1)
    func found(
      _ flags: NFTSet.Flags, _ elements: [NFTElement], isInverted: Bool = false
    ) throws -> Bool {
      let before = [
        Make.set("s", flags: flags), NFTMessage.newElements(Make.id("s"), elements),
      ]
      let lookup = NFTExpression.lookup(NFTLookup(.r1, in: "s", isInverted: isInverted))
      return try !program([[source, lookup, .verdict(.drop)]], after: before)
        .judge(Self.packet, at: [.forward]).isAccepted
    }
    #expect(try found([], [Make.host(1)]))
    #expect(try !found([], [Make.host(2)]))
    #expect(try found([], [Make.host(2)], isInverted: true))
    for (first, last, expected) in [
      (0, 1, true), (1, 1, true), (1, 9, true), (2, 9, false), (0, 0, false),
    ] as [(UInt8, UInt8, Bool)] {
      #expect(try found(.interval, Make.interval(first, last) + Make.interval(20, 30)) == expected)
    }
    // Up to the last address: there is no end.
    #expect(
      try found(.interval, NFTElement.interval(from: [0, 0, 0, 0], through: [255, 255, 255, 255])))
    let map = [
      Make.chain("a"), Make.set("m", data: .verdict),
      .newElements(Make.id("m"), [Make.host(1, .verdict(.goto("a")))]),
      Make.rule("a", .verdict(.drop)),
    ]
    let dispatch = NFTExpression.lookup(NFTLookup(.r1, in: "m", into: .verdict))
    let kernel = program([[source, dispatch]], after: map)
    let outcome = try kernel.judge(Self.packet, at: [.forward])
    #expect(outcome.verdict == .drop)
    #expect(outcome.steps.map(\.chain) == ["forward", "a"])
    var other = Self.packet
    other.source = IPAddress(v4: 0x0a00_0009)
    #expect(try kernel.judge(other, at: [.forward]).isAccepted)
  }

  @Test("a full dynamic set ends the rule that would add to it")
  func fullSet() throws {
    let set = NFTSet(
      Make.table, "d", key: [.ipv4Address], flags: .dynamic, size: 2, counter: true)
    let source = NFTExpression.payload(.network, offset: 12, length: 4, into: .r1)
    let kernel = program(
      [[source, .dynamicSet(NFTDynamicSet(.update, .r1, in: "d")), .verdict(.drop)]],
      after: [.newSet(set)])
    var verdicts: [Bool] = []
    for last: UInt32 in [1, 2, 3, 1] {
      var packet = Self.packet
      packet.source = IPAddress(v4: 0x0a00_0000 | last)
      verdicts.append(try kernel.judge(packet, at: [.forward]).isAccepted)
    }
    #expect(verdicts == [false, false, true, false])
    let elements = kernel.ruleset.tables[Make.table]?.sets["d"]?.all ?? []
    #expect(elements.map { $0.counter?.packets } == [2, 1])
  }

  @Test("rules count the packets that reach their counter")
  func counters() throws {
    let port = NFTExpression.payload(.transport, offset: 2, length: 2, into: .r1)
    let kernel = program([
      [port, .compare(.r1, .equal, [0, 80]), .counter()],
      [port, .compare(.r1, .equal, [0, 81]), .counter()], [.counter(), .verdict(.accept)],
    ])
    for _ in 0..<3 { _ = try kernel.judge(Self.packet, at: [.forward]) }
    let rules = kernel.ruleset.tables[Make.table]?.chains["forward"]?.rules ?? []
    let counts = rules.map { rule in
      rule.expressions.compactMap { if case .counter(let packets, _) = $0 { packets } else { nil } }
    }
    #expect(counts == [[3], [0], [3]])
  }

  @Test("the mark is set and stays from hook to hook; logs and translations are told")
  func effects() throws {
    let kernel = program([[.load([1, 0, 0, 0], into: .r1), .metaSet(.mark, from: .r1)]])
    let nat = NFTHook(.postrouting, priority: 100, type: "nat")
    #expect(
      kernel.apply(
        NFTBatch([
          Make.chain("post", nat),
          Make.rule(
            "post", .meta(.mark, into: .r1), .compare(.r1, .equal, [1, 0, 0, 0]),
            .log(NFTLog(.group(1), prefix: "x")), .masquerade()),
        ])) == [:])
    let outcome = try kernel.forward(Self.packet)
    #expect(outcome.mark == 1)
    #expect(
      outcome.effects == [.log(NFTLog(.group(1), prefix: "x")), .masquerade(NFTMasquerade())])
    // Only the first packet of a connection is translated.
    var later = Self.packet
    later.state = .established
    #expect(try kernel.forward(later).effects == [])
    #expect(try program([[.reject(.icmpx(code: 3))]]).forward(Self.packet).verdict == .reject)
  }

  @Test("the routing table says whether a source belongs to its interface")
  func routes() throws {
    let kernel = SimulatedKernel()
    let hook = NFTHook(.prerouting, priority: -300)
    let fib = NFTFib(.outputInterface, [.source, .inputInterface, .presence], into: .r1)
    #expect(
      kernel.apply(
        NFTBatch([
          .newTable(NFTTable(Make.table)), Make.chain("pre", hook),
          Make.rule(
            "pre", .fib(fib), .compare(.r1, .equal, [0, 0, 0, 0]), .verdict(.drop)),
        ])) == [:])
    #expect(try !kernel.forward(Self.packet).isAccepted)
    kernel.route = { $0 == Self.packet.source ? "calia" : "eth0" }
    #expect(try kernel.forward(Self.packet).isAccepted)
    kernel.route = { _ in "calib" }
    #expect(try !kernel.forward(Self.packet).isAccepted)
  }

  @Test("what is not simulated is an error, and neither matches nor fails to")
  func unknown() throws {
    let expressions: [NFTExpression] = [
      .unknown(name: "socket", bytes: []), .ct(.mark, into: .r1), .limit(NFTLimit(1)),
      .meta(.packetType, into: .r1), .payload(.link, offset: 0, length: 6, into: .r1),
      .fib(NFTFib(.addressType, .destination, into: .r1)), .verdict(.other(3)),
    ]
    for expression in expressions {
      let kernel = program([[expression]])
      #expect(throws: SimulationError.self, "\(expression)") {
        try kernel.judge(Self.packet, at: [.forward])
      }
    }
  }
}
