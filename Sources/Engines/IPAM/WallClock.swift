// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The time of day, in milliseconds since 1970 (UTC), from a clock that tests can set.
public struct WallClock: Sendable {
  public var now: @Sendable () -> Int64

  public init(now: @escaping @Sendable () -> Int64) {
    self.now = now
  }
}
