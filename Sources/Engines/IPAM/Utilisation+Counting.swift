// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing

extension PoolUtilisation {
  init(name: String?, cidr: CIDR?, blocks: [Block], reserved: CIDRSet) {
    self.name = name
    self.cidr = cidr
    self.blocks = blocks.map { BlockUtilisation($0, reserved: reserved) }
    usage = self.blocks.reduce(into: Utilisation()) { sum, block in
      sum.capacity += block.usage.capacity
      sum.inUse += block.usage.inUse
      sum.reserved += block.usage.reserved
    }
    if let cidr {
      usage.capacity = cidr.count
      // What is reserved where there are no blocks yet.
      let outside = CIDRSet([cidr]).intersection(reserved).subtracting(CIDRSet(blocks.map(\.cidr)))
      for range in outside.ranges {
        // The whole of IPv6 is more than can be counted.
        let (sum, overflow) = usage.reserved.addingReportingOverflow(range.count)
        usage.reserved = overflow ? .max : sum
      }
    }
    usage.fillAvailable()
  }
}

extension BlockUtilisation {
  fileprivate init(_ block: Block, reserved: CIDRSet) {
    cidr = block.cidr
    owner = block.owner
    usage = Utilisation()
    usage.capacity = UInt128(block.capacity)
    for ordinal in 0..<block.capacity {
      if block.holder(ordinal) != nil {
        usage.inUse += 1
      } else if block.isResting(ordinal) || reserved.contains(block.address(ordinal)) {
        usage.reserved += 1
      }
    }
    usage.fillAvailable()
  }
}

extension Utilisation {
  /// Blocks that overlap, which should not be, may hold more than their pool has.
  fileprivate mutating func fillAvailable() {
    let free = capacity - min(capacity, inUse)
    available = free - min(free, reserved)
  }
}
