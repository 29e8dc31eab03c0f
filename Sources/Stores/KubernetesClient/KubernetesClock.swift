// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The time that a client goes by.
package struct KubernetesClock: Sendable {
  /// Time since some fixed moment.
  package var now: @Sendable () -> Duration
  /// Waits; throws when the task is cancelled.
  package var sleep: @Sendable (Duration) async throws -> Void

  package init(
    now: @escaping @Sendable () -> Duration,
    sleep: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.now = now
    self.sleep = sleep
  }

  /// The time that passes while the machine is awake or asleep.
  package static var continuous: KubernetesClock {
    let start = ContinuousClock.now
    return KubernetesClock(
      now: { ContinuousClock.now - start }, sleep: { try await ContinuousClock().sleep(for: $0) })
  }
}
