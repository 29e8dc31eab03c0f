// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources

extension Session {
  /// The existing blocks that the addresses are in. Pools say where to look; an address whose pool
  /// is gone is looked for in all blocks.
  mutating func blocks(
    holding addresses: [IPAddress]
  ) async throws(IPAMError) -> [IPAddress: CIDR] {
    let pools = try await pools()
    var places: [IPAddress: CIDR] = [:]
    var others: [IPAddress] = []
    for address in addresses {
      if let cidr = pools.holding(address)?.block(holding: address),
        try await find(IPAMBlock.self, IPAMBlock.name(of: cidr)) != nil
      {
        places[address] = cidr
      } else {
        others.append(address)
      }
    }
    if others.isEmpty { return places }
    let blocks = try await listBlocks()
    for address in others {
      places[address] = blocks.first { $0.cidr.contains(address) }?.cidr
    }
    return places
  }

  /// Gives addresses of one block back.
  mutating func release(
    _ requests: [ReleaseRequest], in cidr: CIDR
  ) async throws(IPAMError) -> ReleaseResult {
    let settings = try await settings()
    for attempt in 0..<Self.retries {
      try await pause(before: attempt)
      var result = ReleaseResult()
      guard var block = try await findBlock(cidr) else {
        result.notAssigned = requests.map(\.address)
        return result
      }
      var ordinals: [Int] = []
      for request in requests {
        switch block.answer(to: request) {
        case .release(let ordinal):
          ordinals.append(ordinal)
          result.released.append(request.address)
        case .nobodys: result.notAssigned.append(request.address)
        case .refuse(let reason):
          result.refused.append(.init(address: request.address, reason: reason))
        }
      }
      if ordinals.isEmpty { return result }
      let ids = Set(ordinals.compactMap { block.holder($0)?.handleID })
      // Read before the block is written: see Session+Handles.
      var handles: [IPAMHandle] = []
      for id in ids.sorted() {
        if let handle = try await findHandle(id) { handles.append(handle) }
      }
      block.endCooldown(seconds: settings.ipCooldownSeconds, now: now)
      block.release(ordinals, cooldown: settings.ipCooldownSeconds > 0, now: now)
      guard try await writeOrDelete(block) else { continue }
      for handle in handles {
        let id = handle.spec.handleID
        let left = block.allocated(handle: id).count
        if handle.count(in: cidr) == left { continue }
        if try await !set(handle, count: left, in: cidr) {
          try await settle(handle: id, in: cidr)
        }
      }
      try await dropUnalignedAffinity(of: block, settings.ipCooldownSeconds)
      return result
    }
    throw .tooManyConflicts(Self.retries)
  }

  /// Gives all addresses of a handle back.
  mutating func release(handle id: String) async throws(IPAMError) -> [IPAddress] {
    let settings = try await settings()
    var released: [IPAddress] = []
    for attempt in 0..<Self.retries {
      try await pause(before: attempt)
      guard let handle = try await findHandle(id) else { return released.sorted() }
      var blocks: [Block] = []
      for text in handle.spec.block.keys.sorted() {
        guard let cidr = CIDR(text),
          let (block, addresses) = try await empty(cidr, of: id, settings.ipCooldownSeconds)
        else { continue }
        blocks.append(block)
        released += addresses
      }
      guard try await delete(handle) else { continue }
      for block in blocks {
        try await dropUnalignedAffinity(of: block, settings.ipCooldownSeconds)
      }
      return released.sorted()
    }
    throw .tooManyConflicts(Self.retries)
  }

  /// Gives back what a handle holds in one block. The block is written in any case, unless
  /// everything is staged: a count without an address may be that of an assignment under way, whose
  /// write of the block must fail once the count is gone.
  private mutating func empty(
    _ cidr: CIDR, of id: String, _ cooldownSeconds: Int
  ) async throws(IPAMError) -> (Block, [IPAddress])? {
    for attempt in 0..<Self.retries {
      try await pause(before: attempt)
      guard var block = try await findBlock(cidr) else { return nil }
      let ordinals = block.allocated(handle: id)
      if ordinals.isEmpty, isStaged { return nil }
      block.endCooldown(seconds: cooldownSeconds, now: now)
      block.release(ordinals, cooldown: cooldownSeconds > 0, now: now)
      if try await writeOrDelete(block) { return (block, ordinals.map { block.address($0) }) }
    }
    throw .tooManyConflicts(Self.retries)
  }

  /// Gives up the claim on an empty block whose pool is no longer meant for its host.
  private mutating func dropUnalignedAffinity(
    of block: Block, _ cooldownSeconds: Int
  ) async throws(IPAMError) {
    guard block.isEmpty, let host = block.host else { return }
    let pool = try await pools().holding(block.cidr)
    guard let selector = pool?.spec.nodeSelector, !NodeLabels.isOpen(selector),
      let node = try await find(Node.self, host)
    else { return }
    if NodeLabels(labels: node.metadata.labels).match(selector) { return }
    do {
      try await releaseAffinity(
        block.cidr, of: host, mustBeEmpty: true, cooldownSeconds: cooldownSeconds)
    } catch {
      // Somebody has taken an address of it meanwhile.
      if case .blockNotEmpty = error { return }
      throw error
    }
  }
}

extension Block {
  fileprivate enum Answer {
    case release(ordinal: Int)
    case nobodys
    case refuse(IPAMError)
  }

  /// Whether the address may be given back as the request says.
  fileprivate func answer(to request: ReleaseRequest) -> Answer {
    guard let ordinal = ordinal(of: request.address), let holder = holder(ordinal) else {
      return .nobodys
    }
    if let handle = request.handle, handle != holder.handleID {
      return .refuse(.badHandle(request.address, expected: handle, found: holder.handleID))
    }
    let number = sequenceNumber(ordinal)
    if let wanted = request.sequenceNumber, wanted != number {
      return .refuse(.badSequenceNumber(request.address, expected: wanted, found: number))
    }
    return .release(ordinal: ordinal)
  }
}
