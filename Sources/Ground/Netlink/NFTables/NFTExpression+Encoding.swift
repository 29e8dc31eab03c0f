// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension NFTExpression {
  /// The expression's name in messages.
  public var name: String {
    switch self {
    case .meta, .metaSet: "meta"
    case .payload: "payload"
    case .compare: "cmp"
    case .range: "range"
    case .bitwise: "bitwise"
    case .byteOrder: "byteorder"
    case .load, .verdict: "immediate"
    case .lookup: "lookup"
    case .counter: "counter"
    case .log: "log"
    case .limit: "limit"
    case .ct, .ctSet: "ct"
    case .fib: "fib"
    case .dynamicSet: "dynset"
    case .masquerade: "masq"
    case .nat: "nat"
    case .noTrack: "notrack"
    case .reject: "reject"
    case .counterObject: "objref"
    case .unknown(let name, _): name
    }
  }

  /// The attributes `NFTA_EXPR_*`.
  func encode(into writer: inout NetlinkWriter) {
    writer.put(1, string: name)
    // What has no attributes is given back by the kernel without this one.
    if case .noTrack = self { return }
    writer.nested(2) { encodeData(into: &$0) }
  }

  private func encodeData(into writer: inout NetlinkWriter) {
    switch self {
    case .meta(let key, let register):
      writer.put(2, bigEndian: key.rawValue)
      writer.put(1, register: register)
    case .metaSet(let key, let register):
      writer.put(2, bigEndian: key.rawValue)
      writer.put(3, register: register)
    case .payload(let base, let offset, let length, let register):
      writer.put(1, register: register)
      writer.put(2, bigEndian: base.rawValue)
      writer.put(3, bigEndian: offset)
      writer.put(4, bigEndian: length)
    case .compare(let register, let comparison, let bytes):
      writer.put(1, register: register)
      writer.put(2, bigEndian: comparison.rawValue)
      writer.put(3, data: bytes)
    case .range(let register, let isInverted, let from, let through):
      writer.put(1, register: register)
      writer.put(2, bigEndian: UInt32(isInverted ? 1 : 0))
      writer.put(3, data: from)
      writer.put(4, data: through)
    case .bitwise(let from, let into, let length, let mask, let xor):
      writer.put(1, register: from)
      writer.put(2, register: into)
      writer.put(3, bigEndian: length)
      writer.put(6, bigEndian: UInt32(0))
      writer.put(4, data: mask)
      writer.put(5, data: xor)
    case .byteOrder(let from, let into, let operation, let length, let size):
      writer.put(1, register: from)
      writer.put(2, register: into)
      writer.put(3, bigEndian: operation.rawValue)
      writer.put(4, bigEndian: length)
      writer.put(5, bigEndian: size)
    case .load(let bytes, let register):
      writer.put(1, register: register)
      NFTData.value(bytes).encode(as: 2, into: &writer)
    case .verdict(let verdict):
      writer.put(1, bigEndian: UInt32(0))
      NFTData.verdict(verdict).encode(as: 2, into: &writer)
    case .counter(let packets, let bytes):
      writer.put(1, bigEndian: bytes)
      writer.put(2, bigEndian: packets)
    case .ct(let key, let direction, let register):
      writer.put(2, bigEndian: key.rawValue)
      writer.put(1, register: register)
      if let direction { writer.put(3, direction.rawValue) }
    case .ctSet(let key, let register):
      writer.put(2, bigEndian: key.rawValue)
      writer.put(4, register: register)
    case .counterObject(let name):
      writer.put(1, bigEndian: UInt32(1))
      writer.put(2, string: name)
    case .lookup(let lookup): lookup.encode(into: &writer)
    case .log(let log): log.encode(into: &writer)
    case .limit(let limit): limit.encode(into: &writer)
    case .fib(let fib): fib.encode(into: &writer)
    case .dynamicSet(let set): set.encode(into: &writer)
    case .masquerade(let masquerade): masquerade.encode(into: &writer)
    case .nat(let nat): nat.encode(into: &writer)
    case .reject(let reject): reject.encode(into: &writer)
    case .noTrack: break
    case .unknown(_, let bytes):
      writer.append(bytes: bytes)
      writer.pad()
    }
  }
}

