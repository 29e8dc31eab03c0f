// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension NFTExpression {
  /// The expressions of a list (`NFTA_LIST_ELEM`); what has no name is left out.
  static func list(_ reader: NetlinkReader) -> [NFTExpression] {
    reader.attributes.compactMap { $0.type == 1 ? NFTExpression($0.value) : nil }
  }

  /// From the attributes `NFTA_EXPR_*`. `nil` without a name.
  init?(_ reader: NetlinkReader) {
    let attributes = AttributeTable(reader, upTo: 2)
    guard let name = attributes.string(1) else { return nil }
    let data = attributes[2] ?? NetlinkReader([])
    self = Self.known(name, data) ?? .unknown(name: name, bytes: data.bytes)
  }

  /// `nil` when something would be lost.
  private static func known(_ name: String, _ data: NetlinkReader) -> NFTExpression? {
    let values = AttributeTable(data, upTo: 10)
    return switch name {
    case "meta": meta(values)
    case "payload": payload(values)
    case "cmp": compare(values)
    case "range": range(values)
    case "bitwise": bitwise(values)
    case "byteorder": byteOrder(values)
    case "immediate": immediate(values)
    case "lookup": NFTLookup(values).map { .lookup($0) }
    case "counter": counter(values)
    case "log": NFTLog(values).map { .log($0) }
    case "limit": NFTLimit(values).map { .limit($0) }
    case "ct": ct(values)
    case "fib": NFTFib(values).map { .fib($0) }
    case "dynset": NFTDynamicSet(values).map { .dynamicSet($0) }
    case "masq": NFTMasquerade(values).map { .masquerade($0) }
    case "nat": NFTNat(values).map { .nat($0) }
    case "notrack": values.hasOnly() ? .noTrack : nil
    case "reject": NFTReject(values).map { .reject($0) }
    case "objref": counterObject(values)
    default: nil
    }
  }

  private static func meta(_ values: AttributeTable) -> NFTExpression? {
    guard let key = values.be32(2) else { return nil }
    if let register = values.register(1), values.hasOnly(1, 2) {
      return .meta(NFTMetaKey(rawValue: key), into: register)
    }
    if let register = values.register(3), values.hasOnly(2, 3) {
      return .metaSet(NFTMetaKey(rawValue: key), from: register)
    }
    return nil
  }

  private static func payload(_ values: AttributeTable) -> NFTExpression? {
    guard let register = values.register(1),
      let base = values.be32(2).flatMap({ PayloadBase(rawValue: $0) }),
      let offset = values.be32(3), let length = values.be32(4), values.hasOnly(1, 2, 3, 4)
    else { return nil }
    return .payload(base, offset: offset, length: length, into: register)
  }

  private static func compare(_ values: AttributeTable) -> NFTExpression? {
    guard let register = values.register(1),
      let comparison = values.be32(2).flatMap({ Comparison(rawValue: $0) }),
      let bytes = values.data(3), values.hasOnly(1, 2, 3)
    else { return nil }
    return .compare(register, comparison, bytes)
  }

  private static func range(_ values: AttributeTable) -> NFTExpression? {
    guard let register = values.register(1), let operation = values.be32(2), operation < 2,
      let from = values.data(3), let through = values.data(4), values.hasOnly(1, 2, 3, 4)
    else { return nil }
    return .range(register, isInverted: operation == 1, from: from, through: through)
  }

  private static func bitwise(_ values: AttributeTable) -> NFTExpression? {
    guard let from = values.register(1), let into = values.register(2),
      let length = values.be32(3), let mask = values.data(4), let xor = values.data(5),
      values.be32(6) ?? 0 == 0, values.hasOnly(1, 2, 3, 4, 5, 6)
    else { return nil }
    return .bitwise(from: from, into: into, length: length, mask: mask, xor: xor)
  }

  private static func byteOrder(_ values: AttributeTable) -> NFTExpression? {
    guard let from = values.register(1), let into = values.register(2),
      let operation = values.be32(3).flatMap({ ByteOrder(rawValue: $0) }),
      let length = values.be32(4), let size = values.be32(5), values.hasOnly(1, 2, 3, 4, 5)
    else { return nil }
    return .byteOrder(from: from, into: into, operation, length: length, size: size)
  }

  private static func immediate(_ values: AttributeTable) -> NFTExpression? {
    guard let number = values.be32(1), let data = values[2].flatMap({ NFTData($0) }),
      values.hasOnly(1, 2)
    else { return nil }
    switch data {
    case .verdict(let verdict): return number == 0 ? .verdict(verdict) : nil
    case .value(let bytes): return NFTRegister(number: number).map { .load(bytes, into: $0) }
    }
  }

  private static func counter(_ values: AttributeTable) -> NFTExpression? {
    // Attribute 3 is padding.
    guard values.hasOnly(1, 2, 3) else { return nil }
    return .counter(packets: values.be64(2) ?? 0, bytes: values.be64(1) ?? 0)
  }

  private static func ct(_ values: AttributeTable) -> NFTExpression? {
    guard let key = values.be32(2).map({ NFTCTKey(rawValue: $0) }) else { return nil }
    if let register = values.register(4), values.hasOnly(2, 4) {
      return .ctSet(key, from: register)
    }
    guard let register = values.register(1), values.hasOnly(1, 2, 3) else { return nil }
    guard let raw: UInt8 = values[3]?.load() else { return .ct(key, into: register) }
    return CTDirection(rawValue: raw).map { .ct(key, direction: $0, into: register) }
  }

  private static func counterObject(_ values: AttributeTable) -> NFTExpression? {
    guard values.be32(1) == 1, let name = values.string(2), values.hasOnly(1, 2) else {
      return nil
    }
    return .counterObject(name)
  }
}

