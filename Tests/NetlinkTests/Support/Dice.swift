// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Numbers that look random and can be had again (SplitMix64).
struct Dice: RandomNumberGenerator {
  private(set) var seed: UInt64
  private var state: UInt64

  /// The seed comes from `NETLINK_TEST_SEED` or the system's own randomness, and is printed.
  init(_ test: String) {
    seed =
      getenv("NETLINK_TEST_SEED").flatMap { UInt64(String(cString: $0)) }
      ?? .random(in: 0...9_999_999)
    state = seed
    print("\(test): NETLINK_TEST_SEED=\(seed)")
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
  mutating func number<T: FixedWidthInteger>() -> T { T(truncatingIfNeeded: next()) }
  mutating func flip() -> Bool { Bool.random(using: &self) }
  mutating func maybe<T>(_ make: (inout Dice) -> T) -> T? { flip() ? make(&self) : nil }
  mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
  mutating func list<T>(upTo most: Int, _ make: (inout Dice) -> T) -> [T] {
    (0..<below(most + 1)).map { _ in make(&self) }
  }
  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in number() } }
  mutating func name() -> String { "n" + String(number() as UInt32, radix: 36) }
}
