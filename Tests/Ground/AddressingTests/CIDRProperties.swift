// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import TestSupport
import Testing

@Suite("The algebra of CIDRs against a model of 64 cells")
struct CIDRProperties {
  /// Disjoint, in order, and no two that are the halves of one.
  private func isCanonical(_ cidrs: [CIDR]) -> Bool {
    zip(cidrs, cidrs.dropFirst()).allSatisfy { a, b in
      a.last < b.first && !(a.sibling == b)
    }
  }

  @Test("containment, overlap and subtraction", arguments: Universe.all)
  func pairs(universe: Universe) throws {
    var random = SplitMix64(for: "CIDR pairs, \(universe)")
    for _ in 0..<500 {
      let a = try #require(universe.randomCIDR(&random))
      let b = try #require(universe.randomCIDR(&random))
      let (x, y) = (universe.cells(a), universe.cells(b))
      #expect(universe.cells { a.contains($0) } == x)
      #expect(a.contains(b) == (x & y == y), "\(a) \(b)")
      #expect(a.overlaps(b) == (x & y != 0), "\(a) \(b)")
      let rest = a.subtracting(b)
      #expect(universe.cells(rest) == x & ~y, "\(a) \(b)")
      #expect(isCanonical(rest), "\(a) \(b)")
      #expect(AddressRange(a).contains(AddressRange(b)) == a.contains(b))
      #expect(AddressRange(a).overlaps(AddressRange(b)) == a.overlaps(b))
    }
  }

  @Test("any range of addresses becomes the fewest CIDRs", arguments: Universe.all)
  func ranges(universe: Universe) throws {
    for first in 0..<64 {
      for last in first..<64 {
        let (start, end) = (universe.address(first), universe.lastAddress(last))
        let range = try #require(AddressRange(first: start, last: end))
        let cidrs = range.cidrs
        #expect(universe.cells(cidrs) == universe.cells(from: start, to: end))
        #expect(isCanonical(cidrs))
        #expect(cidrs.first?.first == start && cidrs.last?.last == end)
      }
    }
  }

  @Test("a set stays canonical through any changes", arguments: Universe.all)
  func changes(universe: Universe) throws {
    var random = SplitMix64(for: "CIDR set changes, \(universe)")
    for _ in 0..<20 {
      var set = CIDRSet()
      var model: UInt64 = 0
      for _ in 0..<40 {
        let range = try #require(universe.randomRange(&random))
        let cidr = try #require(universe.randomCIDR(&random))
        let cells = universe.cells(from: range.first, to: range.last)
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
          set.insert(range)
          model |= cells
        case 1:
          set.subtract(range)
          model &= ~cells
        case 2:
          set.insert(cidr)
          model |= universe.cells(cidr)
        default:
          set.subtract(cidr)
          model &= ~universe.cells(cidr)
        }
        #expect(universe.cells { set.contains($0) } == model)
        #expect(universe.cells(set.cidrs) == model)
        #expect(isCanonical(set.cidrs))
        #expect(set.isEmpty == (model == 0))
        #expect(set == CIDRSet(set.cidrs.shuffled(using: &random)))
        let (probe, other) = (universe.cells(cidr), cells)
        #expect(set.contains(cidr) == (model & probe == probe))
        #expect(set.overlaps(cidr) == (model & probe != 0))
        #expect(set.contains(range) == (model & other == other))
      }
    }
  }

  @Test("union, difference and intersection of sets", arguments: Universe.all)
  func sets(universe: Universe) throws {
    var random = SplitMix64(for: "CIDR sets, \(universe)")
    for _ in 0..<200 {
      var sets = [CIDRSet(), CIDRSet()]
      for i in 0..<2 {
        for _ in 0..<Int.random(in: 0...8, using: &random) {
          sets[i].insert(try #require(universe.randomCIDR(&random)))
        }
      }
      let a = try #require(universe.cells { sets[0].contains($0) })
      let b = try #require(universe.cells { sets[1].contains($0) })
      let results = [
        (sets[0].union(sets[1]), a | b), (sets[0].subtracting(sets[1]), a & ~b),
        (sets[0].intersection(sets[1]), a & b),
      ]
      for (set, model) in results {
        #expect(universe.cells { set.contains($0) } == model)
        #expect(set == CIDRSet(set.cidrs))
        #expect(isCanonical(set.cidrs))
      }
      var changed = sets[0]
      changed.formUnion(sets[1])
      changed.subtract(sets[1])
      #expect(changed == results[1].0)
    }
  }
}
