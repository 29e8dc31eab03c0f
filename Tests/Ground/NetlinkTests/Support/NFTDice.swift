// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import Netlink
import TestSupport

/// Any value of nf_tables that can be written.
extension SplitMix64 {
  mutating func family() -> NFTFamily { pick(NFTFamily.allCases) }
  mutating func table() -> NFTTableID { NFTTableID(family(), name()) }
  mutating func register() -> NFTRegister { NFTRegister(word: below(16)) }
  mutating func handle() -> UInt64? { maybe { $0.number() } }
  mutating func comment() -> String? { maybe { "a comment " + $0.name() } }
  mutating func shortBytes() -> [UInt8] { let count = 1 + below(20); return bytes(count) }

  mutating func verdict() -> NFTVerdict {
    switch below(8) {
    case 0: .drop
    case 1: .accept
    case 2: .continue
    case 3: .break
    case 4: .jump(name())
    case 5: .goto(name())
    case 6: .return
    default: .other(UInt32(2 + below(1000)))
    }
  }

  mutating func data() -> NFTData { flip() ? .verdict(verdict()) : .value(shortBytes()) }
  mutating func bounds() -> NFTNat.Bounds { NFTNat.Bounds(from: register(), through: register()) }

  mutating func expression(depth: Int = 0) -> NFTExpression {
    switch below(23) {
    case 0: return .meta(NFTMetaKey(rawValue: number()), into: register())
    case 1: return .metaSet(NFTMetaKey(rawValue: number()), from: register())
    case 2:
      return .payload(
        pick(NFTExpression.PayloadBase.allCases), offset: number(), length: number(),
        into: register())
    case 3: return .compare(register(), pick(NFTExpression.Comparison.allCases), shortBytes())
    case 4:
      return .range(register(), isInverted: flip(), from: shortBytes(), through: shortBytes())
    case 5:
      return .bitwise(
        from: register(), into: register(), length: number(), mask: shortBytes(),
        xor: shortBytes())
    case 6: return .load(shortBytes(), into: register())
    case 7: return .verdict(verdict())
    case 8:
      let target: NFTLookup.Destination =
        pick([.none, .verdict, .register(NFTRegister(word: 5))])
      return .lookup(
        NFTLookup(register(), in: name(), setID: number(), isInverted: flip(), into: target))
    case 9: return .counter(packets: number(), bytes: number())
    case 10:
      let target: NFTLog.Target =
        flip()
        ? .group(number(), snapLength: maybe { $0.number() }, threshold: maybe { $0.number() })
        : .kernel(level: number(), flags: number())
      return .log(NFTLog(target, prefix: maybe { $0.name() }))
    case 11:
      return .limit(
        NFTLimit(
          number(), perSeconds: number(), burst: number(), countsBytes: flip(),
          isInverted: flip()))
    case 12:
      return .ct(
        NFTCTKey(rawValue: number()),
        direction: maybe { $0.pick(NFTExpression.CTDirection.allCases) }, into: register())
    case 13: return .ctSet(NFTCTKey(rawValue: number()), from: register())
    case 14:
      return .fib(
        NFTFib(
          pick(NFTFib.Result.allCases), NFTFib.Flags(rawValue: number()), into: register()))
    case 15:
      return .dynamicSet(
        NFTDynamicSet(
          pick(NFTDynamicSet.Operation.allCases), register(), in: name(), setID: number(),
          data: maybe { $0.register() }, timeoutMilliseconds: number(),
          expressions: depth > 1 ? [] : list(upTo: 3) { $0.expression(depth: depth + 1) },
          isInverted: flip()))
    case 16:
      return .masquerade(NFTMasquerade(flags: number() & ~3, ports: maybe { $0.bounds() }))
    case 17:
      return .nat(
        NFTNat(
          pick(NFTNat.Direction.allCases), family(), addresses: maybe { $0.bounds() },
          ports: maybe { $0.bounds() }, flags: number() & ~3))
    case 18: return .noTrack
    case 19: return .reject(pick([.tcpReset, .icmp(code: number()), .icmpx(code: number())]))
    case 20: return .counterObject(name())
    case 21:
      return .byteOrder(
        from: register(), into: register(), pick(NFTExpression.ByteOrder.allCases),
        length: number(), size: number())
    default: let words = below(5); return .unknown(name: "x" + name(), bytes: bytes(4 * words))
    }
  }

