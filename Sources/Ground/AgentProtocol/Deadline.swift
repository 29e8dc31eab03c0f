// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem

/// A point on the monotonic clock, for waits that are bounded in total.
struct Deadline: Comparable {
  private let milliseconds: Int64

  init(inMilliseconds wait: Int) {
    milliseconds = Self.now() + Int64(max(0, min(wait, 24 * 60 * 60 * 1000)))
  }

  /// Milliseconds until then, 0 when it has passed.
  var remaining: Int32 { Int32(clamping: max(0, milliseconds - Self.now())) }

  static func < (left: Deadline, right: Deadline) -> Bool {
    left.milliseconds < right.milliseconds
  }

  private static func now() -> Int64 { Int64(monotonicMilliseconds()) }
}
