// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Netlink

/// A set or map and its elements.
public struct SimulatedSet: Sendable, Hashable {
  public internal(set) var definition: NFTSet
  /// By key. Of interval sets, the points where intervals begin and end.
  private var elements: [Place: NFTElement] = [:]
  private var catchAll: NFTElement?
  /// The points of an interval set in order.
  private var points: [NFTElement] = []

  private struct Place: Hashable, Sendable {
    var key: [UInt8]
    var isEnd: Bool
  }

  init(_ definition: NFTSet) { self.definition = definition }

  var isMap: Bool { definition.data != nil }
  var isInterval: Bool { definition.flags.contains(.interval) }

  /// The number of elements; an interval is two.
  public var count: Int { elements.count + (catchAll == nil ? 0 : 1) }

  /// The elements, in the order of their keys.
  public var all: [NFTElement] {
    Self.ordered(elements.values) + (catchAll.map { [$0] } ?? [])
  }

  /// The chains that a map's verdicts lead to.
  var targets: Set<String> {
    guard definition.data == .verdict else { return [] }
    var found: Set<String> = []
    for element in elements.values {
      if case .verdict(let verdict) = element.data, let target = verdict.target {
        found.insert(target)
      }
    }
    if case .verdict(let verdict) = catchAll?.data, let target = verdict.target {
      found.insert(target)
    }
    return found
  }

  private static func ordered(_ elements: some Sequence<NFTElement>) -> [NFTElement] {
    elements.sorted(by: precedes)
  }

  /// By key; an end before a beginning.
  private static func precedes(_ a: NFTElement, _ b: NFTElement) -> Bool {
    if a.key != b.key { return a.key.lexicographicallyPrecedes(b.key) }
    return a.flags.contains(.intervalEnd) && !b.flags.contains(.intervalEnd)
  }

  // MARK: - Changes

  /// Adds an element; an errno, or 0.
  mutating func add(_ element: NFTElement) -> Int32 {
    let isEnd = element.flags.contains(.intervalEnd)
    if isEnd, !isInterval { return EINVAL }
    if element.keyEnd != nil { return EINVAL }
    if isMap != (element.data != nil), !isEnd { return EINVAL }
    if element.timeoutMilliseconds != nil, !definition.flags.contains(.timeout) { return EINVAL }
    if element.flags.contains(.catchAll) {
      if let catchAll, catchAll.data != element.data { return EEXIST }
      catchAll = element
      return 0
    }
    if element.key.count != Int(definition.keyLength) { return EINVAL }
    let place = Place(key: element.key, isEnd: isEnd)
    if let old = elements[place] { return old.data == element.data ? 0 : EEXIST }
    if let size = definition.size, elements.count >= Int(size) { return ENFILE }
    if isInterval {
      // A point inside of an interval that is there is refused.
      let next = position(of: element)
      let (before, after) = (
        next == 0 ? nil : points[next - 1], next == points.count ? nil : points[next]
      )
      let followsStart = before.map { !$0.flags.contains(.intervalEnd) } ?? false
      let precedesEnd = after?.flags.contains(.intervalEnd) ?? false
      if isEnd != followsStart || precedesEnd { return EEXIST }
      points.insert(element, at: next)
    }
    var element = element
    if element.expressions.isEmpty, !isEnd { element.expressions = definition.expressions }
    elements[place] = element
    return 0
  }

  mutating func remove(_ element: NFTElement) -> Int32 {
    if element.flags.contains(.catchAll) {
      defer { catchAll = nil }
      return catchAll == nil ? ENOENT : 0
    }
    let place = Place(key: element.key, isEnd: element.flags.contains(.intervalEnd))
    guard let old = elements.removeValue(forKey: place) else { return ENOENT }
    if isInterval { points.remove(at: position(of: old)) }
    return 0
  }

  /// Where a point is, or would be.
  private func position(of point: NFTElement) -> Int {
    var (low, high) = (0, points.count)
    while low < high {
      let middle = (low + high) / 2
      if Self.precedes(points[middle], point) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  mutating func removeAll() {
    elements.removeAll()
    points.removeAll()
    catchAll = nil
  }

  /// Whether every interval has its end; only the last may be without.
  var isWhole: Bool {
    zip(points, points.dropFirst()).allSatisfy { point, next in
      point.flags.contains(.intervalEnd) != next.flags.contains(.intervalEnd)
    } && points.first?.flags.contains(.intervalEnd) != true
  }

  // MARK: - Packets

  /// The element that a key meets.
  func find(_ key: [UInt8]) -> NFTElement? {
    guard isInterval else { return elements[Place(key: key, isEnd: false)] ?? catchAll }
    var (low, high) = (0, points.count)
    while low < high {
      let middle = (low + high) / 2
      if key.lexicographicallyPrecedes(points[middle].key) {
        high = middle
      } else {
        low = middle + 1
      }
    }
    guard low > 0, !points[low - 1].flags.contains(.intervalEnd) else { return catchAll }
    return points[low - 1]
  }

  /// What a packet's rule does with an element: makes it if it is not there, and counts. False when
  /// there is no room.
  mutating func meet(_ key: [UInt8], _ make: () -> NFTElement, bytes: UInt64) -> Bool {
    let place = Place(key: key, isEnd: false)
    var element: NFTElement
    if let old = elements[place] {
      element = old
    } else {
      // What a dynamic set without a size may hold.
      guard elements.count < Int(definition.size ?? 0xffff) else { return false }
      element = make()
      if element.expressions.isEmpty { element.expressions = definition.expressions }
    }
    element.expressions = element.expressions.map { expression in
      guard case .counter(let packets, let sum) = expression else { return expression }
      return .counter(packets: packets &+ 1, bytes: sum &+ bytes)
    }
    elements[place] = element
    return true
  }

  mutating func forget(_ key: [UInt8]) { elements[Place(key: key, isEnd: false)] = nil }
}