extension NFTLookup {
  fileprivate func encode(into writer: inout NetlinkWriter) {
    writer.put(1, string: set)
    writer.put(2, register: register)
    switch destination {
    case .none: break
    case .verdict: writer.put(3, bigEndian: UInt32(0))
    case .register(let register): writer.put(3, register: register)
    }
    if setID != 0 { writer.put(4, bigEndian: setID) }
    writer.put(5, bigEndian: UInt32(isInverted ? 1 : 0))
  }
}

extension NFTDynamicSet {
  fileprivate func encode(into writer: inout NetlinkWriter) {
    writer.put(1, string: set)
    if setID != 0 { writer.put(2, bigEndian: setID) }
    writer.put(3, bigEndian: operation.rawValue)
    writer.put(4, register: key)
    if let data { writer.put(5, register: data) }
    writer.put(6, bigEndian: timeoutMilliseconds)
    if expressions.count == 1 {
      writer.nested(7) { expressions[0].encode(into: &$0) }
    } else if !expressions.isEmpty {
      writer.nested(10) { writer in
        for expression in expressions { writer.nested(1) { expression.encode(into: &$0) } }
      }
    }
    writer.put(9, bigEndian: UInt32(isInverted ? 1 : 0) | (expressions.count > 1 ? 2 : 0))
  }
}

extension NFTLog {
  fileprivate func encode(into writer: inout NetlinkWriter) {
    if let prefix { writer.put(2, string: prefix) }
    switch target {
    case .group(let group, let snapLength, let threshold):
      writer.put(1, bigEndian: group)
      if let snapLength { writer.put(3, bigEndian: snapLength) }
      if let threshold { writer.put(4, bigEndian: threshold) }
    case .kernel(let level, let flags):
      writer.put(5, bigEndian: level)
      if flags != 0 { writer.put(6, bigEndian: flags) }
    }
  }
}

extension NFTLimit {
  fileprivate func encode(into writer: inout NetlinkWriter) {
    writer.put(1, bigEndian: rate)
    writer.put(2, bigEndian: per)
    writer.put(3, bigEndian: burst)
    writer.put(4, bigEndian: UInt32(countsBytes ? 1 : 0))
    writer.put(5, bigEndian: UInt32(isInverted ? 1 : 0))
  }
}

extension NFTFib {
  fileprivate func encode(into writer: inout NetlinkWriter) {
    writer.put(1, register: register)
    writer.put(2, bigEndian: result.rawValue)
    writer.put(3, bigEndian: flags.rawValue)
  }
}

extension NFTMasquerade {
  fileprivate func encode(into writer: inout NetlinkWriter) {
    if flags != 0 { writer.put(1, bigEndian: flags) }
    if let ports {
      writer.put(2, register: ports.from)
      writer.put(3, register: ports.through)
    }
  }
}

extension NFTNat {
  fileprivate func encode(into writer: inout NetlinkWriter) {
    writer.put(1, bigEndian: direction.rawValue)
    writer.put(2, bigEndian: UInt32(family.rawValue))
    if let addresses {
      writer.put(3, register: addresses.from)
      writer.put(4, register: addresses.through)
    }
    if let ports {
      writer.put(5, register: ports.from)
      writer.put(6, register: ports.through)
    }
    if flags != 0 { writer.put(7, bigEndian: flags) }
  }
}

extension NFTReject {
  fileprivate func encode(into writer: inout NetlinkWriter) {
    switch self {
    case .icmp(let code):
      writer.put(1, bigEndian: UInt32(0))
      writer.put(2, code)
    case .tcpReset: writer.put(1, bigEndian: UInt32(1))
    case .icmpx(let code):
      writer.put(1, bigEndian: UInt32(2))
      writer.put(2, code)
    }
  }
}
