// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import Synchronization
import Testing

@testable import KubernetesClient

@Suite("A rate of requests") struct RateLimiterTests {
  @Test("whoever gives up waiting leaves the turn to the next") func givenUp() async throws {
    let waits = Mutex<[Duration]>([])
    let clock = HostClock(
      now: { .zero },
      sleep: { pause in
        waits.withLock { $0.append(pause) }
        throw CancellationError()
      })
    let limiter = RateLimiter(perSecond: 10, burst: 1, clock: clock)
    try await limiter.take()
    for _ in 0..<3 {
      await #expect(throws: CancellationError.self) { try await limiter.take() }
    }
    let found = waits.withLock { $0 }
    #expect(found.count == 3 && Set(found).count == 1)
  }

  @Test("an hour without requests saves no more turns than the burst has") func saved() async throws
  {
    let state = Mutex((now: Duration.zero, waits: 0))
    let clock = HostClock(
      now: { state.withLock { $0.now } }, sleep: { _ in state.withLock { $0.waits += 1 } })
    let limiter = RateLimiter(perSecond: 10, burst: 3, clock: clock)
    for _ in 0..<3 { try await limiter.take() }
    state.withLock { $0.now += .seconds(3600) }
    for _ in 0..<5 { try await limiter.take() }
    #expect(state.withLock { $0.waits } == 2)
  }
}
