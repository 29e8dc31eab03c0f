// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import TestSupport

/// A stretch of addresses cut into 64 equal cells, so that a set of them is one number: the
/// brute-force model of ranges and CIDRs.
struct Universe: CustomStringConvertible, Sendable {
  let family: IPFamily
  /// Its first address.
  let base: UInt128
  /// A cell has 2^cellBits addresses.
  let cellBits: Int

  var description: String { "\(address(0)) in cells of 2^\(cellBits)" }

  static let all: [Universe] = [
    Universe(family: .v4, base: 0x0a00_0040, cellBits: 0),
    Universe(family: .v4, base: 0, cellBits: 0),
    Universe(family: .v4, base: 0xffff_ffc0, cellBits: 0),
    Universe(family: .v4, base: 0, cellBits: 26),
    Universe(family: .v6, base: 0, cellBits: 0),
    Universe(family: .v6, base: .max - 63, cellBits: 0),
    Universe(family: .v6, base: 0, cellBits: 122),
    Universe(family: .v6, base: 0xfd00 << 112, cellBits: 61),
  ]

  func address(_ cell: Int) -> IPAddress {
    address(bits: base + UInt128(cell) << UInt128(cellBits))
  }

  /// The last address of the cell.
  func lastAddress(_ cell: Int) -> IPAddress {
    address(bits: address(cell).bits | ~(UInt128.max << UInt128(cellBits)))
  }

  private func address(bits: UInt128) -> IPAddress {
    family == .v4 ? IPAddress(v4: UInt32(bits)) : IPAddress(v6: bits)
  }

  func randomCIDR(_ random: inout SplitMix64) -> CIDR? {
    let depth = Int.random(in: 0...6, using: &random)
    return CIDR(
      address(Int.random(in: 0..<64, using: &random)),
      prefixLength: family.bitWidth - cellBits - 6 + depth)
  }

  func randomRange(_ random: inout SplitMix64) -> AddressRange? {
    let first = Int.random(in: 0..<64, using: &random)
    let last = Int.random(in: first..<64, using: &random)
    return AddressRange(first: address(first), last: lastAddress(last))
  }

  /// The cells that are wholly inside, or nil if one is only partly inside.
  func cells(_ contains: (IPAddress) -> Bool) -> UInt64? {
    var result: UInt64 = 0
    for cell in 0..<64 {
      let (start, end) = (contains(address(cell)), contains(lastAddress(cell)))
      guard start == end else { return nil }
      if start { result |= 1 << cell }
    }
    return result
  }

  func cells(_ cidrs: [CIDR]) -> UInt64? {
    cells { address in cidrs.contains { $0.contains(address) } }
  }

  /// The cells by comparing numbers, which asks nothing of the code under test.
  func cells(from first: IPAddress, to last: IPAddress) -> UInt64 {
    var result: UInt64 = 0
    for cell in 0..<64 where first.bits <= address(cell).bits && address(cell).bits <= last.bits {
      result |= 1 << cell
    }
    return result
  }

  func cells(_ cidr: CIDR) -> UInt64 {
    // Without masks: by counting how many cells a CIDR of this length has.
    let count = 1 << (family.bitWidth - cellBits - cidr.prefixLength)
    let start = (0..<64).first { address($0) == cidr.address } ?? 0
    return count == 64 ? .max : ((1 << UInt64(count)) - 1) << UInt64(start)
  }
}
