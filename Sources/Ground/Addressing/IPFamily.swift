// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The two families of the Internet Protocol; the raw value is the version number.
public enum IPFamily: UInt8, Sendable, Hashable, Comparable, CaseIterable {
  case v4 = 4
  case v6 = 6

  /// Bits in an address: 32 or 128.
  @inlinable public var bitWidth: Int { self == .v4 ? 32 : 128 }

  /// The highest address of the family, which is also the mask of its host prefix.
  @inlinable public var allOnes: UInt128 { self == .v4 ? 0xffff_ffff : .max }

  /// The network mask of a prefix length, in the layout of `IPAddress.bits`.
  /// Lengths outside 0...`bitWidth` are brought inside.
  @inlinable public func mask(prefixLength: Int) -> UInt128 {
    // A shift by the whole width is what /0 asks for, so it is taken out.
    if prefixLength <= 0 { return 0 }
    let hostBits = bitWidth - min(prefixLength, bitWidth)
    return (allOnes &<< UInt128(hostBits)) & allOnes
  }

  public static func < (a: IPFamily, b: IPFamily) -> Bool { a.rawValue < b.rawValue }
}
