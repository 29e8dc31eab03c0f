// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// One field of an element's key (or a whole value) and its bytes.
public enum NFTField: Hashable, Sendable {
  case address(IPAddress)
  case proto(IPProtocol)
  case port(UInt16)
  /// Numbers that stand as in memory: marks, interface indexes, connection states.
  case number(UInt32)
  /// Up to 15 bytes; cut to that.
  case interfaceName(String)
  /// As they are: ICMP types and codes, ranges' ends.
  case bytes([UInt8])

  public var bytes: [UInt8] {
    switch self {
    case .address(let address): address.networkBytes
    case .proto(let proto): [proto.rawValue]
    case .port(let port): [UInt8(port >> 8), UInt8(port & 0xff)]
    case .number(let number): withUnsafeBytes(of: number) { Array($0) }
    case .interfaceName(let name):
      Array(name.utf8.prefix(15)) + [UInt8](repeating: 0, count: 16 - min(15, name.utf8.count))
    case .bytes(let bytes): bytes
    }
  }
}

/// The bytes of a key made of fields.
public enum NFTKey {
  /// One field as it is, several each padded to four bytes.
  public static func bytes(_ fields: NFTField...) -> [UInt8] { bytes(fields) }

  public static func bytes(_ fields: [NFTField]) -> [UInt8] {
    if fields.count == 1 { return fields[0].bytes }
    var key: [UInt8] = []
    for field in fields {
      key += field.bytes
      key += [UInt8](repeating: 0, count: (4 - key.count & 3) & 3)
    }
    return key
  }
}
