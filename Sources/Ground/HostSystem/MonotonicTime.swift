// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Milliseconds of a clock that only goes forward, also while the machine's time is set.
public func monotonicMilliseconds() -> Int {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
}
