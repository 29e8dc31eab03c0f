// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources

extension Session {
  /// The block, if there is one. Throws `malformed` for a record that contradicts itself.
  mutating func findBlock(_ cidr: CIDR) async throws(IPAMError) -> Block? {
    guard let resource = try await find(IPAMBlock.self, IPAMBlock.name(of: cidr)) else {
      return nil
    }
    let block = try Block(resource)
    guard block.cidr == cidr else { throw .malformed("\(resource.key) is of \(block.cidr)") }
    return block
  }

  /// All blocks that can be read.
  mutating func listBlocks() async throws(IPAMError) -> [Block] {
    try await list(IPAMBlock.self).compactMap { try? Block($0) }
  }

  /// Whether a block of another size has some of the addresses: a pool that was made anew with
  /// another block size has its old blocks, and what runs keeps its addresses.
  mutating func isOverlapped(_ cidr: CIDR) async throws(IPAMError) -> Bool {
    // One list serves a whole search: blocks of the same size meet when they are created.
    if blockNetworks == nil {
      blockNetworks = try await list(IPAMBlock.self).compactMap { CIDR($0.spec.cidr) }
    }
    return blockNetworks?.contains {
      $0.prefixLength != cidr.prefixLength && $0.overlaps(cidr)
    } ?? false
  }

  /// Writes a block; nil if somebody else was faster.
  mutating func write(_ block: Block) async throws(IPAMError) -> Block? {
    var block = block
    block.countWrite()
    guard let written = try await update(block.resource) else { return nil }
    return try Block(written)
  }

  /// Writes a block from which something was released: one that is empty and nobody's is deleted.
  mutating func writeOrDelete(_ block: Block) async throws(IPAMError) -> Bool {
    if block.owner == nil, block.isEmpty { return try await delete(block.resource) }
    return try await write(block) != nil
  }

  /// Assigns up to `count` addresses of a block, as it was read.
  ///
  /// - Parameter owner: if given, only while the block is this host's.
  mutating func allocate(
    _ count: Int, in block: Block, to holder: AllocationAttribute, owner: String?,
    _ surroundings: Surroundings
  ) async throws(IPAMError) -> [Assignment] {
    try await allocate(in: block, to: holder, surroundings) { block in
      if let owner, !block.isOwned(by: owner) { return [] }
      return block.allocate(count, to: holder) { surroundings.reserved.contains($0) }
    }
  }

  /// Assigns what `choose` takes from the block, anew for each state of the block that this meets.
  mutating func allocate(
    in start: Block, to holder: AllocationAttribute, _ surroundings: Surroundings,
    choose: (inout Block) throws(IPAMError) -> [Int]
  ) async throws(IPAMError) -> [Assignment] {
    let handle = holder.handleID ?? ""
    let cidr = start.cidr
    var block = start
    var mustSettle = false
    for attempt in 0..<Self.retries {
      try await pause(before: attempt)
      var changed = block
      changed.endCooldown(seconds: surroundings.settings.ipCooldownSeconds, now: now)
      let ordinals: [Int]
      do {
        ordinals = try choose(&changed)
      } catch {
        if mustSettle { try await settle(handle: handle, in: cidr) }
        throw error
      }
      if ordinals.isEmpty { break }
      let total = changed.allocated(handle: handle).count
      let raised = try await raise(
        handle: handle, in: cidr, by: ordinals.count, total: total)
      if let written = try await write(changed) {
        if mustSettle { try await settle(handle: handle, in: cidr) }
        let pool = surroundings.pools.holding(cidr)?.cidr
        return ordinals.map { written.assignment($0, pool: pool) }
      }
      if try await !takeBack(raised, in: cidr, count: ordinals.count) { mustSettle = true }
      guard let again = try await findBlock(cidr) else { break }
      block = again
    }
    if mustSettle { try await settle(handle: handle, in: cidr) }
    return []
  }
}

extension Block {
  func assignment(_ ordinal: Int, pool: CIDR?) -> Assignment {
    Assignment(
      address: address(ordinal), block: cidr, pool: pool, sequenceNumber: sequenceNumber(ordinal))
  }
}
