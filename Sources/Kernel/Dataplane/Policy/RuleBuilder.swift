// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink

/// Puts one rule together, criterion by criterion, the way `nft` itself would, so that its listing
/// reads well and loads again to the same.
struct RuleBuilder {
  /// Which end of a packet.
  enum End {
    case source
    case destination

    func addressOffset(_ family: IPFamily) -> UInt32 {
      switch (self, family) {
      case (.source, .v4): 12
      case (.destination, .v4): 16
      case (.source, .v6): 8
      case (.destination, .v6): 24
      }
    }

    var portOffset: UInt32 { self == .source ? 0 : 2 }
  }

  private(set) var rule = RuleModel(expressions: [])
  private var family: IPFamily?
  private var transport: IPProtocol?

  /// Only packets of this IP version. Criteria on addresses need it first.
  mutating func match(family: IPFamily) {
    guard self.family != family else { return }
    self.family = family
    append(.meta(.nfProto, into: .r1))
    append(.compare(.r1, .equal, [family == .v4 ? 2 : 10]))
  }

  mutating func match(transport: IPProtocol) {
    guard self.transport != transport else { return }
    self.transport = transport
    append(.meta(.l4Proto, into: .r1))
    append(.compare(.r1, .equal, [transport.rawValue]))
  }

  mutating func match(notTransport: IPProtocol) {
    append(.meta(.l4Proto, into: .r1))
    append(.compare(.r1, .notEqual, [notTransport.rawValue]))
  }

  /// The address at one end is (not) in one of the networks, which are of the family matched before.
  mutating func match(_ end: End, nets: [CIDR], family: IPFamily, inverted: Bool = false) {
    if nets.count == 1, let net = nets.first {
      match(end, net: net, inverted: inverted)
      return
    }
    load(end, family)
    let elements = CIDRSet(nets).ranges.flatMap { range in
      NFTElement.interval(from: range.first.networkBytes, through: range.last.networkBytes)
    }
    lookup(
      AnonymousSet(
        key: family == .v4 ? .ipv4Address : .ipv6Address, isInterval: true, elements: elements),
      inverted: inverted)
  }

  private mutating func match(_ end: End, net: CIDR, inverted: Bool) {
    if net.prefixLength == 0, !inverted {
      match(family: net.family)
      return
    }
    let comparison: NFTExpression.Comparison = inverted ? .notEqual : .equal
    load(end, net.family)
    if !net.isHost {
      let length = net.family.bitWidth / 8
      let mask = (0..<length).map { index -> UInt8 in
        let bits = min(8, max(0, net.prefixLength - index * 8))
        return UInt8(truncatingIfNeeded: 0xff00 >> bits)
      }
      append(
        .bitwise(
          from: .r1, into: .r1, length: UInt32(length), mask: mask,
          xor: [UInt8](repeating: 0, count: length)))
    }
    append(.compare(.r1, comparison, net.address.networkBytes))
  }

  /// The address at one end is (not) in a named set.
  mutating func match(_ end: End, set: String, family: IPFamily, inverted: Bool = false) {
    load(end, family)
    append(.lookup(NFTLookup(.r1, in: set, isInverted: inverted)))
  }

  /// (Address, protocol, port) at one end is (not) in a named set.
  mutating func match(_ end: End, portSet: String, family: IPFamily, inverted: Bool = false) {
    let words = family.bitWidth / 32
    load(end, family)
    append(.meta(.l4Proto, into: NFTRegister(word: words)))
    append(
      .payload(
        .transport, offset: end.portOffset, length: 2, into: NFTRegister(word: words + 1)))
    append(.lookup(NFTLookup(.r1, in: portSet, isInverted: inverted)))
  }

