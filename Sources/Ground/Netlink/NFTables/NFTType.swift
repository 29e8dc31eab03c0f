// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A type of values as `nft` knows them (its `enum datatypes`). The kernel does not look at it.
public struct NFTType: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let nfProto = NFTType(rawValue: 2)
  public static let ipv4Address = NFTType(rawValue: 7)
  public static let ipv6Address = NFTType(rawValue: 8)
  public static let etherAddress = NFTType(rawValue: 9)
  public static let inetProtocol = NFTType(rawValue: 12)
  public static let inetService = NFTType(rawValue: 13)
  public static let icmpType = NFTType(rawValue: 14)
  public static let mark = NFTType(rawValue: 19)
  public static let interfaceIndex = NFTType(rawValue: 20)
  public static let ctState = NFTType(rawValue: 26)
  public static let icmpv6Type = NFTType(rawValue: 29)
  public static let icmpCode = NFTType(rawValue: 32)
  public static let icmpv6Code = NFTType(rawValue: 33)
  public static let interfaceName = NFTType(rawValue: 41)

  /// Bytes.
  public var length: UInt32 {
    switch self {
    case .nfProto, .inetProtocol, .icmpType, .icmpv6Type, .icmpCode, .icmpv6Code: 1
    case .inetService: 2
    case .etherAddress: 6
    case .ipv6Address, .interfaceName: 16
    default: 4
    }
  }

  /// As `nft` numbers it: 1 as in memory, 2 network order.
  var byteOrder: UInt32 {
    switch self {
    case .nfProto, .mark, .interfaceIndex, .ctState, .interfaceName: 1
    default: 2
    }
  }
}
