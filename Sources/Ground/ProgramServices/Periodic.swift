// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import HostSystem

/// Does something every so often. The time counts from when it was done last, also when the interval
/// changes: settings that change all the time do not put it off.
public actor Periodic {
  private let clock: HostClock
  private let work: @Sendable () async -> Void
  private var last: Duration
  private var interval = Duration.zero
  private var task: Task<Void, Never>?

  /// Does nothing until an interval is set.
  public init(clock: HostClock = .continuous, work: @escaping @Sendable () async -> Void) {
    self.clock = clock
    self.work = work
    last = clock.now()
  }

  /// From now on every `interval`; zero or less is never.
  public func set(_ interval: Duration) {
    guard interval != self.interval else { return }
    self.interval = interval
    task?.cancel()
    task = interval > .zero ? Task { await run() } : nil
  }

  /// From now on never.
  public func stop() { set(.zero) }

  private func run() async {
    while !Task.isCancelled {
      let pause = last + interval - clock.now()
      if pause > .zero {
        do { try await clock.sleep(pause) } catch { return }
        if Task.isCancelled { return }
      }
      last = clock.now()
      await work()
    }
  }
}
