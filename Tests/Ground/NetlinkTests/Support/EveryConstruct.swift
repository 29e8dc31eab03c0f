// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink

/// A table that uses all that this library can say.
enum EveryConstruct {
  static let table = NFTTableID(.inet, "every")

  private static func set(_ name: String, id: UInt32 = 0) -> NFTSetID {
    NFTSetID(table, name, id: id)
  }
  private static func rule(
    _ chain: String, _ expressions: [NFTExpression], comment: String? = nil
  ) -> NFTMessage {
    .newRule(NFTRule(table, chain: chain, expressions, comment: comment), .last)
  }
  private static func word(_ number: UInt32) -> [UInt8] { NFTKey.bytes(.number(number)) }

  private static let isIPv4: [NFTExpression] = [
    .meta(.nfProto, into: .r1), .compare(.r1, .equal, [2]),
  ]
  private static func isProto(_ proto: IPProtocol) -> [NFTExpression] {
    [.meta(.l4Proto, into: .r1), .compare(.r1, .equal, [proto.rawValue])]
  }
  private static func ipv4Source(_ register: NFTRegister) -> NFTExpression {
    .payload(.network, offset: 12, length: 4, into: register)
  }
  private static func port(_ register: NFTRegister) -> NFTExpression {
    .payload(.transport, offset: 2, length: 2, into: register)
  }

  static func messages() throws -> [NFTMessage] {
    try objects() + sets() + elements() + rules()
  }

  private static func objects() -> [NFTMessage] {
    [
      .newTable(NFTTable(table, comment: "a table")),
      .newCounter(NFTCounter(table, "denied", comment: "a counter")),
      .newChain(NFTChain(table, "target", comment: "a chain")),
      .newChain(NFTChain(table, "other")),
      .newChain(
        NFTChain(
          table, "forward", hook: NFTHook(.forward, priority: NFTHook.Priority.filter),
          comment: "a base chain")),
      .newChain(
        NFTChain(
          table, "input", hook: NFTHook(.input, priority: 10, policy: .drop))),
      .newChain(
        NFTChain(table, "raw", hook: NFTHook(.prerouting, priority: NFTHook.Priority.raw))),
      .newChain(
        NFTChain(
          table, "nat",
          hook: NFTHook(.postrouting, priority: NFTHook.Priority.sourceNAT, type: "nat"))),
    ]
  }

  private static func sets() -> [NFTMessage] {
    let triple: [NFTType] = [.ipv4Address, .inetProtocol, .inetService]
    return [
      .newSet(NFTSet(table, "plain", key: [.ipv4Address], size: 1000, comment: "a set")),
      .newSet(NFTSet(table, "nets", key: [.ipv4Address], flags: .interval)),
      .newSet(NFTSet(table, "six", key: [.ipv6Address])),
      .newSet(NFTSet(table, "triples", key: triple)),
      .newSet(
        NFTSet(table, "boxes", key: triple, data: .verdict, flags: .interval, counter: true)),
      .newSet(NFTSet(table, "dispatch", key: [.interfaceName], data: .verdict)),
      .newSet(NFTSet(table, "classes", key: [.ipv4Address], data: .value(.mark))),
      .newSet(
        NFTSet(
          table, "accounting", key: [.mark, .ipv4Address], flags: [.dynamic], size: 65536,
          timeoutMilliseconds: 60_000, counter: true)),
      .newSet(NFTSet(table, "aging", key: [.ipv4Address], timeoutMilliseconds: 3_600_000)),
      .newSet(
        NFTSet(
          table, "__set%d", key: [.inetService], flags: [.anonymous, .constant], size: 2, id: 1)),
      .newSet(
        NFTSet(
          table, "__map%d", key: [.ctState], data: .verdict, flags: [.anonymous, .constant],
          size: 2, id: 2)),
    ]
  }

  private static func elements() throws -> [NFTMessage] {
    let net = try cidr("10.0.0.0/8")
    return [
      .newElements(
        set("plain"),
        [
          NFTElement(NFTKey.bytes(.address(try ip("192.0.2.1"))), comment: "an element"),
          NFTElement(NFTKey.bytes(.address(try ip("192.0.2.2")))),
        ]),
      .newElements(
        set("nets"),
        NFTElement.interval(
          from: net.first.networkBytes, through: net.last.networkBytes, comment: "a net")),
      .newElements(set("six"), [NFTElement(NFTKey.bytes(.address(try ip("fd00::1"))))]),
      .newElements(
        set("triples"),
        [NFTElement(NFTKey.bytes(.address(net.first), .proto(.udp), .port(53)))]),
      .newElements(
        set("boxes"),
        [
          NFTElement(
            NFTKey.bytes(.address(net.first), .proto(.tcp), .port(80)),
            through: NFTKey.bytes(.address(net.last), .proto(.tcp), .port(90)),
            data: .verdict(.goto("target")), counter: (0, 0)),
          NFTElement(
            NFTKey.bytes(.address(try ip("192.0.2.1")), .proto(.tcp), .port(443)),
            through: NFTKey.bytes(.address(try ip("192.0.2.1")), .proto(.tcp), .port(443)),
            data: .verdict(.drop), counter: (7, 700)),
        ]),
      .newElements(
        set("dispatch"),
        [
          NFTElement(
            NFTKey.bytes(.interfaceName("cali123")), data: .verdict(.jump("target")),
            comment: "an endpoint"),
          .catchAll(data: .verdict(.return)),
        ]),
      .newElements(
        set("classes"),
        [NFTElement(NFTKey.bytes(.address(net.first)), data: .value(word(5)))]),
      .newElements(
        set("aging"),
        [NFTElement(NFTKey.bytes(.address(net.first)), timeoutMilliseconds: 36_000_000)]),
      .newElements(
        set("__set%d", id: 1),
        [NFTElement(NFTKey.bytes(.port(80))), NFTElement(NFTKey.bytes(.port(81)))]),
      .newElements(
        set("__map%d", id: 2),
        [
          NFTElement(word(2), data: .verdict(.accept)),
          NFTElement(word(1), data: .verdict(.drop)),
        ]),
    ]
  }

