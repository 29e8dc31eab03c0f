// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources
import ValueTree

/// A block of addresses, checked on reading, and what can be done with it.
///
/// An ordinal is an address's place in its block. Each is in exactly one of two states: allocated
/// (`allocations` names the attributes it is held under) or waiting in the queue `unallocated`,
/// where the head is given out next and what is released goes to the tail, so that an address
/// rests as long as possible before somebody else gets it.
struct Block {
  private(set) var resource: IPAMBlock
  let cidr: CIDR

  /// Addresses in a block at most: a block is a /20 or /116 or smaller.
  static let capacityLimit = 4096

  /// A new block of the host with all addresses free.
  ///
  /// Its sequence numbers start at the time, so that those of an earlier block of the same
  /// addresses do not come again: who holds an old number cannot release what is new.
  init(new cidr: CIDR, host: String, now: Int64) {
    self.cidr = cidr
    let capacity = Self.capacity(cidr) ?? 0
    var spec = IPAMBlockSpec()
    spec.cidr = cidr.description
    spec.allocations = Array(repeating: nil, count: capacity)
    spec.unallocated = Array(0..<capacity)
    spec.sequenceNumber = Int(now)
    resource = IPAMBlock(name: IPAMBlock.name(of: cidr), spec: spec)
    claim(for: host, now: now)
  }

  /// Throws `malformed` when the record contradicts itself.
  init(_ resource: IPAMBlock) throws(IPAMError) {
    guard let cidr = CIDR(resource.spec.cidr), let capacity = Self.capacity(cidr),
      resource.metadata.name == IPAMBlock.name(of: cidr)
    else {
      throw .malformed("\(resource.key): CIDR \(resource.spec.cidr.quoted) is not that of a block")
    }
    self.cidr = cidr
    self.resource = resource
    let spec = resource.spec
    guard spec.allocations.count == capacity else {
      throw .malformed("\(resource.key): \(spec.allocations.count) allocations, not \(capacity)")
    }
    var isFree = [Bool](repeating: false, count: capacity)
    for ordinal in spec.unallocated {
      guard spec.allocations.indices.contains(ordinal), !isFree[ordinal],
        spec.allocations[ordinal] == nil
      else {
        throw .malformed("\(resource.key): unallocated ordinal \(ordinal) is wrong or in use")
      }
      isFree[ordinal] = true
    }
    for (ordinal, attribute) in spec.allocations.enumerated() {
      guard let attribute else {
        if isFree[ordinal] { continue }
        throw .malformed("\(resource.key): ordinal \(ordinal) is neither in use nor unallocated")
      }
      guard spec.attributes.indices.contains(attribute) else {
        throw .malformed("\(resource.key): ordinal \(ordinal) has no attributes")
      }
    }
    guard (0..<Int.max).contains(spec.sequenceNumber) else {
      throw .malformed("\(resource.key): sequence number \(spec.sequenceNumber)")
    }
  }

  private static func capacity(_ cidr: CIDR) -> Int? {
    cidr.count <= UInt128(capacityLimit) ? Int(cidr.count) : nil
  }

  // MARK: - Affinity

  /// Such as `host:node1`; nil when the block is nobody's.
  var owner: String? { resource.spec.affinity }

  func isOwned(by host: String) -> Bool { owner == "host:\(host)" }

  /// The host whose block it is; nil when it is nobody's or not a host's.
  var host: String? {
    guard let owner, owner.hasPrefix("host:") else { return nil }
    return String(owner.dropFirst(5))
  }

  /// When it was claimed, in milliseconds since 1970.
  var claimTime: Int64? { resource.spec.affinityClaimTime.flatMap(Timestamp.milliseconds) }

  mutating func claim(for host: String, now: Int64) {
    resource.spec.affinity = "host:\(host)"
    resource.spec.affinityClaimTime = Timestamp.text(milliseconds: now)
  }

  mutating func disown() {
    resource.spec.affinity = nil
    resource.spec.affinityClaimTime = nil
  }

  // MARK: - Reading

  var capacity: Int { resource.spec.allocations.count }
  var freeCount: Int { resource.spec.unallocated.count }
  var sequenceNumber: Int { resource.spec.sequenceNumber }

  /// Whether nobody holds an address of it, and none rests.
  var isEmpty: Bool { freeCount == capacity }

  func ordinal(of address: IPAddress) -> Int? {
    guard cidr.contains(address) else { return nil }
    return cidr.first.distance(to: address).flatMap { Int(exactly: $0) }
  }

  func address(_ ordinal: Int) -> IPAddress { cidr.first.advanced(by: ordinal) ?? cidr.first }

  /// The attributes that the ordinal is held under; nil when it is free or rests.
  func holder(_ ordinal: Int) -> AllocationAttribute? {
    guard resource.spec.allocations.indices.contains(ordinal),
      let index = resource.spec.allocations[ordinal]
    else { return nil }
    let attribute = resource.spec.attributes[index]
    return attribute.releasedAt == nil ? attribute : nil
  }