extension NFTLookup {
  fileprivate init?(_ values: AttributeTable) {
    guard let set = values.string(1), let register = values.register(2),
      values.hasOnly(1, 2, 3, 4, 5)
    else { return nil }
    let flags = values.be32(5) ?? 0
    guard flags < 2 else { return nil }
    var destination = Destination.none
    if let number = values.be32(3) {
      if number == 0 {
        destination = .verdict
      } else {
        guard let register = NFTRegister(number: number) else { return nil }
        destination = .register(register)
      }
    }
    self.init(
      register, in: set, setID: values.be32(4) ?? 0, isInverted: flags == 1, into: destination)
  }
}

extension NFTDynamicSet {
  fileprivate init?(_ values: AttributeTable) {
    guard let set = values.string(1),
      let operation = values.be32(3).flatMap({ Operation(rawValue: $0) }),
      let key = values.register(4), !values.hasOthers
    else { return nil }
    let flags = values.be32(9) ?? 0
    let data = values.register(5)
    if flags > 3 || data == nil && values[5] != nil { return nil }
    var expressions: [NFTExpression] = []
    if let one = values[7] {
      guard let expression = NFTExpression(one) else { return nil }
      expressions = [expression]
    } else if let several = values[10] {
      expressions = NFTExpression.list(several)
    }
    self.init(
      operation, key, in: set, setID: values.be32(2) ?? 0, data: data,
      timeoutMilliseconds: values.be64(6) ?? 0, expressions: expressions,
      isInverted: flags & 1 != 0)
  }
}

extension NFTLog {
  fileprivate init?(_ values: AttributeTable) {
    prefix = values.string(2)
    if let group = values.be16(1) {
      guard values.hasOnly(1, 2, 3, 4) else { return nil }
      target = .group(group, snapLength: values.be32(3), threshold: values.be16(4))
    } else {
      guard let level = values.be32(5), values.hasOnly(2, 5, 6) else { return nil }
      target = .kernel(level: level, flags: values.be32(6) ?? 0)
    }
  }
}

extension NFTLimit {
  fileprivate init?(_ values: AttributeTable) {
    // Attribute 6 is padding.
    guard let rate = values.be64(1), let per = values.be64(2), values.hasOnly(1, 2, 3, 4, 5, 6)
    else { return nil }
    let type = values.be32(4) ?? 0
    let flags = values.be32(5) ?? 0
    guard type < 2, flags < 2 else { return nil }
    self.init(
      rate, perSeconds: per, burst: values.be32(3) ?? 0, countsBytes: type == 1,
      isInverted: flags == 1)
  }
}

extension NFTFib {
  fileprivate init?(_ values: AttributeTable) {
    guard let register = values.register(1),
      let result = values.be32(2).flatMap({ Result(rawValue: $0) }), let flags = values.be32(3),
      values.hasOnly(1, 2, 3)
    else { return nil }
    self.init(result, Flags(rawValue: flags), into: register)
  }
}

extension NFTNat.Bounds {
  /// Which bounds there are the kernel also says by flags: `NF_NAT_RANGE_MAP_IPS` and
  /// `NF_NAT_RANGE_PROTO_SPECIFIED`.
  fileprivate static let flags: UInt32 = 3

  fileprivate init?(_ values: AttributeTable, _ from: Int, _ through: Int) {
    guard let first = values.register(from) else { return nil }
    self.init(from: first, through: values.register(through))
  }
}

extension NFTMasquerade {
  fileprivate init?(_ values: AttributeTable) {
    guard values.hasOnly(1, 2, 3) else { return nil }
    self.init(
      flags: (values.be32(1) ?? 0) & ~NFTNat.Bounds.flags, ports: NFTNat.Bounds(values, 2, 3))
  }
}

extension NFTNat {
  fileprivate init?(_ values: AttributeTable) {
    guard let direction = values.be32(1).flatMap({ Direction(rawValue: $0) }),
      let family = values.be32(2).flatMap({ UInt8(exactly: $0) })
        .flatMap({ NFTFamily(rawValue: $0) }),
      values.hasOnly(1, 2, 3, 4, 5, 6, 7)
    else { return nil }
    self.init(
      direction, family, addresses: Bounds(values, 3, 4), ports: Bounds(values, 5, 6),
      flags: (values.be32(7) ?? 0) & ~Bounds.flags)
  }
}

extension NFTReject {
  fileprivate init?(_ values: AttributeTable) {
    let code: UInt8 = values[2]?.load() ?? 0
    guard values.hasOnly(1, 2) else { return nil }
    switch values.be32(1) {
    case 0: self = .icmp(code: code)
    case 1: self = .tcpReset
    case 2: self = .icmpx(code: code)
    default: return nil
    }
  }
}
