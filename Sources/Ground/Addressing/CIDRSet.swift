// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A set of addresses of both families, kept as disjoint ranges that do not touch.
///
/// Two sets with the same addresses are equal, however they were put together. One change costs
/// a binary search and a move of what stands behind; building from n CIDRs costs n log n.
public struct CIDRSet: Hashable, Sendable, CustomStringConvertible {
  /// The ranges in order, IPv4 first; between two of a family lies at least one address.
  public private(set) var ranges: [AddressRange] = []

  public init() {}

  public init(_ cidrs: some Sequence<CIDR>) {
    self.init(unsorted: cidrs.map { AddressRange($0) })
  }

  public init(ranges: some Sequence<AddressRange>) {
    self.init(unsorted: Array(ranges))
  }

  /// Not generic, so that sorting is compiled for this type.
  private init(unsorted: [AddressRange]) {
    for range in unsorted.sorted() { append(range) }
  }

  public var isEmpty: Bool { ranges.isEmpty }

  /// The fewest CIDRs that hold exactly these addresses, in order and disjoint.
  public var cidrs: [CIDR] {
    var result: [CIDR] = []
    result.reserveCapacity(ranges.count)
    for range in ranges { range.appendCIDRs(to: &result) }
    return result
  }

  public func contains(_ address: IPAddress) -> Bool {
    contains(AddressRange(unchecked: address, address))
  }

  /// Whether all addresses of `cidr` are in the set.
  public func contains(_ cidr: CIDR) -> Bool { contains(AddressRange(cidr)) }

  /// Whether all addresses of `range` are in the set.
  public func contains(_ range: AddressRange) -> Bool {
    let i = firstIndex(endingAtOrAfter: range.first)
    return i < ranges.count && ranges[i].contains(range)
  }

  /// Whether any address of `cidr` is in the set.
  public func overlaps(_ cidr: CIDR) -> Bool {
    let i = firstIndex(endingAtOrAfter: cidr.first)
    return i < ranges.count && ranges[i].first <= cidr.last
  }

  public mutating func insert(_ cidr: CIDR) { insert(AddressRange(cidr)) }

  public mutating func insert(_ range: AddressRange) {
    // Ranges that merely touch the new one are merged with it too.
    let start = firstIndex(endingAtOrAfter: range.first.advanced(by: -1) ?? range.first)
    let after = range.last.advanced(by: 1) ?? range.last
    var end = start
    var merged = range
    while end < ranges.count, ranges[end].first <= after {
      merged = AddressRange(
        unchecked: min(merged.first, ranges[end].first), max(merged.last, ranges[end].last))
      end += 1
    }
    ranges.replaceSubrange(start..<end, with: CollectionOfOne(merged))
  }

  public mutating func subtract(_ cidr: CIDR) { subtract(AddressRange(cidr)) }

  public mutating func subtract(_ range: AddressRange) {
    let start = firstIndex(endingAtOrAfter: range.first)
    var end = start
    var left: [AddressRange] = []
    while end < ranges.count, ranges[end].first <= range.last {
      left += Self.pieces(of: ranges[end], without: range)
      end += 1
    }
    ranges.replaceSubrange(start..<end, with: left)
  }

  public mutating func formUnion(_ other: CIDRSet) { self = union(other) }

  public func union(_ other: CIDRSet) -> CIDRSet {
    var result = CIDRSet()
    result.ranges.reserveCapacity(ranges.count + other.ranges.count)
    var (i, j) = (0, 0)
    while i < ranges.count || j < other.ranges.count {
      if j == other.ranges.count || i < ranges.count && ranges[i] <= other.ranges[j] {
        result.append(ranges[i])
        i += 1
      } else {
        result.append(other.ranges[j])
        j += 1
      }
    }
    return result
  }

  public mutating func subtract(_ other: CIDRSet) { self = subtracting(other) }

  public func subtracting(_ other: CIDRSet) -> CIDRSet {
    var result = CIDRSet()
    var j = 0
    for range in ranges {
      var rest: AddressRange? = range
      while j < other.ranges.count, other.ranges[j].last < range.first { j += 1 }
      var k = j
      while let current = rest, k < other.ranges.count, other.ranges[k].first <= current.last {
        let pieces = Self.pieces(of: current, without: other.ranges[k])
        // What lies before the hole is done; what lies behind it may have more holes.
        for piece in pieces where piece.first < other.ranges[k].first { result.append(piece) }
        rest = pieces.last.flatMap { $0.first > other.ranges[k].last ? $0 : nil }
        k += 1
      }
      if let rest { result.append(rest) }
    }
    return result
  }

  public func intersection(_ other: CIDRSet) -> CIDRSet {
    var result = CIDRSet()
    var (i, j) = (0, 0)
    while i < ranges.count, j < other.ranges.count {
      let (a, b) = (ranges[i], other.ranges[j])
      if a.overlaps(b) {
        result.append(AddressRange(unchecked: max(a.first, b.first), min(a.last, b.last)))
      }
      if a.last < b.last { i += 1 } else { j += 1 }
    }
    return result
  }

  /// The CIDRs, separated by commas.
  public var description: String {
    cidrs.map(\.description).joined(separator: ",")
  }

  /// Adds a range that does not start before the last one does.
  private mutating func append(_ range: AddressRange) {
    if let top = ranges.last, top.family == range.family,
      range.first <= top.last.advanced(by: 1) ?? top.last
    {
      ranges[ranges.count - 1] = AddressRange(unchecked: top.first, max(top.last, range.last))
    } else {
      ranges.append(range)
    }
  }

  /// By binary search, as the ranges are in order and disjoint.
  private func firstIndex(endingAtOrAfter address: IPAddress) -> Int {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].last < address { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What is left of `range` on either side of an overlapping `hole`.
  private static func pieces(of range: AddressRange, without hole: AddressRange) -> [AddressRange] {
    var pieces: [AddressRange] = []
    if range.first < hole.first, let end = hole.first.advanced(by: -1) {
      pieces.append(AddressRange(unchecked: range.first, end))
    }
    if hole.last < range.last, let start = hole.last.advanced(by: 1) {
      pieces.append(AddressRange(unchecked: start, range.last))
    }
    return pieces
  }
}
