// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources

/// A pool whose text has been understood.
struct Pool {
  let name: String
  let cidr: CIDR
  let blockSize: Int
  let spec: IPPoolSpec

  /// Nil for a pool that no block can be cut from: nothing is assigned from it.
  init?(_ pool: IPPool) {
    guard let cidr = pool.spec.network else { return nil }
    let blockSize = pool.spec.effectiveBlockSize
    guard (cidr.family == .v4 ? 20...32 : 116...128).contains(blockSize),
      blockSize >= cidr.prefixLength
    else { return nil }
    name = pool.metadata.name
    self.cidr = cidr
    self.blockSize = blockSize
    spec = pool.spec
  }

  /// The block that the address is in, if the pool has it.
  func block(holding address: IPAddress) -> CIDR? {
    cidr.contains(address) ? CIDR(address, prefixLength: blockSize) : nil
  }

  /// Whether `block` is one of the pool's blocks.
  func has(_ block: CIDR) -> Bool { block.prefixLength == blockSize && cidr.contains(block) }

  func allows(_ use: IPPoolUse) -> Bool {
    // Pools of before there were uses have none written down.
    let uses = spec.allowedUses.isEmpty ? [.workload, .tunnel] : spec.allowedUses
    return uses.contains(use)
  }

  /// Whether a pool's text names this one: by name or by CIDR.
  func answers(to text: String) -> Bool { text == name || CIDR(text) == cidr }
}
