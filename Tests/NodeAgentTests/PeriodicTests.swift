// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Synchronization
import Testing

@testable import NodeAgent

@Suite("What is done every so often")
struct PeriodicTests {
  /// Time that passes when it is told to.
  private final class ManualTime: Sendable {
    private struct State {
      var now = Duration.zero
      var sleepers: [(until: Duration, number: Int, wake: CheckedContinuation<Void, any Error>)] =
        []
      var count = 0
    }

    private let state = Mutex(State())

    var clock: SyncClock {
      SyncClock(now: { self.state.withLock { $0.now } }, sleep: { try await self.sleep($0) })
    }

    private func sleep(_ pause: Duration) async throws {
      let number = state.withLock { state in
        state.count += 1
        return state.count
      }
      try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
          let isCancelled = state.withLock { state in
            if Task.isCancelled { return true }
            state.sleepers.append((state.now + pause, number, continuation))
            return false
          }
          if isCancelled { continuation.resume(throwing: CancellationError()) }
        }
      } onCancel: {
        let sleeper = state.withLock { state in
          state.sleepers.firstIndex { $0.number == number }.map { state.sleepers.remove(at: $0) }
        }
        sleeper?.wake.resume(throwing: CancellationError())
      }
    }

    /// Waits until somebody sleeps, and tells until when.
    func sleeper() async -> Duration {
      while true {
        if let until = state.withLock({ $0.sleepers.first?.until }) { return until }
        await Task.yield()
      }
    }

    /// Lets time pass, and wakes whose time has come.
    func pass(_ time: Duration) {
      let awake = state.withLock { state in
        state.now += time
        let awake = state.sleepers.filter { $0.until <= state.now }
        state.sleepers.removeAll { $0.until <= state.now }
        return awake
      }
      for sleeper in awake { sleeper.wake.resume() }
    }
  }

  private actor Count {
    private(set) var value = 0
    func step() { value += 1 }
  }

  @Test("comes in its interval however often the interval is set anew")
  func interval() async {
    let time = ManualTime()
    let count = Count()
    let periodic = Periodic(clock: time.clock) { await count.step() }
    await periodic.set(.seconds(90))
    #expect(await time.sleeper() == .seconds(90))
    // Settings change every half a minute, back and forth.
    for (interval, end) in [(100, 100), (90, 90)] {
      time.pass(.seconds(30))
      await periodic.set(.seconds(interval))
      #expect(await time.sleeper() == .seconds(end))
      #expect(await count.value == 0)
    }
    time.pass(.seconds(30))
    #expect(await time.sleeper() == .seconds(180), "90 seconds have passed: it was done")
    #expect(await count.value == 1)
    // A shorter one that is over already is done at once.
    time.pass(.seconds(50))
    await periodic.set(.seconds(40))
    #expect(await time.sleeper() == .seconds(180))
    #expect(await count.value == 2)
    await periodic.stop()
    time.pass(.seconds(1000))
    #expect(await count.value == 2)
  }
}
