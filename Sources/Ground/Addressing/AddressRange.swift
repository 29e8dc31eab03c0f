// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// All addresses from `first` to `last`, both included, of one family.
public struct AddressRange: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let first: IPAddress
  public let last: IPAddress

  /// Nil if the families differ or `last` stands before `first`.
  public init?(first: IPAddress, last: IPAddress) {
    guard first.family == last.family, first.bits <= last.bits else { return nil }
    self.init(unchecked: first, last)
  }

  init(unchecked first: IPAddress, _ last: IPAddress) {
    self.first = first
    self.last = last
  }

  public init(_ cidr: CIDR) {
    first = cidr.first
    last = cidr.last
  }

  public var family: IPFamily { first.family }

  /// The number of addresses; the whole of IPv6 has one more than this says.
  public var count: UInt128 {
    let steps = last.bits - first.bits
    return steps == .max ? .max : steps + 1
  }

  public func contains(_ address: IPAddress) -> Bool {
    first <= address && address <= last
  }

  public func contains(_ other: AddressRange) -> Bool {
    first <= other.first && other.last <= last
  }

  public func overlaps(_ other: AddressRange) -> Bool {
    first <= other.last && other.first <= last
  }

  /// The fewest CIDRs that hold exactly these addresses, in order; at most twice the bit width.
  public var cidrs: [CIDR] {
    var result: [CIDR] = []
    appendCIDRs(to: &result)
    return result
  }

  func appendCIDRs(to result: inout [CIDR]) {
    var start = first.bits
    while true {
      // The largest block that is aligned here and does not reach beyond the end.
      let steps = last.bits - start
      let fitting = steps == .max ? 128 : 127 - (steps + 1).leadingZeroBitCount
      let hostBits = min(start.trailingZeroBitCount, fitting)
      result.append(
        CIDR(unchecked: IPAddress(unchecked: family, start), family.bitWidth - hostBits))
      let end = start | ~(UInt128.max << UInt128(hostBits))
      if end == last.bits { return }
      start = end + 1
    }
  }

  /// "10.0.0.1-10.0.0.9"
  public var description: String { "\(first)-\(last)" }

  public static func < (a: AddressRange, b: AddressRange) -> Bool {
    a.first == b.first ? a.last < b.last : a.first < b.first
  }
}
