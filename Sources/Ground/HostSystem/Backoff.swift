// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How long to wait before the next attempt: twice as long each time up to a bound, less a random
/// part, so that many clients do not come back at one moment.
public struct Backoff: Sendable, Hashable {
  public var first: Duration
  public var longest: Duration
  private var attempts = 0

  public init(first: Duration = .milliseconds(100), longest: Duration = .seconds(10)) {
    self.first = first
    self.longest = longest
  }

  /// Between half and all of the bound for this attempt.
  public mutating func next() -> Duration {
    let bound = min(first * (1 << min(attempts, 20)), longest)
    attempts += 1
    return bound * Double.random(in: 0.5...1)
  }

  public mutating func reset() { attempts = 0 }
}
