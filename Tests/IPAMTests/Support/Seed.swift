// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The seed of the random tests: CALICO_TEST_SEED, or a new one. Printed, so that a failure can be
/// had again.
enum Seed {
  static func make(_ test: String) -> UInt64 {
    let seed =
      getenv("CALICO_TEST_SEED").flatMap { UInt64(String(cString: $0)) }
      ?? UInt64.random(in: 0...999_999_999)
    print("\(test): CALICO_TEST_SEED=\(seed)")
    return seed
  }

  /// How often a random test tries: CALICO_TEST_FACTOR times as often as usual.
  static func rounds(_ usual: Int) -> Int {
    usual * max(1, getenv("CALICO_TEST_FACTOR").flatMap { Int(String(cString: $0)) } ?? 1)
  }
}

/// A small generator whose sequence hangs on its seed alone.
struct TestGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<max(1, limit), using: &self) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}
