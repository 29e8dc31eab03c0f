// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One step of a rule: it loads into a register, compares, looks up or acts on the packet.
///
/// What this type cannot say without losing something decodes to `unknown`, which encodes to the
/// same bytes again.
public indirect enum NFTExpression: Hashable, Sendable {
  /// Loads a property of the packet.
  case meta(NFTMetaKey, into: NFTRegister)
  case metaSet(NFTMetaKey, from: NFTRegister)
  /// Loads bytes of the packet.
  case payload(PayloadBase, offset: UInt32, length: UInt32, into: NFTRegister)
  /// Goes on only if the register compares so with the bytes.
  case compare(NFTRegister, Comparison, [UInt8])
  /// Goes on only if the register is (not) within the bounds.
  case range(NFTRegister, isInverted: Bool = false, from: [UInt8], through: [UInt8])
  /// `into = (from & mask) ^ xor`; both operands are as long as `length`.
  case bitwise(
    from: NFTRegister, into: NFTRegister, length: UInt32, mask: [UInt8], xor: [UInt8])
  /// Swaps the bytes of each number of `size` bytes in a stretch of `length`.
  case byteOrder(
    from: NFTRegister, into: NFTRegister, ByteOrder, length: UInt32, size: UInt32)
  /// Puts bytes in a register.
  case load([UInt8], into: NFTRegister)
  /// Decides on the packet (an immediate in the verdict register).
  case verdict(NFTVerdict)
  case lookup(NFTLookup)
  case counter(packets: UInt64 = 0, bytes: UInt64 = 0)
  case log(NFTLog)
  case limit(NFTLimit)
  /// Loads a property of the connection; some keys need a direction.
  case ct(NFTCTKey, direction: CTDirection? = nil, into: NFTRegister)
  case ctSet(NFTCTKey, from: NFTRegister)
  case fib(NFTFib)
  /// Adds to a set from the packet's path.
  case dynamicSet(NFTDynamicSet)
  case masquerade(NFTMasquerade = NFTMasquerade())
  case nat(NFTNat)
  /// The connection of this packet is not tracked.
  case noTrack
  case reject(NFTReject)
  /// Counts in a named counter.
  case counterObject(String)
  /// The expression's name and the bytes of its attributes.
  case unknown(name: String, bytes: [UInt8])

  /// `NFT_PAYLOAD_*_HEADER`.
  public enum PayloadBase: UInt32, Hashable, Sendable, CaseIterable {
    case link, network, transport, inner
  }

  /// `NFT_CMP_*`.
  public enum Comparison: UInt32, Hashable, Sendable, CaseIterable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  }

  /// `NFT_BYTEORDER_*`.
  public enum ByteOrder: UInt32, Hashable, Sendable, CaseIterable {
    case toHost, toNetwork
  }

  /// `IP_CT_DIR_*`.
  public enum CTDirection: UInt8, Hashable, Sendable, CaseIterable {
    case original, reply
  }

  /// With counters at zero.
  public var withoutState: NFTExpression {
    switch self {
    case .counter: return .counter()
    case .dynamicSet(var set):
      set.expressions = set.expressions.map(\.withoutState)
      return .dynamicSet(set)
    default: return self
    }
  }
}

/// `NFT_META_*` of linux/netfilter/nf_tables.h.
public struct NFTMetaKey: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let length = NFTMetaKey(rawValue: 0)
  public static let proto = NFTMetaKey(rawValue: 1)
  public static let mark = NFTMetaKey(rawValue: 3)
  public static let inputInterface = NFTMetaKey(rawValue: 4)
  public static let outputInterface = NFTMetaKey(rawValue: 5)
  public static let inputInterfaceName = NFTMetaKey(rawValue: 6)
  public static let outputInterfaceName = NFTMetaKey(rawValue: 7)
  public static let nfProto = NFTMetaKey(rawValue: 15)
  public static let l4Proto = NFTMetaKey(rawValue: 16)
  public static let packetType = NFTMetaKey(rawValue: 19)
}

/// `NFT_CT_*` of linux/netfilter/nf_tables.h.
public struct NFTCTKey: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let state = NFTCTKey(rawValue: 0)
  public static let direction = NFTCTKey(rawValue: 1)
  public static let status = NFTCTKey(rawValue: 2)
  public static let mark = NFTCTKey(rawValue: 3)
  public static let proto = NFTCTKey(rawValue: 10)
  public static let sourcePort = NFTCTKey(rawValue: 11)
  public static let destinationPort = NFTCTKey(rawValue: 12)
  public static let zone = NFTCTKey(rawValue: 17)
  public static let sourceIPv4 = NFTCTKey(rawValue: 19)
  public static let destinationIPv4 = NFTCTKey(rawValue: 20)
  public static let sourceIPv6 = NFTCTKey(rawValue: 21)
  public static let destinationIPv6 = NFTCTKey(rawValue: 22)
}