  /// The port at one end is (not) in one of the ranges.
  mutating func match(_ end: End, ports: [PortRange], inverted: Bool = false) {
    let ranges = PortRange.merged(ports)
    append(.payload(.transport, offset: end.portOffset, length: 2, into: .r1))
    if ranges.count == 1, let range = ranges.first {
      let first = NFTField.port(range.first).bytes
      let last = NFTField.port(range.last).bytes
      if range.first == range.last {
        append(.compare(.r1, inverted ? .notEqual : .equal, first))
      } else if inverted {
        append(.range(.r1, isInverted: true, from: first, through: last))
      } else {
        append(.compare(.r1, .greaterOrEqual, first))
        append(.compare(.r1, .lessOrEqual, last))
      }
      return
    }
    let isInterval = ranges.contains { $0.first != $0.last }
    let elements = ranges.flatMap { range -> [NFTElement] in
      let first = NFTField.port(range.first).bytes
      guard isInterval else { return [NFTElement(first)] }
      return NFTElement.interval(from: first, through: NFTField.port(range.last).bytes)
    }
    lookup(
      AnonymousSet(key: .inetService, isInterval: isInterval, elements: elements),
      inverted: inverted)
  }

  /// The ICMP type, and perhaps the code, is (not) this. The protocol must have been matched.
  mutating func match(icmpType type: UInt8, code: UInt8?, inverted: Bool = false) {
    guard let code else {
      append(.payload(.transport, offset: 0, length: 1, into: .r1))
      append(.compare(.r1, inverted ? .notEqual : .equal, [type]))
      return
    }
    append(.payload(.transport, offset: 0, length: 2, into: .r1))
    append(.compare(.r1, inverted ? .notEqual : .equal, [type, code]))
  }

  /// The ICMP type is one of these.
  mutating func match(icmpTypes types: [UInt8], key: NFTType) {
    append(.payload(.transport, offset: 0, length: 1, into: .r1))
    let elements = types.sorted().map { NFTElement([$0]) }
    lookup(AnonymousSet(key: key, isInterval: false, elements: elements), inverted: false)
  }

  /// The interface's name starts so.
  mutating func match(_ key: NFTMetaKey, prefix: String) {
    append(.meta(key, into: .r1))
    append(.compare(.r1, .equal, Array(prefix.utf8)))
  }

  /// One of the connection's states (`NF_CT_STATE_BIT` of linux/netfilter/nf_conntrack_common.h).
  mutating func match(connectionState bits: UInt32) {
    append(.ct(.state, into: .r1))
    append(
      .bitwise(
        from: .r1, into: .r1, length: 4, mask: NFTField.number(bits).bytes, xor: [0, 0, 0, 0]))
    append(.compare(.r1, .notEqual, [0, 0, 0, 0]))
  }

  /// The bit of the packet's mark is clear.
  mutating func match(markClear bit: UInt32) {
    append(.meta(.mark, into: .r1))
    append(
      .bitwise(
        from: .r1, into: .r1, length: 4, mask: NFTField.number(bit).bytes, xor: [0, 0, 0, 0]))
    append(.compare(.r1, .equal, [0, 0, 0, 0]))
  }

  /// Sets the bit of the packet's mark, or clears it.
  mutating func setMark(_ bit: UInt32, to value: Bool) {
    append(.meta(.mark, into: .r1))
    append(
      .bitwise(
        from: .r1, into: .r1, length: 4, mask: NFTField.number(~bit).bytes,
        xor: NFTField.number(value ? bit : 0).bytes))
    append(.metaSet(.mark, from: .r1))
  }

  /// Counts the packet's source in a dynamic set, under a number.
  mutating func account(_ number: UInt32, in set: String, family: IPFamily) {
    match(family: family)
    append(.load(NFTField.number(number).bytes, into: .r1))
    append(
      .payload(
        .network, offset: End.source.addressOffset(family),
        length: UInt32(family.bitWidth / 8), into: NFTRegister(word: 1)))
    append(.dynamicSet(NFTDynamicSet(.update, .r1, in: set)))
  }

  mutating func append(_ expression: NFTExpression) { rule.expressions.append(expression) }

  /// The finished rule.
  func finished(comment: String? = nil) -> RuleModel {
    var rule = rule
    rule.comment = comment.map(Names.comment)
    return rule
  }

  private mutating func load(_ end: End, _ family: IPFamily) {
    match(family: family)
    append(
      .payload(
        .network, offset: end.addressOffset(family), length: UInt32(family.bitWidth / 8), into: .r1)
    )
  }

  private mutating func lookup(_ set: AnonymousSet, inverted: Bool) {
    rule.anonymous.append(set)
    let number = UInt32(rule.anonymous.count)
    append(
      .lookup(
        NFTLookup(.r1, in: RuleModel.anonymousName, setID: number, isInverted: inverted)))
  }
}
