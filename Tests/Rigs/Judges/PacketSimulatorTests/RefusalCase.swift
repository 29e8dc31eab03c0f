// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import Netlink

/// A table's beginning, and a batch of which the kernel refuses some messages, or none.
struct RefusalCase: Sendable, CustomStringConvertible {
  var description: String
  var setup: [NFTMessage]
  var batch: [NFTMessage]
  /// By the message's place: an errno.
  var refusals: [Int: Int32]

  init(
    _ description: String, setup: [NFTMessage] = [], _ batch: [NFTMessage],
    refusals: [Int: Int32] = [:]
  ) {
    self.description = description
    self.setup = setup
    self.batch = batch
    self.refusals = refusals
  }

  static let table = NFTTableID(.inet, "t")

  static func chain(_ name: String, _ hook: NFTHook? = nil) -> NFTMessage {
    .newChain(NFTChain(table, name, hook: hook))
  }

  static func rule(_ chain: String, _ expressions: NFTExpression...) -> NFTMessage {
    .newRule(NFTRule(table, chain: chain, expressions), .last)
  }

  static func set(
    _ name: String, _ key: NFTType = .ipv4Address, data: NFTSet.DataKind? = nil,
    flags: NFTSet.Flags = [], size: UInt32? = nil, id: UInt32 = 0
  ) -> NFTMessage {
    .newSet(NFTSet(table, name, key: [key], data: data, flags: flags, size: size, id: id))
  }

  static func id(_ name: String, _ id: UInt32 = 0) -> NFTSetID { NFTSetID(table, name, id: id) }

  static func interval(_ first: UInt8, _ last: UInt8) -> [NFTElement] {
    NFTElement.interval(from: [10, 0, 0, first], through: [10, 0, 0, last])
  }

  static func host(_ last: UInt8, _ data: NFTData? = nil) -> NFTElement {
    NFTElement([10, 0, 0, last], data: data)
  }

  private static let base: [NFTMessage] = [.newTable(NFTTable(table))]
  private static let forward = chain("forward", NFTHook(.forward, priority: 0))

  /// A way through chains that are `count` deep below the base chain.
  private static func ladder(_ count: Int) -> [NFTMessage] {
    (0..<count).map { chain("c\($0)") }
      + (0..<count - 1).map { rule("c\($0)", .verdict(.jump("c\($0 + 1)"))) }
      + [rule("forward", .verdict(.jump("c0")))]
  }

  private static let source = NFTExpression.payload(
    .network, offset: 12, length: 4, into: .r1)

  private static func lookup(_ set: String, into: NFTLookup.Destination = .none) -> NFTExpression {
    .lookup(NFTLookup(.r1, in: set, into: into))
  }

