// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A small random number generator whose seed decides everything.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// The generator of a property test: seeded from `RESOURCES_SEED`, or anew. Prints its seed.
  static func forTest(_ name: String) -> SplitMix64 {
    let seed =
      getenv("RESOURCES_SEED").flatMap { UInt64(String(cString: $0)) }
      ?? UInt64.random(in: 0...UInt64.max)
    print("\(name): RESOURCES_SEED=\(seed)")
    return SplitMix64(state: seed)
  }
}
