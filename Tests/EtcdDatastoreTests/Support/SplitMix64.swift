// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A small generator whose run can be repeated from its seed.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// The seed in the environment variable DATASTORE_SEED, else a new one; printed either way.
  static func seed(for test: String) -> UInt64 {
    let given = getenv("DATASTORE_SEED").flatMap { UInt64(String(cString: $0)) }
    let seed = given ?? .random(in: 0...999_999)
    print("\(test): DATASTORE_SEED=\(seed)")
    return seed
  }
}
