// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink

extension PacketRun {
  mutating func evaluate(
    _ expression: NFTExpression, in rule: NFTRule, _ table: NFTTableID
  ) throws(SimulationError) -> Step {
    func fail(_ what: String) -> SimulationError { SimulationError(what, in: rule) }
    switch expression {
    case .meta(let key, let register):
      guard let value = meta(key) else { throw fail("meta key \(key.rawValue) is not simulated") }
      try store(value, register, rule)
      return .matches
    case .metaSet(let key, let register):
      guard key == .mark else { throw fail("setting meta key \(key.rawValue) is not simulated") }
      packet.mark = Self.number(try load(register, 4, rule))
      return .matches
    case .payload(let base, let offset, let length, let register):
      let header: [UInt8]
      switch base {
      case .network: header = packet.networkHeader
      case .transport: header = packet.transportHeader
      case .link, .inner: throw fail("payload base \(base) is not simulated")
      }
      guard length <= 16, let end = Int(exactly: offset + length), end <= header.count else {
        throw fail("payload bytes \(offset) to \(offset &+ length) are not simulated")
      }
      try store(Array(header[Int(offset)..<end]), register, rule)
      return .matches
    case .compare(let register, let comparison, let bytes):
      let value = try load(register, bytes.count, rule)
      return Self.holds(value, comparison, bytes) ? .matches : .fails
    case .range(let register, let isInverted, let from, let through):
      let value = try load(register, from.count, rule)
      let isInside =
        Self.holds(value, .greaterOrEqual, from) && Self.holds(value, .lessOrEqual, through)
      return isInside != isInverted ? .matches : .fails
    case .bitwise(let from, let into, let length, let mask, let xor):
      let value = try load(from, Int(length), rule)
      guard mask.count == value.count, xor.count == value.count else {
        throw fail("a mask of another length")
      }
      try store(zip(zip(value, mask), xor).map { ($0.0 & $0.1) ^ $1 }, into, rule)
      return .matches
    case .byteOrder(let from, let into, _, let length, let size):
      let value = try load(from, Int(length), rule)
      guard [2, 4, 8].contains(size) else { throw fail("numbers of \(size) bytes") }
      var swapped: [UInt8] = []
      for start in stride(from: 0, to: value.count, by: Int(size)) {
        swapped += value[start..<min(start + Int(size), value.count)].reversed()
      }
      try store(swapped, into, rule)
      return .matches
    case .load(let bytes, let register):
      try store(bytes, register, rule)
      return .matches
    case .verdict(let verdict): return .decides(verdict)
    case .lookup(let lookup): return try look(up: lookup, rule, table)
    case .counter(let packets, let bytes): return .counts(packets: packets, bytes: bytes)
    case .log(let log):
      effects.append(.log(log))
      return .matches
    case .ct(.state, nil, let register):
      // Before connection tracking has seen it, a packet's state is none.
      let isEarly =
        priority <= NFTHook.Priority.conntrack && (point == .prerouting || point == .output)
      let bits = isEarly ? ConnectionState.invalid.bits : packet.state.bits
      try store(NFTField.number(bits).bytes, register, rule)
      return .matches
    case .fib(let fib):
      try store(try answer(fib, rule), fib.register, rule)
      return .matches
    case .dynamicSet(let dynamic): return try change(dynamic, rule, table)
    case .masquerade(let masquerade):
      effects.append(.masquerade(masquerade))
      return .decides(.accept)
    case .nat(let nat):
      effects.append(.nat(nat))
      return .decides(.accept)
    case .noTrack:
      effects.append(.noTrack)
      packet.state = .untracked
      return .matches
    case .reject:
      isRejected = true
      return .decides(.drop)
    case .ct, .ctSet, .limit, .counterObject, .unknown:
      throw fail("the expression \(expression.name) is not simulated")
    }
  }

  // MARK: - Registers

  private func load(
    _ register: NFTRegister, _ length: Int, _ rule: NFTRule
  ) throws(SimulationError) -> [UInt8] {
    guard let value = registers.load(register, length) else {
      throw SimulationError("registers end before \(length) bytes", in: rule)
    }
    return value
  }

  private mutating func store(
    _ value: [UInt8], _ register: NFTRegister, _ rule: NFTRule
  ) throws(SimulationError) {
    guard registers.store(value, register) else {
      throw SimulationError("registers end before \(value.count) bytes", in: rule)
    }
  }

  private static func number(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
  }

