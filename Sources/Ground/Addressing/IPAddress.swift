// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address, without a zone.
///
/// Ordered by family (IPv4 first), then by number. An IPv4-mapped IPv6 address is an IPv6 address
/// and differs from the IPv4 address in it.
public struct IPAddress: Hashable, Comparable, Sendable {
  public let family: IPFamily
  /// The address as a number; IPv4 in the low 32 bits.
  public let bits: UInt128

  public init(v4: UInt32) {
    family = .v4
    bits = UInt128(v4)
  }

  public init(v6: UInt128) {
    family = .v6
    bits = v6
  }

  /// Nil if `bits` is beyond the family's range.
  public init?(family: IPFamily, bits: UInt128) {
    guard bits <= family.allOnes else { return nil }
    self.init(unchecked: family, bits)
  }

  /// For callers that know `bits` to be in the family's range.
  @inlinable init(unchecked family: IPFamily, _ bits: UInt128) {
    self.family = family
    self.bits = bits
  }

  /// From the bytes as they are on the wire: 4 or 16 of them, else nil.
  @inlinable public init?(networkBytes: some Collection<UInt8>) {
    var bits: UInt128 = 0
    var count = 0
    for byte in networkBytes {
      count += 1
      if count > 16 { return nil }
      bits = bits &<< 8 | UInt128(byte)
    }
    switch count {
    case 4: self.init(unchecked: .v4, bits)
    case 16: self.init(unchecked: .v6, bits)
    default: return nil
    }
  }

  /// The bytes as they are on the wire: 4 or 16.
  public var networkBytes: [UInt8] {
    let count = family.bitWidth / 8
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      for i in 0..<count {
        buffer[i] = UInt8(truncatingIfNeeded: bits &>> UInt128(8 * (count - 1 - i)))
      }
      initialized = count
    }
  }

  /// The number of an IPv4 address, nil for IPv6.
  public var v4: UInt32? { family == .v4 ? UInt32(truncatingIfNeeded: bits) : nil }

  /// The address `offset` places on (or back); nil when that leaves the family's range.
  public func advanced(by offset: Int) -> IPAddress? {
    let (sum, overflow) =
      offset >= 0
      ? bits.addingReportingOverflow(UInt128(offset))
      : bits.subtractingReportingOverflow(UInt128(offset.magnitude))
    return overflow ? nil : IPAddress(family: family, bits: sum)
  }

  /// How many places `other` lies after this address; nil if it lies before it or in the other
  /// family.
  public func distance(to other: IPAddress) -> UInt128? {
    guard family == other.family, bits <= other.bits else { return nil }
    return other.bits &- bits
  }

  /// 0.0.0.0 or ::
  public var isUnspecified: Bool { bits == 0 }

  /// 127.0.0.0/8 or ::1
  public var isLoopback: Bool {
    family == .v4 ? bits >> 24 == 127 : bits == 1
  }

  /// 169.254.0.0/16 or fe80::/10
  public var isLinkLocal: Bool {
    family == .v4 ? bits >> 16 == 0xa9fe : bits >> 118 == 0x3fa
  }

  /// 224.0.0.0/4 or ff00::/8
  public var isMulticast: Bool {
    family == .v4 ? bits >> 28 == 0xe : bits >> 120 == 0xff
  }

  /// Whether other machines can speak to one machine by it, without an interface beside it: no
  /// unspecified, loopback, multicast or broadcast address, none of 0.0.0.0/8 or fe80::/10, and no
  /// IPv4 address in the form of an IPv6 one. 169.254.0.0/16 counts: some clouds route it.
  public var canBePeer: Bool {
    if isUnspecified || isLoopback || isMulticast { return false }
    return switch family {
    case .v4: bits >> 24 != 0 && bits != 0xffff_ffff
    case .v6: !isLinkLocal && bits >> 32 != 0xffff
    }
  }

  public static func < (a: IPAddress, b: IPAddress) -> Bool {
    a.family == b.family ? a.bits < b.bits : a.family < b.family
  }
}
