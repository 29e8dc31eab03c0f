// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How often a random test tries: CALICO_TEST_FACTOR times as often as usual.
func rounds(_ usual: Int) -> Int {
  usual * max(1, getenv("CALICO_TEST_FACTOR").flatMap { Int(String(cString: $0)) } ?? 1)
}
