// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Repeatable chance: everything that is made at random comes from one seed (SplitMix64).
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

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
