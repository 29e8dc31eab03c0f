// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

internal import Glibc

extension WallClock {
  /// The system's clock.
  public static let system = WallClock {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
