// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import Resources

/// Reads the raw records and says everything that is wrong with them. It shares no code with what
/// wrote them.
struct Checker {
  /// What must never be, not even after a stop in the middle: an address may be given twice, or
  /// nobody can find it again.
  private(set) var dangers: [String] = []
  /// What a stop may leave, until the operation is done again.
  private(set) var leftovers: [String] = []

  var problems: [String] { dangers + leftovers }

  init(_ store: any Datastore) async throws {
    let blocks = try await store.all(IPAMBlock.self)
    let handles = try await store.all(IPAMHandle.self)
    let affinities = try await store.all(BlockAffinity.self)
    var held: [String: [String: Int]] = [:]
    for block in blocks { checkBlock(block, &held) }
    checkOverlaps(blocks)
    checkHandles(handles, blocks, held)
    checkAffinities(affinities, blocks)
  }

  private mutating func checkBlock(_ block: IPAMBlock, _ held: inout [String: [String: Int]]) {
    let spec = block.spec
    let name = block.metadata.name
    guard let cidr = CIDR(spec.cidr) else { return dangers.append("\(name): no CIDR") }
    let capacity = 1 << ((cidr.family == .v4 ? 32 : 128) - cidr.prefixLength)
    if spec.allocations.count != capacity {
      dangers.append("\(name): \(spec.allocations.count) allocations of \(capacity)")
    }
    var seen = [Int](repeating: 0, count: capacity)
    for ordinal in spec.unallocated {
      guard seen.indices.contains(ordinal) else {
        dangers.append("\(name): unallocated ordinal \(ordinal)")
        continue
      }
      seen[ordinal] += 1
    }
    var used: Set<Int> = []
    for (ordinal, attribute) in spec.allocations.enumerated() {
      guard let attribute else { continue }
      if seen.indices.contains(ordinal) { seen[ordinal] += 1 }
      guard spec.attributes.indices.contains(attribute) else {
        dangers.append("\(name): ordinal \(ordinal) has attributes \(attribute)")
        continue
      }
      used.insert(attribute)
      if spec.attributes[attribute].releasedAt != nil { continue }
      if let handle = spec.attributes[attribute].handleID {
        held[handle, default: [:]][spec.cidr, default: 0] += 1
      } else {
        dangers.append("\(name): ordinal \(ordinal) is held by no handle")
      }
      if spec.sequenceNumberForAllocation[String(ordinal)] == nil {
        dangers.append("\(name): ordinal \(ordinal) has no sequence number")
      }
    }
    for (ordinal, count) in seen.enumerated() where count != 1 {
      dangers.append("\(name): ordinal \(ordinal) is \(count == 0 ? "lost" : "there twice")")
    }
    if used.count != spec.attributes.count { dangers.append("\(name): unused attributes") }
    if Set(spec.attributes).count != spec.attributes.count {
      dangers.append("\(name): attributes are there twice")
    }
    for (ordinal, number) in spec.sequenceNumberForAllocation {
      guard let index = Int(ordinal), spec.allocations.indices.contains(index),
        spec.allocations[index] != nil
      else {
        dangers.append("\(name): sequence number of free ordinal \(ordinal)")
        continue
      }
      if number > spec.sequenceNumber { dangers.append("\(name): sequence number \(number)") }
    }
    if spec.affinity == nil, spec.unallocated.count == capacity {
      leftovers.append("\(name): empty and nobody's")
    }
  }

  private mutating func checkOverlaps(_ blocks: [IPAMBlock]) {
    let cidrs = blocks.compactMap { CIDR($0.spec.cidr) }.sorted()
    for (a, b) in zip(cidrs, cidrs.dropFirst()) where a.overlaps(b) {
      dangers.append("blocks \(a) and \(b) overlap")
    }
  }

  private mutating func checkHandles(
    _ handles: [IPAMHandle], _ blocks: [IPAMBlock], _ held: [String: [String: Int]]
  ) {
    var counted: [String: [String: Int]] = [:]
    for handle in handles {
      let id = handle.spec.handleID
      if handle.metadata.name != id {
        dangers.append("handle \(id) is named \(handle.metadata.name)")
      }
      counted[id] = handle.spec.block
      if handle.spec.block.isEmpty { leftovers.append("handle \(id) counts nothing") }
      for (block, count) in handle.spec.block {
        let actual = held[id]?[block] ?? 0
        if count > actual { leftovers.append("handle \(id): \(count) in \(block), not \(actual)") }
      }
    }
    for (id, blocks) in held {
      for (block, count) in blocks where count > counted[id]?[block] ?? 0 {
        dangers.append("handle \(id) holds \(count) in \(block), knows \(counted[id] ?? [:])")
      }
    }
  }

  private mutating func checkAffinities(_ affinities: [BlockAffinity], _ blocks: [IPAMBlock]) {
    var owners: [String: String] = [:]
    for block in blocks { owners[block.spec.cidr] = block.spec.affinity }
    var claimed: Set<String> = []
    for affinity in affinities {
      let spec = affinity.spec
      let place = "affinity of \(spec.node) on \(spec.cidr)"
      let isTheirs = owners[spec.cidr] == "host:\(spec.node)"
      if isTheirs { claimed.insert(spec.cidr) }
      if spec.state != .confirmed {
        leftovers.append("\(place) is \(spec.state.rawValue)")
      } else if !isTheirs {
        dangers.append("\(place) is confirmed, the block is of \(owners[spec.cidr] ?? "nobody")")
      }
    }
    for (cidr, owner) in owners where !claimed.contains(cidr) {
      leftovers.append("block \(cidr) is of \(owner), who has no affinity")
    }
  }
}
