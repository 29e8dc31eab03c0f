// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import HostSystem
import Synchronization
import Testing

/// Time that passes when it is told to.
public final class ManualTime: Sendable {
  private struct State {
    var now = Duration.zero
    var sleepers: [(until: Duration, number: Int, wake: CheckedContinuation<Void, any Error>)] =
      []
    var count = 0
  }

  private let state = Mutex(State())

  public init() {}

  /// The clock of whoever goes by this time.
  public var clock: HostClock {
    HostClock(now: { self.state.withLock { $0.now } }, sleep: { try await self.sleep($0) })
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

  public var now: Duration { state.withLock { $0.now } }

  /// Whether nobody sleeps.
  public var isIdle: Bool { state.withLock { $0.sleepers.isEmpty } }

  /// Waits until somebody sleeps, and tells until when.
  public func sleeper() async -> Duration {
    var until: Duration?
    await eventually("somebody sleeps") {
      until = state.withLock { $0.sleepers.first?.until }
      return until != nil
    }
    return until ?? now
  }

  /// Lets time pass, and wakes whose time has come.
  public func pass(_ time: Duration) {
    let awake = state.withLock { state in
      state.now += time
      let awake = state.sleepers.filter { $0.until <= state.now }
      state.sleepers.removeAll { $0.until <= state.now }
      return awake
    }
    for sleeper in awake { sleeper.wake.resume() }
  }
}