  static let all: [RefusalCase] = [
    RefusalCase("a chain of a table that is not there", [chain("c")], refusals: [0: ENOENT]),
    RefusalCase("a table twice", setup: base, base),
    RefusalCase("a chain twice", setup: base, [chain("c"), chain("c")]),
    RefusalCase(
      "a rule of a chain that is not there", setup: base, [rule("c", .counter())],
      refusals: [0: ENOENT]),
    RefusalCase(
      "two wrong messages of three", setup: base,
      [rule("c", .counter()), chain("d"), rule("e", .counter())], refusals: [0: ENOENT, 2: ENOENT]),
    RefusalCase(
      "a jump to a chain that is not there", setup: base,
      [chain("c"), rule("c", .verdict(.jump("d")))], refusals: [1: ENOENT]),
    RefusalCase(
      "a jump to a base chain", setup: base,
      [forward, chain("c"), rule("c", .verdict(.jump("forward")))], refusals: [2: EOPNOTSUPP]),
    RefusalCase(
      "a lookup in a set that is not there", setup: base, [chain("c"), rule("c", lookup("s"))],
      refusals: [1: ENOENT]),
    RefusalCase(
      "a lookup of what has not been loaded", setup: base,
      [chain("c"), set("s"), rule("c", lookup("s"))], refusals: [2: ENODATA]),
    RefusalCase(
      "a comparison of more than has been loaded", setup: base,
      [chain("c"), rule("c", .meta(.mark, into: .r1), .compare(.r1, .equal, [1, 2, 3, 4, 5]))],
      refusals: [1: ENODATA]),
    RefusalCase(
      "a lookup without a destination in a map", setup: base,
      [chain("c"), set("m", data: .verdict), rule("c", source, lookup("m"))]),
    RefusalCase(
      "a verdict from a set that is no map", setup: base,
      [chain("c"), set("s"), rule("c", source, lookup("s", into: .verdict))],
      refusals: [2: EINVAL]),
    RefusalCase(
      "the deletion of a chain that a rule leads to",
      setup: base + [chain("c"), chain("d"), rule("c", .verdict(.goto("d")))],
      [.deleteChain(table, "d")], refusals: [0: EBUSY]),
    RefusalCase(
      "the deletion of a chain that an element leads to",
      setup: base + [
        chain("d"), set("m", data: .verdict),
        .newElements(id("m"), [host(1, .verdict(.goto("d")))]),
      ], [.deleteChain(table, "d")], refusals: [0: EBUSY]),
    RefusalCase(
      "the deletion of chains that lead to each other, emptied before",
      setup: base + [chain("c"), chain("d"), rule("c", .verdict(.goto("d")))],
      [
        .flushChain(table, "c"), .flushChain(table, "d"), .deleteChain(table, "d"),
        .deleteChain(table, "c"),
      ]),
    RefusalCase(
      "the deletion of a set that a rule uses",
      setup: base + [chain("c"), set("s"), rule("c", source, lookup("s"))], [.deleteSet(id("s"))],
      refusals: [0: EBUSY]),
    RefusalCase(
      "the deletion of a set after that of its rule",
      setup: base + [chain("c"), set("s"), rule("c", source, lookup("s"))],
      [.flushChain(table, "c"), .deleteSet(id("s"))]),
    RefusalCase(
      "the deletion of what is not there", setup: base + [set("s")],
      [
        .deleteChain(table, "c"), .deleteSet(id("x")), .deleteElements(id("s"), [host(1)]),
        .flushChain(table, "c"), .deleteTable(NFTTableID(.inet, "other")),
      ], refusals: [0: ENOENT, 1: ENOENT, 2: ENOENT, 3: ENOENT, 4: ENOENT]),
    RefusalCase(
      "an element that is there", setup: base + [set("s"), .newElements(id("s"), [host(1)])],
      [.newElements(id("s"), [host(1), host(2)])]),
    RefusalCase(
      "an element that is there with another value",
      setup: base + [
        set("m", data: .verdict), .newElements(id("m"), [host(1, .verdict(.accept))]),
      ], [.newElements(id("m"), [host(1, .verdict(.drop))])], refusals: [0: EEXIST]),
    RefusalCase(
      "an element with a new value, after the deletion of the old",
      setup: base + [
        set("m", data: .verdict), .newElements(id("m"), [host(1, .verdict(.accept))]),
      ],
      [
        .deleteElements(id("m"), [host(1, .verdict(.accept))]),
        .newElements(id("m"), [host(1, .verdict(.drop))]),
      ]),
    RefusalCase(
      "an element that leads to no chain", setup: base + [set("m", data: .verdict)],
      [.newElements(id("m"), [host(1, .verdict(.goto("d")))])], refusals: [0: ENOENT]),
    RefusalCase(
      "a key of another length", setup: base + [set("s")],
      [.newElements(id("s"), [NFTElement([10, 0, 0])])], refusals: [0: EINVAL]),
    RefusalCase(
      "more elements than the size", setup: base + [set("s", size: 2)],
      [.newElements(id("s"), [host(1), host(2), host(3)])], refusals: [0: ENFILE]),
    RefusalCase(
      "intervals beside each other", setup: base + [set("s", flags: .interval)],
      [.newElements(id("s"), interval(1, 5) + interval(7, 9))]),
    RefusalCase(
      "an interval in another", setup: base + [set("s", flags: .interval)],
      [.newElements(id("s"), interval(1, 9)), .newElements(id("s"), interval(3, 4))],
      refusals: [1: EEXIST]),
    RefusalCase(
      "an interval that overlaps the end of another",
      setup: base + [set("s", flags: .interval), .newElements(id("s"), interval(1, 9))],
      [.newElements(id("s"), interval(5, 20))], refusals: [0: EEXIST]),
    RefusalCase(
      "a shorter interval for a longer one, by its points",
      setup: base + [set("s", flags: .interval), .newElements(id("s"), interval(0, 63))],
      [.newElements(id("s"), [NFTElement([10, 0, 0, 8], flags: .intervalEnd), host(32)])],
      refusals: [0: EEXIST]),
    RefusalCase(
      "a shorter interval for a longer one, as wholes",
      setup: base + [set("s", flags: .interval), .newElements(id("s"), interval(0, 63))],
      [
        .deleteElements(id("s"), interval(0, 63)),
        .newElements(id("s"), interval(0, 7) + interval(32, 63)),
      ]),
    RefusalCase("15 jumps", setup: base, [forward] + ladder(15)),
    RefusalCase("chains that lead to each other", setup: base, [forward] + ladder(3)),
    RefusalCase(
      "a set of a rule's own, with its elements", setup: base,
      [
        chain("c"), set("__set%d", flags: [.anonymous, .constant], id: 7),
        .newElements(id("__set%d", 7), [host(1)]),
        rule("c", source, .lookup(NFTLookup(.r1, in: "__set%d", setID: 7))),
      ]),
    RefusalCase(
      "adding to a set that is not dynamic from a rule", setup: base + [chain("c"), set("s")],
      [rule("c", source, .dynamicSet(NFTDynamicSet(.update, .r1, in: "s")))],
      refusals: [0: EOPNOTSUPP]),
  ]
}
