// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What is to become of a packet.
public enum NFTVerdict: Hashable, Sendable {
  case drop
  case accept
  /// On to the next rule.
  case `continue`
  /// On to the next rule, from the middle of this one.
  case `break`
  /// Into a chain, and back when it ends.
  case jump(String)
  /// Into a chain, and not back here.
  case goto(String)
  /// Back to where the chain was jumped to from.
  case `return`
  /// One that this library has no name for, by its number.
  case other(UInt32)
}

extension NFTVerdict {
  /// From `NFTA_VERDICT_*`. `nil` when a jump does not say where.
  init?(_ reader: NetlinkReader) {
    let attributes = AttributeTable(reader, upTo: 2)
    guard let code = attributes.be32(1) else { return nil }
    switch Int32(bitPattern: code) {
    case 0: self = .drop
    case 1: self = .accept
    case -1: self = .continue
    case -2: self = .break
    case -3, -4:
      guard let chain = attributes.string(2) else { return nil }
      self = code == UInt32(bitPattern: -3) ? .jump(chain) : .goto(chain)
    case -5: self = .return
    default: self = .other(code)
    }
  }

  func encode(into writer: inout NetlinkWriter) {
    var chain: String?
    let code: UInt32
    switch self {
    case .drop: code = 0
    case .accept: code = 1
    case .continue: code = UInt32(bitPattern: -1)
    case .break: code = UInt32(bitPattern: -2)
    case .jump(let target):
      code = UInt32(bitPattern: -3)
      chain = target
    case .goto(let target):
      code = UInt32(bitPattern: -4)
      chain = target
    case .return: code = UInt32(bitPattern: -5)
    case .other(let number): code = number
    }
    writer.put(1, bigEndian: code)
    if let chain { writer.put(2, string: chain) }
  }
}

/// What a register or an element holds (`NFTA_DATA_*`).
public enum NFTData: Hashable, Sendable {
  /// Up to 64 bytes.
  case value([UInt8])
  case verdict(NFTVerdict)
}

extension NFTData {
  init?(_ reader: NetlinkReader) {
    let attributes = AttributeTable(reader, upTo: 2)
    if let value = attributes[1] {
      self = .value(value.bytes)
    } else if let verdict = attributes[2].flatMap({ NFTVerdict($0) }) {
      self = .verdict(verdict)
    } else {
      return nil
    }
  }

  func encode(as type: UInt16, into writer: inout NetlinkWriter) {
    switch self {
    case .value(let bytes): writer.put(type, data: bytes)
    case .verdict(let verdict):
      writer.nested(type) { $0.nested(2) { verdict.encode(into: &$0) } }
    }
  }
}