  private static func rules() -> [NFTMessage] {
    let w8 = NFTRegister(word: 1)
    let w9 = NFTRegister(word: 2)
    return [
      rule(
        "forward",
        [.ct(.state, into: .r1), .lookup(.init(.r1, in: "__map%d", setID: 2, into: .verdict))],
        comment: "a rule"),
      rule(
        "forward",
        [
          .meta(.inputInterfaceName, into: .r1),
          .lookup(.init(.r1, in: "dispatch", into: .verdict)),
        ]),
      rule(
        "forward",
        [
          .meta(.inputInterfaceName, into: .r1), .compare(.r1, .equal, Array("cali".utf8)),
          .counterObject("denied"), .verdict(.drop),
        ]),
      rule(
        "forward",
        isIPv4 + [
          ipv4Source(.r1), .meta(.l4Proto, into: w8), port(w9),
          .lookup(.init(.r1, in: "boxes", into: .verdict)),
        ]),
      rule(
        "forward",
        isIPv4 + [
          ipv4Source(.r1), .lookup(.init(.r1, in: "plain", isInverted: true)),
          .verdict(.jump("other")),
        ]),
      rule(
        "forward",
        isIPv4 + [ipv4Source(.r1), .lookup(.init(.r1, in: "nets")), .counter(), .verdict(.return)]),
      rule(
        "forward",
        [
          .meta(.nfProto, into: .r1), .compare(.r1, .equal, [10]),
          .payload(.network, offset: 24, length: 16, into: .r1), .lookup(.init(.r1, in: "six")),
          .verdict(.accept),
        ]),
      rule(
        "target",
        isIPv4 + [
          .load(word(7), into: .r1), ipv4Source(w8),
          .dynamicSet(.init(.update, .r1, in: "accounting")),
        ]),
      rule("target", [.log(.init(.group(1, snapLength: 64), prefix: "DPI0|np/default/web"))]),
      rule(
        "target",
        [
          .limit(.init(10, burst: 20)),
          .log(.init(.kernel(level: 5), prefix: "calico-packet: ")),
        ]),
      rule(
        "target",
        isProto(.tcp) + [
          port(.r1), .lookup(.init(.r1, in: "__set%d", setID: 1)), .verdict(.accept),
        ]),
      rule(
        "target",
        isProto(.udp) + [
          port(.r1), .range(.r1, isInverted: true, from: [0, 10], through: [0, 20]),
          .verdict(.drop),
        ]),
      rule(
        "target",
        [
          .meta(.mark, into: .r1),
          .bitwise(
            from: .r1, into: .r1, length: 4, mask: word(0xfffc_ffff), xor: word(0x1_0000)),
          .metaSet(.mark, from: .r1),
        ]),
      rule(
        "other",
        [
          .fib(.init(.addressType, .destination, into: .r1)), .compare(.r1, .equal, word(2)),
          .verdict(.goto("target")),
        ]),
      rule("other", isProto(.tcp) + [.reject(.tcpReset)]),
      rule("other", [.reject(.icmpx(code: 3))]),
      rule("raw", isProto(.udp) + [port(.r1), .compare(.r1, .equal, [0, 53]), .noTrack]),
      rule("nat", [.masquerade(.init(flags: 16))], comment: "masq"),
      rule(
        "nat",
        isIPv4 + [
          ipv4Source(.r1), .compare(.r1, .equal, [10, 1, 2, 3]), .load([192, 0, 2, 9], into: .r1),
          .nat(.init(.source, .ipv4, addresses: .init(from: .r1))),
        ]),
      rule(
        "input",
        [
          .ct(.status, into: .r1),
          .bitwise(from: .r1, into: .r1, length: 4, mask: word(0x20), xor: word(0)),
          .compare(.r1, .notEqual, word(0)), .verdict(.accept),
        ]),
      rule(
        "input",
        isProto(.tcp) + [
          .ct(.destinationPort, direction: .original, into: .r1),
          .compare(.r1, .equal, [0, 80]), .verdict(.continue),
        ]),
      rule("input", [.meta(.mark, into: .r1), .ctSet(.mark, from: .r1)]),
      rule(
        "input",
        [
          .meta(.mark, into: .r1),
          .byteOrder(from: .r1, into: .r1, .toNetwork, length: 4, size: 4),
          .range(.r1, isInverted: true, from: [0, 0, 0, 5], through: [0, 0, 1, 0]), .counter(),
        ]),
    ]
  }
}
