// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A 48-bit Ethernet address.
public struct MACAddress: Hashable, Comparable, Sendable {
  /// The address as a number below 2^48, first octet highest.
  public let bits: UInt64

  /// Nil if more than 48 bits are used.
  public init?(bits: UInt64) {
    guard bits >> 48 == 0 else { return nil }
    self.bits = bits
  }

  /// Nil unless there are six octets.
  public init?(octets: some Collection<UInt8>) {
    var bits: UInt64 = 0
    var count = 0
    for octet in octets {
      count += 1
      if count > 6 { return nil }
      bits = bits << 8 | UInt64(octet)
    }
    guard count == 6 else { return nil }
    self.bits = bits
  }

  /// The six octets in the order of the wire.
  public var octets: [UInt8] {
    (0..<6).map { UInt8(truncatingIfNeeded: bits >> UInt64(40 - 8 * $0)) }
  }

  public static func < (a: MACAddress, b: MACAddress) -> Bool { a.bits < b.bits }
}

extension MACAddress: CustomStringConvertible, LosslessStringConvertible {
  /// "ee:ee:ee:ee:ee:ee" in either case, or with dashes throughout.
  public init?(_ text: String) {
    let bytes = text.utf8.span
    guard bytes.count == 17 else { return nil }
    let separator = bytes[2]
    guard separator == UInt8(ascii: ":") || separator == UInt8(ascii: "-") else { return nil }
    var bits: UInt64 = 0
    for i in bytes.indices {
      if i % 3 == 2 {
        guard bytes[i] == separator else { return nil }
      } else {
        guard let digit = Digits.hex(bytes[i]) else { return nil }
        bits = bits << 4 | UInt64(digit)
      }
    }
    self.bits = bits
  }

  /// Lower case with colons.
  public var description: String {
    ASCIIWriter.string(capacity: 17) { writer in
      for place in stride(from: 40, through: 0, by: -8) {
        writer.putHex(UInt16(bits >> UInt64(place) & 0xff), minimumDigits: 2)
        if place > 0 { writer.put(":") }
      }
    }
  }
}
