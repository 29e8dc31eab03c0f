// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The time that whoever waits goes by: the machine's, or a test's.
public struct HostClock: Sendable {
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
  public static var continuous: HostClock {
    let start = ContinuousClock.now
    return HostClock(
      now: { ContinuousClock.now - start }, sleep: { try await ContinuousClock().sleep(for: $0) })
  }
}
