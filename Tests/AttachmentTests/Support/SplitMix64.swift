// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A generator with a seed, so that a failure can be run again.
struct SplitMix64: RandomNumberGenerator {
  let seed: UInt64
  private var state: UInt64

  init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// The seed is CALICO_TEST_SEED, or a new one.
  static func fromEnvironment() -> SplitMix64 {
    let text = getenv("CALICO_TEST_SEED").map { String(cString: $0) } ?? ""
    return SplitMix64(seed: UInt64(text) ?? UInt64.random(in: 0...(.max)))
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
