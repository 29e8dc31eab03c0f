// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources

extension Session {
  /// A block of the host's own in each family, claimed where it has none; and an end to its claims
  /// on empty blocks that are in no pool of its.
  mutating func ensureBlock(
    host: String, salt: UInt64
  ) async throws(IPAMError) -> [IPFamily: CIDR] {
    let surroundings = try await surroundings()
    let node = try await labels(of: host, for: surroundings.pools)
    var result: [IPFamily: CIDR] = [:]
    // A block that cannot be read is not one to use; there will be another.
    var unreadable: [String] = []
    for family in IPFamily.allCases {
      let meant = surroundings.pools.meant(for: node, family)
      // Whose pods will come is not known: a pool for some namespaces is as good as any.
      let pools = meant.filter { $0.allows(.workload) && $0.spec.assignmentMode == .automatic }
      for (record, cidr) in try await affinities(of: host, family) {
        guard meant.contains(where: { $0.cidr.contains(cidr) }) else {
          _ = await giveUpIfEmpty(record, cidr, surroundings)
          continue
        }
        let block = try await own(record, cidr, &unreadable)
        if block != nil, result[family] == nil,
          pools.contains(where: { $0.cidr.contains(cidr) })
        {
          result[family] = cidr
        }
      }
      if result[family] == nil, !pools.isEmpty, surroundings.settings.autoAllocateBlocks {
        var hunt = BlockHunt(host: host, pools: pools, salt: salt)
        result[family] = try await hunt.next(&self, surroundings)?.cidr
      }
    }
    return result
  }
}
