// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The time that a syncer goes by.
public struct SyncClock: Sendable {
  /// Time since some fixed moment.
  public var now: @Sendable () -> Duration
  /// Waits; throws when the task is cancelled.
  public var sleep: @Sendable (Duration) async throws -> Void

  public init(
    now: @escaping @Sendable () -> Duration,
    sleep: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.now = now
    self.sleep = sleep
  }

  /// The time that passes while the machine is awake or asleep.
  public static var continuous: SyncClock {
    let start = ContinuousClock.now
    return SyncClock(
      now: { ContinuousClock.now - start }, sleep: { try await ContinuousClock().sleep(for: $0) })
  }
}
