// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources

extension Session {
  /// The whole of an automatic assignment.
  mutating func autoAssign(
    _ request: AutoAssignRequest, salt: UInt64
  ) async throws(IPAMError) -> AutoAssignResult {
    let surroundings = try await surroundings(automatic: true)
    var result = AutoAssignResult(
      v4: .init(family: .v4, requested: request.v4Count),
      v6: .init(family: .v6, requested: request.v6Count))
    if request.reuseExisting {
      let held = try await held(by: request.handle, on: request.host, surroundings)
      result.v4.assignments = Array(
        held.filter { $0.address.family == .v4 }.prefix(request.v4Count))
      result.v6.assignments = Array(
        held.filter { $0.address.family == .v6 }.prefix(request.v6Count))
      // What is held needs no pool: it may be disabled by now, meant for others, or gone.
      if result.v4.isComplete, result.v6.isComplete { return result }
    }
    let node = try await labels(of: request.host, for: surroundings.pools)
    // The choice for both families comes before the first write: it may fail.
    let v4 = try result.v4.isComplete ? nil : choose(.v4, request, node, surroundings)
    let v6 = try result.v6.isComplete ? nil : choose(.v6, request, node, surroundings)
    if let v4 { try await fill(&result.v4, request, v4, surroundings, salt: salt) }
    if let v6 { try await fill(&result.v6, request, v6, surroundings, salt: salt) }
    return result
  }

  /// The pools to take from, and those that are the host's to keep blocks in.
  private struct Choice {
    var pools: [Pool]
    var meant: [Pool]
  }

  private func choose(
    _ family: IPFamily, _ request: AutoAssignRequest, _ node: NodeLabels, _ s: Surroundings
  ) throws(IPAMError) -> Choice? {
    if request.count(family) == 0 { return nil }
    let meant = s.pools.meant(for: node, family)
    let named = request.pools(family)
    let pools =
      named.isEmpty
      ? Pools.automatic(meant, namespaceLabels: request.namespaceLabels)
      : try s.pools.named(named, family)
    let chosen = pools.filter { $0.allows(request.use) }
    if chosen.isEmpty { throw .noPools(host: request.host) }
    return Choice(pools: chosen, meant: meant)
  }

  private mutating func fill(
    _ result: inout AutoAssignResult.Assigned, _ request: AutoAssignRequest, _ choice: Choice,
    _ s: Surroundings, salt: UInt64
  ) async throws(IPAMError) {
    let host = request.host
    let holder = AllocationAttribute(handleID: request.handle, secondary: request.attributes)
    var missing: Int { result.requested - result.assignments.count }
    if missing <= 0 { return }

    // 1. The blocks that the host has.
    var hunt = BlockHunt(host: host, pools: choice.pools, salt: salt)
    var owned = 0
    for (record, cidr) in try await affinities(of: host, result.family) {
      guard choice.pools.contains(where: { $0.cidr.contains(cidr) }) else {
        if try await keeps(record, cidr, choice.meant, s, &result) { owned += 1 }
        continue
      }
      if missing <= 0, record.spec.state == .confirmed { continue }
      guard let block = try await own(record, cidr, &result.messages) else { continue }
      owned += 1
      hunt.tried.insert(cidr)
      if missing <= 0 { continue }
      result.assignments += try await allocate(missing, in: block, to: holder, owner: host, s)
    }

    // 2. New ones.
    let limit = Self.blockLimit(s.settings.maxBlocksPerHost, request.maxBlocksPerHost)
    var isAtLimit = false
    while missing > 0, s.settings.autoAllocateBlocks {
      guard owned < limit else {
        if s.settings.strictAffinity {
          result.blockLimit = limit
          result.messages.append(IPAMError.blockLimitMessage(limit))
          return
        }
        isAtLimit = true
        break
      }
      guard let block = try await hunt.next(&self, s) else { break }
      owned += 1
      result.assignments += try await allocate(missing, in: block, to: holder, owner: host, s)
    }
    if missing <= 0 { return }

    // 3. Those of others.
    if s.settings.strictAffinity {
      result.messages.append("No more free affine blocks and strict affinity enabled")
      return
    }
    try await borrow(&result, holder, hunt, choice.pools, s)
    if missing > 0, isAtLimit {
      // There may be room in the pools, but not for this host.
      result.blockLimit = limit
      result.messages.append(IPAMError.blockLimitMessage(limit))
    } else if missing > 0 {
      let pools = choice.pools.map(\.cidr.description).joined(separator: " ")
      result.messages.append("No IPs available in pools: [\(pools)]")
    }
  }

