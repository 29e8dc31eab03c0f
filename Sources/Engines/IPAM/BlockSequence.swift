// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import HostSystem

/// The order in which a host tries the blocks of a pool: from a place that its name decides,
/// one after the other, round the end, so that hosts seldom meet at the same free block.
struct BlockSequence {
  let pool: CIDR
  let blockSize: Int
  private let shift: UInt128
  private let count: UInt128
  private var index: UInt128
  private var left: UInt128

  /// Nil if the pool is smaller than a block. `salt` takes the place of the host's name where
  /// blocks are single addresses: those of one host need not stay together.
  init?(pool: CIDR, blockSize: Int, host: String, salt: UInt64) {
    let depth = blockSize - pool.prefixLength
    guard depth >= 0, blockSize <= pool.family.bitWidth else { return nil }
    self.pool = pool
    self.blockSize = blockSize
    shift = UInt128(pool.family.bitWidth - blockSize)
    // A pool of all addresses in blocks of one address has a block more than can be counted.
    count = depth >= 128 ? .max : 1 << UInt128(depth)
    let seed = blockSize == pool.family.bitWidth ? salt : UInt64(Self.fnv32(host))
    var generator = SplitMix64(seed: seed)
    index = UInt128.random(in: 0..<count, using: &generator)
    left = count
  }

  /// The first address of the block that comes next.
  var position: IPAddress {
    IPAddress(family: pool.family, bits: pool.address.bits + index << shift) ?? pool.address
  }

  /// The next block that has an address outside `reserved`; nil once all were seen.
  mutating func next(reserved: CIDRSet) -> CIDR? {
    while left > 0 {
      guard let block = CIDR(position, prefixLength: blockSize) else { return nil }
      if let range = reserved.range(holding: block) {
        // A reservation may span more blocks than anyone can count through: step behind it.
        let behind =
          range.last < pool.last ? (range.last.bits + 1 - pool.address.bits) >> shift : count
        advance(by: behind - index)
      } else {
        advance(by: 1)
        return block
      }
    }
    return nil
  }

  private mutating func advance(by steps: UInt128) {
    let done = min(max(steps, 1), left)
    left -= done
    let room = count - index
    index = done < room ? index + done : done - room
  }

  /// FNV-1, 32 bits.
  static func fnv32(_ text: String) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    for byte in text.utf8 {
      hash = hash &* 16_777_619
      hash ^= UInt32(byte)
    }
    return hash
  }
}

extension CIDRSet {
  /// The range in which the whole of `block` lies, if there is one.
  fileprivate func range(holding block: CIDR) -> AddressRange? {
    guard contains(block) else { return nil }
    let wanted = AddressRange(block)
    return ranges.first { $0.contains(wanted) }
  }
}
