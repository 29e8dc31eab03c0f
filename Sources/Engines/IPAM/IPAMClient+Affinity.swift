// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Resources

extension IPAMClient {
  /// Sees to it that a host has a block in each family for which there are pools that it may use
  /// for workloads, so that its first pod finds one and its routes are there before. Returns the
  /// block by family.
  public func ensureBlock(host: String) async throws(IPAMError) -> [IPFamily: CIDR] {
    try Self.check(host: host)
    let salt = UInt64(bitPattern: clock.now())
    return try await transact { session throws(IPAMError) in
      try await session.ensureBlock(host: host, salt: salt)
    }
  }

  /// Claims all blocks inside `cidr`, which is a block or several of one pool, for a host. Returns
  /// those that it has now and those that are somebody else's.
  public func claimAffinity(
    _ cidr: CIDR, host: String
  ) async throws(IPAMError) -> (claimed: [CIDR], failed: [CIDR]) {
    try Self.check(host: host)
    var claimed: [CIDR] = []
    var failed: [CIDR] = []
    for block in try await blocks(in: cidr) {
      let mine = try await transact { session throws(IPAMError) in
        try await session.claim(block, for: host) != nil
      }
      if mine { claimed.append(block) } else { failed.append(block) }
    }
    return (claimed, failed)
  }

  /// Gives up a host's claims on all blocks inside `cidr`. Addresses stay assigned; a block without
  /// any is deleted.
  ///
  /// Errors: `blockNotEmpty` for the first block that had to be empty and is not; the others are
  /// given up all the same.
  public func releaseAffinity(
    _ cidr: CIDR, host: String, mustBeEmpty: Bool = false
  ) async throws(IPAMError) {
    try Self.check(host: host)
    _ = try await releaseClaims(mustBeEmpty) { $0 == host && cidr.contains($1) }
  }

  /// Gives up all of a host's claims, as when the host is gone. Returns the blocks.
  @discardableResult
  public func releaseHostAffinities(
    _ host: String, mustBeEmpty: Bool = false
  ) async throws(IPAMError) -> [CIDR] {
    try Self.check(host: host)
    return try await releaseClaims(mustBeEmpty) { owner, _ in owner == host }
  }

  /// Gives up all hosts' claims on blocks of a pool, which is disabled and about to be deleted.
  /// Returns the blocks.
  @discardableResult
  public func releasePoolAffinities(_ pool: CIDR) async throws(IPAMError) -> [CIDR] {
    let pools = try await transact { session throws(IPAMError) in try await session.pools() }
    guard pools.all.contains(where: { $0.cidr == pool }) else { throw .noSuchPool(pool) }
    return try await releaseClaims(false) { pool.contains($1) }
  }

  /// Gives up whichever host's claim there is on one block.
  ///
  /// - Parameter sequenceNumber: if given, the block must not have been written since it had this.
  public func releaseBlockAffinity(
    _ block: CIDR, mustBeEmpty: Bool, sequenceNumber: Int? = nil
  ) async throws(IPAMError) {
    try await transact { session throws(IPAMError) in
      guard let host = try await session.findBlock(block)?.host else { return }
      let cooldown = try await session.settings().ipCooldownSeconds
      try await session.releaseAffinity(
        block, of: host, mustBeEmpty: mustBeEmpty, sequenceNumber: sequenceNumber,
        cooldownSeconds: cooldown)
    }
  }

  private struct Claim: Hashable {
    var host: String
    var cidr: CIDR
  }

  /// Gives claims up, one commit each.
  private func releaseClaims(
    _ mustBeEmpty: Bool, which isMeant: (String, CIDR) -> Bool
  ) async throws(IPAMError) -> [CIDR] {
    let claims = try await transact { session throws(IPAMError) in
      var claims: Set<Claim> = []
      for record in try await session.list(BlockAffinity.self) {
        guard record.spec.type == .host, let cidr = CIDR(record.spec.cidr) else { continue }
        claims.insert(Claim(host: record.spec.node, cidr: cidr))
      }
      // A stop may have left a block without a record of the claim on it.
      for block in try await session.listBlocks() {
        if let host = block.host { claims.insert(Claim(host: host, cidr: block.cidr)) }
      }
      return claims
    }
    var released: [CIDR] = []
    var kept: IPAMError?
    for claim in claims.sorted(by: { $0.cidr < $1.cidr }) where isMeant(claim.host, claim.cidr) {
      do {
        try await transact { session throws(IPAMError) in
          let cooldown = try await session.settings().ipCooldownSeconds
          try await session.releaseAffinity(
            claim.cidr, of: claim.host, mustBeEmpty: mustBeEmpty, cooldownSeconds: cooldown)
        }
        released.append(claim.cidr)
      } catch {
        guard case .blockNotEmpty = error else { throw error }
        kept = kept ?? error
      }
    }
    if let kept { throw kept }
    return released
  }

  /// The blocks of one pool that `cidr` is made of.
  private func blocks(in cidr: CIDR) async throws(IPAMError) -> Subnets {
    let pools = try await transact { session throws(IPAMError) in try await session.pools() }
    guard let pool = pools.holding(cidr), cidr.prefixLength <= pool.blockSize else {
      throw .notABlock(cidr)
    }
    let blocks = cidr.subnets(ofPrefixLength: pool.blockSize)
    guard blocks.count <= Self.claimLimit else {
      throw .invalidRequest(
        "\(cidr) has \(blocks.count) blocks; at most \(Self.claimLimit) are claimed at once")
    }
    return blocks
  }

  /// Blocks that one call claims at most.
  static let claimLimit = 4096
}