  /// The block of one of the host's claims, which is completed if it was not; nil if there is
  /// nothing behind the claim or it cannot be read.
  mutating func own(
    _ record: BlockAffinity, _ cidr: CIDR, _ messages: inout [String]
  ) async throws(IPAMError) -> Block? {
    let host = record.spec.node
    do {
      if record.spec.state == .confirmed, let block = try await findBlock(cidr),
        block.isOwned(by: host)
      {
        return block
      }
      return try await claim(cidr, for: host)
    } catch {
      guard error.isMalformed else { throw error }
      messages.append(error.description)
      return nil
    }
  }

  /// Whether a claim on a block that this request does not want stays. It does in a pool that is
  /// meant for the host, and elsewhere while the block is in use.
  private mutating func keeps(
    _ record: BlockAffinity, _ cidr: CIDR, _ meant: [Pool], _ s: Surroundings,
    _ result: inout AutoAssignResult.Assigned
  ) async throws(IPAMError) -> Bool {
    guard meant.contains(where: { $0.cidr.contains(cidr) }) else {
      return await !giveUpIfEmpty(record, cidr, s)
    }
    if record.spec.state == .confirmed { return true }
    return try await own(record, cidr, &result.messages) != nil
  }

  /// Lets a block go that no pool of the host's contains any more, or ends what somebody else began
  /// to let go. Whether it is gone.
  mutating func giveUpIfEmpty(
    _ record: BlockAffinity, _ cidr: CIDR, _ s: Surroundings
  ) async -> Bool {
    do throws(IPAMError) {
      try await releaseAffinity(
        cidr, of: record.spec.node, mustBeEmpty: record.spec.state != .pendingDeletion,
        cooldownSeconds: s.settings.ipCooldownSeconds)
      return true
    } catch {
      // In use, or to be tried again by the next request: this one does not hang on it.
      return false
    }
  }

  private mutating func borrow(
    _ result: inout AutoAssignResult.Assigned, _ holder: AllocationAttribute, _ hunt: BlockHunt,
    _ pools: [Pool], _ s: Surroundings
  ) async throws(IPAMError) {
    let blocks = try await listBlocks().sorted { $0.cidr < $1.cidr }
    for pool in pools {
      let inside = blocks.filter { pool.cidr.contains($0.cidr) }
      let start = hunt.start(in: pool)
      let split = inside.firstIndex { $0.cidr.first >= start } ?? 0
      for block in inside[split...] + inside[..<split] {
        let missing = result.requested - result.assignments.count
        if missing <= 0 { return }
        result.assignments += try await allocate(missing, in: block, to: holder, owner: nil, s)
      }
    }
  }

  /// The smaller of the two limits that are set, or 20.
  static func blockLimit(_ configured: Int, _ requested: Int?) -> Int {
    let set = [configured, requested ?? 0].filter { $0 > 0 }
    return set.min() ?? 20
  }

  /// What the handle holds on a host, by address.
  mutating func held(
    by id: String, on host: String?, _ s: Surroundings
  ) async throws(IPAMError) -> [Assignment] {
    guard let handle = try await findHandle(id) else { return [] }
    var found: [Assignment] = []
    for text in handle.spec.block.keys.sorted() {
      guard let cidr = CIDR(text), let block = try await findBlock(cidr) else { continue }
      let pool = s.pools.holding(cidr)?.cidr
      for ordinal in block.allocated(handle: id) {
        let node = block.holder(ordinal)?.secondary["node"]
        if let host, let node, node != host { continue }
        found.append(block.assignment(ordinal, pool: pool))
      }
    }
    return found.sorted()
  }
}