  mutating func element() -> NFTElement {
    var element =
      below(10) == 0 ? .catchAll(data: maybe { $0.data() }) : NFTElement(shortBytes())
    if element.flags.isEmpty {
      element.keyEnd = maybe { $0.shortBytes() }
      element.data = maybe { $0.data() }
      if below(5) == 0 { element.flags = .intervalEnd }
    }
    element.timeoutMilliseconds = maybe { $0.number() }
    element.expirationMilliseconds = maybe { $0.number() }
    element.expressions = list(upTo: 2) { $0.expression(depth: 1) }
    element.object = maybe { $0.name() }
    element.comment = comment()
    return element
  }

  mutating func set() -> NFTSet {
    let types: [NFTType] = [
      .ipv4Address, .ipv6Address, .inetProtocol, .inetService, .mark, .interfaceName,
    ]
    let fields = [pick(types)] + list(upTo: 3) { $0.pick(types) }
    var set = NFTSet(
      table(), name(), key: fields,
      data: maybe {
        $0.pick([
          .verdict, .value(.mark), .value(type: $0.number() & 0xffff, length: $0.number()),
          .object(type: 1),
        ])
      }, flags: NFTSet.Flags(rawValue: number() & 0xff), size: maybe { $0.number() },
      timeoutMilliseconds: maybe { $0.number() }, counter: flip(), id: number(),
      comment: comment())
    if flip() { set.expressions = list(upTo: 3) { $0.expression(depth: 1) } }
    set.prefersMemory = flip()
    set.collectionMilliseconds = maybe { $0.number() }
    set.handle = handle()
    return set
  }

  mutating func chain() -> NFTChain {
    var chain = NFTChain(
      table(), name(),
      hook: maybe { dice in
        NFTHook(
          NFTHook.Point(rawValue: dice.number()), priority: dice.number(),
          type: dice.pick(["filter", "nat", "route"]), policy: dice.pick([.accept, .drop]),
          devices: dice.list(upTo: 3) { $0.name() })
      }, comment: comment())
    chain.handle = handle()
    return chain
  }

  mutating func rule() -> NFTRule {
    var rule = NFTRule(
      table(), chain: name(), list(upTo: 6) { $0.expression() }, comment: comment())
    rule.handle = handle()
    return rule
  }

  mutating func message() -> NFTMessage {
    let id = NFTSetID(table(), name(), id: number())
    switch below(14) {
    case 0:
      var table = NFTTable(
        table(), flags: NFTTable.Flags(rawValue: number()), comment: comment())
      table.handle = handle()
      table.owner = maybe { $0.number() }
      return .newTable(table)
    case 1: return .deleteTable(table())
    case 2: return .newChain(chain())
    case 3: return .deleteChain(table(), name())
    case 4: return .flushChain(table(), name())
    case 5:
      return .newRule(
        rule(),
        pick([
          .last, .first, .replacing, .after(handle: number()), .before(handle: number()),
        ]))
    case 6: return .deleteRule(table(), chain: name(), handle: number())
    case 7: return .newSet(set())
    case 8: return .deleteSet(id)
    case 9: return .newElements(id, list(upTo: 20) { $0.element() })
    case 10: return .deleteElements(id, list(upTo: 20) { $0.element() })
    case 11: return .flushSet(id)
    case 12:
      var counter = NFTCounter(
        table(), name(), packets: number(), bytes: number(), comment: comment())
      counter.handle = handle()
      return .newCounter(counter)
    default: return .deleteCounter(table(), name())
    }
  }

  mutating func batch() -> NFTBatch {
    NFTBatch([message()] + list(upTo: 12) { $0.message() }, generation: maybe { $0.number() })
  }
}