  /// Whether the ordinal was released and rests before somebody else gets it.
  func isResting(_ ordinal: Int) -> Bool {
    resource.spec.allocations[ordinal] != nil && holder(ordinal) == nil
  }

  func sequenceNumber(_ ordinal: Int) -> Int? {
    resource.spec.sequenceNumberForAllocation[String(ordinal)]
  }

  /// The ordinals that somebody holds (under this handle, if one is given), in order.
  func allocated(handle: String? = nil) -> [Int] {
    (0..<capacity).filter { ordinal in
      guard let holder = holder(ordinal) else { return false }
      return handle == nil || holder.handleID == handle
    }
  }

  /// The handles of all allocations.
  var handles: Set<String> { Set(allocated().compactMap { holder($0)?.handleID }) }

  // MARK: - Changing

  /// Counts a write: every stored state of a block has a sequence number of its own, so that a
  /// write is never one without effect, which some stores do not count as a write.
  mutating func countWrite() { resource.spec.sequenceNumber += 1 }

  /// Gives the first free ordinals out, passing over those that `isReserved` names.
  mutating func allocate(
    _ count: Int, to holder: AllocationAttribute, isReserved: (IPAddress) -> Bool
  ) -> [Int] {
    var taken: [Int] = []
    for ordinal in resource.spec.unallocated where taken.count < count {
      if !isReserved(address(ordinal)) { taken.append(ordinal) }
    }
    allocate(taken, to: holder)
    return taken
  }

  /// Gives out these ordinals, which are free or rest.
  mutating func allocate(_ ordinals: [Int], to holder: AllocationAttribute) {
    if ordinals.isEmpty { return }
    let index = index(of: holder)
    let taken = Set(ordinals)
    resource.spec.unallocated.removeAll { taken.contains($0) }
    for ordinal in ordinals {
      resource.spec.allocations[ordinal] = index
      // The number that the block will have once it is written.
      resource.spec.sequenceNumberForAllocation[String(ordinal)] = sequenceNumber + 1
    }
    dropUnusedAttributes()
  }

  /// Takes ordinals back: to the tail of the queue, or to rest until the cooldown is over.
  mutating func release(_ ordinals: [Int], cooldown: Bool, now: Int64) {
    var resting: Int?
    if cooldown {
      var attribute = AllocationAttribute()
      attribute.releasedAt = Timestamp.text(milliseconds: now)
      resting = index(of: attribute)
    }
    for ordinal in ordinals {
      resource.spec.sequenceNumberForAllocation[String(ordinal)] = nil
      resource.spec.allocations[ordinal] = resting
      if !cooldown { resource.spec.unallocated.append(ordinal) }
    }
    dropUnusedAttributes()
  }

  /// Puts the ordinals that have rested long enough at the tail of the queue, those released first
  /// first.
  mutating func endCooldown(seconds: Int, now: Int64) {
    var due: [(since: Int64, ordinal: Int)] = []
    for (ordinal, index) in resource.spec.allocations.enumerated() {
      guard let index, let text = resource.spec.attributes[index].releasedAt else { continue }
      // A time that cannot be read is one long ago: nobody would ever end that rest.
      let since = Timestamp.milliseconds(text) ?? 0
      if since + Int64(seconds) * 1000 <= now { due.append((since, ordinal)) }
    }
    for (_, ordinal) in due.sorted(by: { $0 < $1 }) {
      resource.spec.allocations[ordinal] = nil
      resource.spec.sequenceNumberForAllocation[String(ordinal)] = nil
      resource.spec.unallocated.append(ordinal)
    }
    if !due.isEmpty { dropUnusedAttributes() }
  }

  /// Where the attributes stand in the block's list, to which they are added if need be.
  private mutating func index(of attribute: AllocationAttribute) -> Int {
    if let known = resource.spec.attributes.firstIndex(of: attribute) { return known }
    resource.spec.attributes.append(attribute)
    return resource.spec.attributes.count - 1
  }

  private mutating func dropUnusedAttributes() {
    let attributes = resource.spec.attributes
    var isUsed = [Bool](repeating: false, count: attributes.count)
    for case let index? in resource.spec.allocations { isUsed[index] = true }
    if isUsed.allSatisfy({ $0 }) { return }
    var kept: [AllocationAttribute] = []
    // Where each stands afterwards; where it would stand, if it goes.
    var places: [Int] = []
    for (index, attribute) in attributes.enumerated() {
      places.append(kept.count)
      if isUsed[index] { kept.append(attribute) }
    }
    resource.spec.attributes = kept
    resource.spec.allocations = resource.spec.allocations.map { $0.map { places[$0] } }
  }
}