  private static func holds(
    _ value: [UInt8], _ comparison: NFTExpression.Comparison, _ bytes: [UInt8]
  ) -> Bool {
    switch comparison {
    case .equal: value == bytes
    case .notEqual: value != bytes
    case .less: value.lexicographicallyPrecedes(bytes)
    case .lessOrEqual: !bytes.lexicographicallyPrecedes(value)
    case .greater: bytes.lexicographicallyPrecedes(value)
    case .greaterOrEqual: !value.lexicographicallyPrecedes(bytes)
    }
  }

  // MARK: - The packet

  private func meta(_ key: NFTMetaKey) -> [UInt8]? {
    let input =
      point == .prerouting || point == .input || point == .forward
      ? packet.inputInterface : nil
    let output =
      point == .forward || point == .output || point == .postrouting
      ? packet.outputInterface : nil
    switch key {
    case .nfProto: return [packet.family == .v4 ? 2 : 10]
    case .l4Proto: return [packet.transport.rawValue]
    case .mark: return NFTField.number(packet.mark).bytes
    case .inputInterface: return NFTField.number(Self.index(of: input)).bytes
    case .outputInterface: return NFTField.number(Self.index(of: output)).bytes
    case .inputInterfaceName: return NFTField.interfaceName(input ?? "").bytes
    case .outputInterfaceName: return NFTField.interfaceName(output ?? "").bytes
    default: return nil
    }
  }

  /// Any number that is not 0, the same for the same name.
  private static func index(of interface: String?) -> UInt32 {
    guard let interface else { return 0 }
    return interface.utf8.reduce(5381) { ($0 &* 33) ^ UInt32($1) } | 1
  }

  private func answer(_ fib: NFTFib, _ rule: NFTRule) throws(SimulationError) -> [UInt8] {
    let address: IPAddress
    switch fib.flags.intersection([.source, .destination]) {
    case .source: address = packet.source
    case .destination: address = packet.destination
    default: throw SimulationError("fib without a source or destination", in: rule)
    }
    if fib.flags.contains(.mark) || fib.flags.contains(.outputInterface) {
      throw SimulationError("fib flags \(fib.flags.rawValue) are not simulated", in: rule)
    }
    var interface = route(address)
    if fib.flags.contains(.inputInterface), interface != packet.inputInterface { interface = nil }
    if fib.flags.contains(.presence) { return [interface == nil ? 0 : 1, 0, 0, 0] }
    switch fib.result {
    case .outputInterface: return NFTField.number(Self.index(of: interface)).bytes
    case .outputInterfaceName: return NFTField.interfaceName(interface ?? "").bytes
    case .addressType: throw SimulationError("the fib's address type is not simulated", in: rule)
    }
  }

  // MARK: - Sets

  private mutating func look(
    up lookup: NFTLookup, _ rule: NFTRule, _ table: NFTTableID
  ) throws(SimulationError) -> Step {
    guard let set = ruleset.tables[table]?.sets[lookup.set] else {
      throw SimulationError("set \(lookup.set) is not there", in: rule)
    }
    let key = try load(lookup.register, Int(set.definition.keyLength), rule)
    let found = set.find(key)
    switch lookup.destination {
    case .none: return (found != nil) != lookup.isInverted ? .matches : .fails
    case .verdict:
      guard case .verdict(let verdict) = found?.data else { return .fails }
      return .decides(verdict)
    case .register(let register):
      guard case .value(let value) = found?.data else { return .fails }
      try store(value, register, rule)
      return .matches
    }
  }

  private mutating func change(
    _ dynamic: NFTDynamicSet, _ rule: NFTRule, _ table: NFTTableID
  ) throws(SimulationError) -> Step {
    guard let length = ruleset.tables[table]?.sets[dynamic.set]?.definition.keyLength else {
      throw SimulationError("set \(dynamic.set) is not there", in: rule)
    }
    if dynamic.data != nil { throw SimulationError("adding to a map is not simulated", in: rule) }
    let key = try load(dynamic.key, Int(length), rule)
    if dynamic.operation == .delete {
      ruleset.tables[table]?.sets[dynamic.set]?.forget(key)
      return .matches
    }
    let isThere = ruleset.tables[table]?.sets[dynamic.set]?.meet(
      key,
      {
        var element = NFTElement(key)
        element.expressions = dynamic.expressions
        return element
      }, bytes: packet.length)
    // A full set ends the rule.
    return (isThere == true) != dynamic.isInverted ? .matches : .fails
  }
}
