// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The CIDRs of one length inside another CIDR, in order, without storage.
public struct Subnets: RandomAccessCollection, Sendable {
  private let base: IPAddress
  private let prefixLength: Int

  public let startIndex = 0
  /// The number of subnets, at most `Int.max`: of more (IPv6 only) the first ones are seen.
  public let endIndex: Int

  init(of parent: CIDR, prefixLength: Int) {
    base = parent.address
    self.prefixLength = prefixLength
    if (parent.prefixLength...parent.family.bitWidth).contains(prefixLength) {
      let depth = prefixLength - parent.prefixLength
      endIndex = depth < Int.bitWidth - 1 ? 1 << depth : .max
    } else {
      endIndex = 0
    }
  }

  public subscript(position: Int) -> CIDR {
    precondition(0..<endIndex ~= position, "no such subnet")
    let shift = base.family.bitWidth - prefixLength
    let bits = base.bits | UInt128(position) << UInt128(shift)
    return CIDR(unchecked: IPAddress(unchecked: base.family, bits), prefixLength)
  }
}
