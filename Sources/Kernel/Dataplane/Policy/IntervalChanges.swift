// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Netlink

/// How a set of intervals becomes another.
///
/// The kernel keeps the points where intervals begin and end, and takes them as they come; but it
/// refuses a point inside of an interval that is there, such as the end of a shorter one with the
/// same beginning. So an interval of which one end changes goes and comes as a whole.
struct IntervalChanges {
  private(set) var removed: Set<NFTElement> = []
  private(set) var added: Set<NFTElement> = []
  /// What is there are no intervals: everything is to go first.
  private(set) var isSweeping = false

  init(from old: Set<NFTElement>, to new: Set<NFTElement>) {
    guard let before = Self.intervals(old), let after = Self.intervals(new) else {
      isSweeping = true
      added = new
      return
    }
    for interval in before.subtracting(after) { removed.formUnion(interval) }
    for interval in after.subtracting(before) { added.formUnion(interval) }
  }

  /// Each interval as its beginning and, but for one up to the last key, its end; `nil` when the
  /// points do not make intervals.
  private static func intervals(_ points: Set<NFTElement>) -> Set<[NFTElement]>? {
    let sorted = points.sorted { a, b in
      if a.key != b.key { return a.key.lexicographicallyPrecedes(b.key) }
      return a.flags.contains(.intervalEnd) && !b.flags.contains(.intervalEnd)
    }
    var found: Set<[NFTElement]> = []
    var start: NFTElement?
    for point in sorted {
      if let first = start {
        guard point.flags.contains(.intervalEnd) else { return nil }
        found.insert([first, point])
        start = nil
      } else {
        guard !point.flags.contains(.intervalEnd) else { return nil }
        start = point
      }
    }
    if let start { found.insert([start]) }
    return found
  }
}
