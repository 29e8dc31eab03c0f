// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import Resources

// DESIGN: a host's claim on a block is an affinity record of its own besides the block's `affinity`,
// so that a host finds its blocks without reading all of them. The record comes first, as
// `pending`, and goes last, as `pendingDeletion`: a stop leaves at most a record without a block,
// which the host completes the next time it wants an address. The block decides whose it is, for
// only one can create it. Who takes up a claim that is not confirmed writes the block too, so that
// whoever is about to delete it, having found it empty, fails.

extension Session {
  /// The host's claims on blocks of a family (nil: of both). Those to complete come first.
  mutating func affinities(
    of host: String, _ family: IPFamily?
  ) async throws(IPAMError) -> [(record: BlockAffinity, cidr: CIDR)] {
    let listed = try await list(BlockAffinity.self, .affinities(of: host))
    return listed.compactMap { record in
      guard record.isOf(host), let cidr = CIDR(record.spec.cidr),
        family == nil || cidr.family == family
      else { return nil }
      return (record, cidr)
    }
    .sorted { $0.record.spec.state.rank < $1.record.spec.state.rank }
  }

  mutating func findAffinity(
    _ cidr: CIDR, of host: String
  ) async throws(IPAMError) -> BlockAffinity? {
    let name = Names.affinity(host: host, cidr)
    guard let record = try await find(BlockAffinity.self, name) else { return nil }
    return record.isOf(host) && CIDR(record.spec.cidr) == cidr ? record : nil
  }

  /// Makes a block the host's: creates it where it does not exist, takes it where it is nobody's
  /// and empty, completes or confirms a claim that was begun. Nil if it is somebody else's, or a block
  /// of another size is in its place.
  mutating func claim(_ cidr: CIDR, for host: String) async throws(IPAMError) -> Block? {
    for attempt in 0..<Self.retries {
      try await pause(before: attempt)
      let known = try await findAffinity(cidr, of: host)
      let block = try await findRested(cidr)
      if let block, known?.spec.state == .confirmed, block.isOwned(by: host) { return block }
      if let block, !block.isOwned(by: host), block.owner != nil || !block.isEmpty {
        // Somebody else's. A claim of ours on it is a leftover.
        if let known, try await !delete(known) { continue }
        return nil
      }
      if block == nil, try await isOverlapped(cidr) {
        if let known, try await !delete(known) { continue }
        return nil
      }
      guard let pending = try await begin(known, cidr, host),
        let mine = try await take(cidr, for: host)
      else { continue }
      var confirmed = pending
      confirmed.spec.state = .confirmed
      if try await update(confirmed) != nil { return mine }
    }
    throw .tooManyConflicts(Self.retries)
  }

  /// A block; one that nobody has without the rests that are over, which may make it empty.
  private mutating func findRested(_ cidr: CIDR) async throws(IPAMError) -> Block? {
    guard var block = try await findBlock(cidr) else { return nil }
    if block.owner == nil, !block.isEmpty {
      block.endCooldown(seconds: try await settings().ipCooldownSeconds, now: now)
    }
    return block
  }

  /// Records that a claim is under way.
  private mutating func begin(
    _ known: BlockAffinity?, _ cidr: CIDR, _ host: String
  ) async throws(IPAMError) -> BlockAffinity? {
    if var known {
      if known.spec.state == .pending { return known }
      known.spec.state = .pending
      return try await update(known)
    }
    let spec = BlockAffinitySpec(node: host, cidr: cidr.description, state: .pending)
    return try await create(BlockAffinity(name: Names.affinity(host: host, cidr), spec: spec))
  }

  /// Creates or takes over the block itself; nil if somebody else was faster.
  private mutating func take(_ cidr: CIDR, for host: String) async throws(IPAMError) -> Block? {
    guard var block = try await findRested(cidr) else {
      let new = Block(new: cidr, host: host, now: now)
      guard let written = try await create(new.resource) else { return nil }
      return try Block(written)
    }
    guard block.isOwned(by: host) || block.owner == nil && block.isEmpty else { return nil }
    block.claim(for: host, now: now)
    return try await write(block)
  }

  /// Gives a host's claim on a block up. An empty block is deleted; one in use becomes nobody's
  /// (or stays, if it must be empty).
  ///
  /// - Parameter sequenceNumber: if given, the block must not have been written since it had this.
  mutating func releaseAffinity(
    _ cidr: CIDR, of host: String, mustBeEmpty: Bool, sequenceNumber: Int? = nil,
    cooldownSeconds: Int
  ) async throws(IPAMError) {
    var isMarked = false
    for attempt in 0..<Self.retries {
      try await pause(before: attempt)
      // The block first: a claim that is made after this writes it, and is noticed; the record of
      // one that was made before is there when it is read.
      var block = try await findBlock(cidr)
      if block?.isOwned(by: host) == false { block = nil }
      var record = try await findAffinity(cidr, of: host)
      if record != nil, block == nil, try await findBlock(cidr)?.isOwned(by: host) == true {
        // Claimed between the two.
        continue
      }
      if isMarked, let state = record?.spec.state, state != .pendingDeletion,
        block != nil || state == .pending
      {
        // The host has claimed the block again.
        return
      }
      block?.endCooldown(seconds: cooldownSeconds, now: now)
      if let block, mustBeEmpty,
        !block.isEmpty || sequenceNumber.map({ $0 != block.sequenceNumber }) ?? false
      {
        if isMarked, var kept = record {
          // Back to a claim that is looked into before it counts.
          kept.spec.state = .pending
          guard try await update(kept) != nil else { continue }
          _ = try await claim(cidr, for: host)
        }
        throw .blockNotEmpty(cidr)
      }
      if var marked = record, block != nil, marked.spec.state != .pendingDeletion {
        marked.spec.state = .pendingDeletion
        guard let written = try await update(marked) else { continue }
        record = written
        isMarked = true
      }
      if var block {
        let isEmpty = block.isEmpty
        block.disown()
        let isDone =
          try await isEmpty ? delete(block.resource) : write(block) != nil
        if !isDone { continue }
      }
      if let record, try await !delete(record) { continue }
      return
    }
    throw .tooManyConflicts(Self.retries)
  }
}

extension BlockAffinity {
  func isOf(_ host: String) -> Bool {
    spec.node == host && spec.type == .host
  }
}

extension BlockAffinitySpec.State {
  /// In which order a host uses its blocks: claims to complete first, blocks to go last.
  var rank: Int {
    switch self {
    case .pending: 0
    case .confirmed: 1
    case .pendingDeletion: 2
    }
  }
}
