// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import Resources

/// A host's search for a block of its own in some pools: each block is looked at once.
struct BlockHunt {
  let host: String
  let pools: [Pool]
  /// Blocks of the host that were found without a free address, or taken already.
  var tried: Set<CIDR> = []
  private let starts: [(pool: CIDR, position: IPAddress)]
  private var sequences: [BlockSequence]
  private var looked = 0
  private var known: [CIDR: Block]?

  /// How many blocks are looked at one by one before all are read at once: most pools are emptier
  /// than that needs, and in a full one a single list beats thousands of reads.
  static let looksBeforeList = 8
  /// For how long after its claim an empty block is left to its host, in milliseconds.
  static let reclaimAge: Int64 = 60_000

  init(host: String, pools: [Pool], salt: UInt64) {
    self.host = host
    self.pools = pools
    sequences = pools.compactMap {
      BlockSequence(pool: $0.cidr, blockSize: $0.blockSize, host: host, salt: salt)
    }
    starts = sequences.map { ($0.pool, $0.position) }
  }

  /// Where in the pool the host's search begins.
  func start(in pool: Pool) -> IPAddress {
    starts.first { $0.pool == pool.cidr }?.position ?? pool.cidr.first
  }

  /// The next block of the host's own that may have a free address; nil when there is none left.
  mutating func next(
    _ session: inout Session, _ surroundings: Surroundings
  ) async throws(IPAMError) -> Block? {
    while var sequence = sequences.first {
      guard let cidr = sequence.next(reserved: surroundings.reserved) else {
        sequences.removeFirst()
        continue
      }
      sequences[0] = sequence
      if tried.contains(cidr) { continue }
      if let block = try await look(at: cidr, &session, surroundings) { return block }
    }
    return try await reclaim(&session, surroundings)
  }

  private mutating func look(
    at cidr: CIDR, _ session: inout Session, _ surroundings: Surroundings
  ) async throws(IPAMError) -> Block? {
    if known == nil {
      looked += 1
      if looked > Self.looksBeforeList {
        known = Dictionary(
          try await session.listBlocks().map { ($0.cidr, $0) }, uniquingKeysWith: { a, _ in a })
      }
    }
    if let block = known?[cidr], !isWorthTrying(block, session, surroundings) { return nil }
    do {
      guard var found = try await session.findBlock(cidr) else {
        return try await take(cidr, &session)
      }
      found.endCooldown(seconds: surroundings.settings.ipCooldownSeconds, now: session.now)
      guard isWorthTrying(found, session, surroundings) else { return nil }
      return try await take(cidr, &session)
    } catch {
      // A block that cannot be read is nobody's to give out from.
      if error.isMalformed { return nil }
      throw error
    }
  }

  /// Whether the block is the host's with a free address, or nobody's and empty.
  private func isWorthTrying(_ block: Block, _ session: Session, _ s: Surroundings) -> Bool {
    var block = block
    block.endCooldown(seconds: s.settings.ipCooldownSeconds, now: session.now)
    return block.isOwned(by: host) ? block.freeCount > 0 : block.owner == nil && block.isEmpty
  }

  private mutating func take(_ cidr: CIDR, _ session: inout Session) async throws(IPAMError)
    -> Block?
  {
    guard let block = try await session.claim(cidr, for: host) else { return nil }
    tried.insert(cidr)
    return block
  }

  /// Takes an empty block from a host that has had it for a while.
  private mutating func reclaim(
    _ session: inout Session, _ surroundings: Surroundings
  ) async throws(IPAMError) -> Block? {
    let cooldown = surroundings.settings.ipCooldownSeconds
    for listed in try await session.listBlocks() where !tried.contains(listed.cidr) {
      var block = listed
      block.endCooldown(seconds: cooldown, now: session.now)
      guard let owner = block.host, owner != host, block.isEmpty,
        session.now - (block.claimTime ?? 0) >= Self.reclaimAge,
        pools.contains(where: { $0.has(block.cidr) }),
        !surroundings.reserved.contains(block.cidr)
      else { continue }
      do {
        try await session.releaseAffinity(
          block.cidr, of: owner, mustBeEmpty: true, sequenceNumber: block.sequenceNumber,
          cooldownSeconds: cooldown)
      } catch {
        // It is in use now.
        if case .blockNotEmpty = error { continue }
        throw error
      }
      if let mine = try await take(block.cidr, &session) { return mine }
    }
    return nil
  }
}

extension IPAMError {
  /// Whether it speaks of one stored object that cannot be read.
  var isMalformed: Bool {
    switch self {
    case .malformed: true
    case .datastore(.failed), .datastore(.unreadable): true
    default: false
    }
  }
}
