// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem

/// Repeatable chance: everything that is made at random comes from one seed.
struct Dice: RandomNumberGenerator {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  mutating func next() -> UInt64 { generator.next() }

  /// True so many times out of a hundred.
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  /// One of the items; `fallback` if there is none.
  mutating func pick<T>(_ items: [T], or fallback: T) -> T {
    items.randomElement(using: &self) ?? fallback
  }

  mutating func pick<T>(_ items: [T]) -> T? { items.randomElement(using: &self) }

  /// So many different items, in random order.
  mutating func some<T>(_ count: ClosedRange<Int>, of items: [T]) -> [T] {
    Array(items.shuffled(using: &self).prefix(number(count)))
  }
}
