// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem

/// Keeps a client from sending more requests than it may: a bucket that fills at a steady rate.
actor RateLimiter {
  private let interval: Duration
  private let burst: Double
  private let clock: HostClock
  private var tokens: Double
  private var last: Duration

  /// - Parameters:
  ///   - perSecond: requests a second in the long run; 0 is no limit.
  ///   - burst: requests at once after a pause; at least 1.
  init(perSecond: Double, burst: Int, clock: HostClock) {
    interval = perSecond > 0 ? .seconds(1 / perSecond) : .zero
    self.burst = Double(max(1, burst))
    self.clock = clock
    tokens = self.burst
    last = clock.now()
  }

  /// Waits for this request's turn, in the order of the calls. Throws when the task is cancelled.
  func take() async throws {
    guard interval > .zero else { return }
    let now = clock.now()
    tokens = min(burst, tokens + (now - last) / interval)
    last = now
    // Below zero are those who have been promised a token already.
    tokens -= 1
    if tokens >= 0 { return }
    do {
      try await clock.sleep(interval * -tokens)
    } catch {
      tokens += 1
      throw error
    }
  }
}
