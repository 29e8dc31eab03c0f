// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// SplitMix64: small, and the same sequence for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// The seed of `CALICO_TEST_SEED`, or a new one; printed, so that a failure can be repeated.
  static func testSeed(_ test: String) -> UInt64 {
    let given = getenv("CALICO_TEST_SEED").flatMap { UInt64(String(cString: $0)) }
    let seed = given ?? UInt64.random(in: 0...UInt64.max)
    print("\(test): CALICO_TEST_SEED=\(seed)")
    return seed
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func pick<T>(_ items: [T]) -> T { items[Int.random(in: 0..<items.count, using: &self)] }

  /// At most so many of the items, in any order.
  mutating func some<T>(_ items: [T], atMost limit: Int) -> [T] {
    Array(items.shuffled(using: &self).prefix(Int.random(in: 0...limit, using: &self)))
  }
}
