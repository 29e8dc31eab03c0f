// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import TestSupport

/// How the tests are to run, from the environment.
enum RunOptions {
  /// The seed of the first world, each further one has the next: `CALICO_TEST_SEED`, or a new one.
  static let seed = SplitMix64.seed(for: "node worlds")

  /// How many worlds there are; `CALICO_TEST_NODE_WORLDS`.
  static let worlds =
    getenv("CALICO_TEST_NODE_WORLDS").flatMap { Int(String(cString: $0)) } ?? 40
}
