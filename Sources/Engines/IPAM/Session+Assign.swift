// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources

extension Session {
  /// Assigns one address that was asked for.
  mutating func assign(
    _ address: IPAddress, host: String, to holder: AllocationAttribute, reuseExisting: Bool
  ) async throws(IPAMError) -> Assignment {
    let surroundings = try await surroundings()
    guard let pool = surroundings.pools.holding(address),
      var cidr = pool.block(holding: address)
    else {
      // The pool may be gone, but what is held stays held.
      if reuseExisting, let id = holder.handleID,
        let held = try await held(by: id, on: nil, surroundings).first(where: {
          $0.address == address
        })
      {
        return held
      }
      throw .notInPool(address)
    }
    if try await findBlock(cidr) == nil,
      let other = try await listBlocks().first(where: { $0.cidr.contains(address) })
    {
      // Of when the pool had another block size.
      cidr = other.cidr
    }
    for attempt in 0..<Self.retries {
      try await pause(before: attempt)
      let found = try await findBlock(cidr)
      let isFree = found.map { $0.owner == nil && $0.isEmpty } ?? true
      guard let block = isFree ? try await claim(cidr, for: host) : found else { continue }
      guard let ordinal = block.ordinal(of: address) else { throw .notInPool(address) }
      if reuseExisting, block.holder(ordinal)?.handleID == holder.handleID,
        block.holder(ordinal) != nil
      {
        return block.assignment(ordinal, pool: pool.cidr)
      }
      let isStrict = surroundings.settings.strictAffinity
      let made = try await allocate(in: block, to: holder, surroundings) {
        (block) throws(IPAMError) in
        if let present = block.holder(ordinal) {
          throw .alreadyAssigned(address, handle: present.handleID)
        }
        if isStrict, !block.isOwned(by: host) {
          throw .blockOfAnotherHost(address, block: cidr, owner: block.owner)
        }
        block.allocate([ordinal], to: holder)
        return [ordinal]
      }
      // None: the block has been deleted since it was read.
      if let assignment = made.first { return assignment }
    }
    throw .tooManyConflicts(Self.retries)
  }
}
