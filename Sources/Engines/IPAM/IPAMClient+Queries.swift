// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Resources

extension IPAMClient {
  /// Who holds an address. Errors: `notAssigned`.
  public func attributes(of address: IPAddress) async throws(IPAMError) -> Allocation {
    try await transact { session throws(IPAMError) in
      guard let cidr = try await session.blocks(holding: [address])[address],
        let block = try await session.findBlock(cidr), let ordinal = block.ordinal(of: address),
        let allocation = block.allocation(ordinal)
      else { throw .notAssigned(address) }
      return allocation
    }
  }

  /// The addresses that a handle holds, in order. Errors: `unknownHandle`.
  public func addresses(handle: String) async throws(IPAMError) -> [Assignment] {
    try Self.check(handle: handle)
    return try await transact { session throws(IPAMError) in
      guard try await session.findHandle(handle) != nil else { throw .unknownHandle(handle) }
      let surroundings = try await session.surroundings()
      return try await session.held(by: handle, on: nil, surroundings)
    }
  }

  /// All addresses that anybody holds, in order of their blocks.
  public func allocations() async throws(IPAMError) -> [Allocation] {
    try await transact { session throws(IPAMError) in
      try await session.listBlocks().sorted { $0.cidr < $1.cidr }
        .flatMap { block in block.allocated().compactMap { block.allocation($0) } }
    }
  }

  /// How full the pools and their blocks are, by pool and by block; blocks without a pool last.
  public func utilisation() async throws(IPAMError) -> [PoolUtilisation] {
    try await transact { session throws(IPAMError) in
      let pools = try await session.pools()
      let reserved = try await session.reservations()
      let cooldown = try await session.settings().ipCooldownSeconds
      var blocks: [Block] = []
      for var block in try await session.listBlocks() {
        block.endCooldown(seconds: cooldown, now: session.now)
        blocks.append(block)
      }
      blocks.sort { $0.cidr < $1.cidr }
      var rest = blocks
      var result: [PoolUtilisation] = []
      for pool in pools.all.sorted(by: { $0.cidr < $1.cidr }) {
        let inside = rest.filter { pool.cidr.contains($0.cidr) }
        rest.removeAll { pool.cidr.contains($0.cidr) }
        result.append(
          PoolUtilisation(name: pool.name, cidr: pool.cidr, blocks: inside, reserved: reserved))
      }
      if !rest.isEmpty {
        result.append(PoolUtilisation(name: nil, cidr: nil, blocks: rest, reserved: reserved))
      }
      return result
    }
  }
}

extension Block {
  /// What is noted of an ordinal that somebody holds.
  func allocation(_ ordinal: Int) -> Allocation? {
    guard let holder = holder(ordinal) else { return nil }
    return Allocation(
      address: address(ordinal), block: cidr, blockOwner: owner, handle: holder.handleID,
      attributes: holder.secondary, sequenceNumber: sequenceNumber(ordinal))
  }
}
