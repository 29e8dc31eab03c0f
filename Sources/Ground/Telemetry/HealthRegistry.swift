// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// What the parts of a process say about themselves, added up to liveness and readiness.
///
/// A part registers what it will report and how often at least. It is not ready until it has said
/// so. It is live from the start, so that it has its timeout to come up in. When it falls silent
/// for longer than its timeout it is neither.
public final class HealthRegistry: Sendable {
  /// What a part reports.
  public struct Reports: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// It would have to be restarted if it were not live.
    public static let live = Reports(rawValue: 1)
    /// The process does not do its job until it is ready.
    public static let ready = Reports(rawValue: 2)
  }

  private struct Reporter {
    var reports: Reports
    var timeout: Duration?
    /// Of the last report, or of the registration.
    var time: Duration
    var hasReported = false
    var isLive = true
    var isReady = false
    var detail = ""
  }

  private struct State {
    var reporters: [String: Reporter] = [:]
    var notes: [String: String] = [:]
  }

  private let state = Mutex(State())
  private let clock: @Sendable () -> Duration

  /// - Parameter clock: a time that only moves forward, from any beginning.
  public init(clock: @escaping @Sendable () -> Duration = HealthRegistry.monotonicTime) {
    self.clock = clock
  }

  /// Adds a part, or begins anew with one.
  ///
  /// - Parameter timeout: how long it may be silent; nil for a part that reports only changes.
  public func register(_ name: String, reports: Reports, timeout: Duration? = nil) {
    let now = clock()
    state.withLock {
      $0.reporters[name] = Reporter(reports: reports, timeout: timeout, time: now)
    }
  }

  /// Takes a part out.
  public func unregister(_ name: String) {
    state.withLock { _ = $0.reporters.removeValue(forKey: name) }
  }

  /// A part's present state. What it did not register to report is not looked at; the report of a
  /// part that is not registered is left out.
  public func report(_ name: String, live: Bool = true, ready: Bool = true, detail: String = "") {
    let now = clock()
    state.withLock { state in
      guard var reporter = state.reporters[name] else { return }
      reporter.time = now
      reporter.hasReported = true
      reporter.isLive = live
      reporter.isReady = ready
      reporter.detail = detail
      state.reporters[name] = reporter
    }
  }

  /// Sets a line that is shown with the state without changing it; nil takes it away.
  public func note(_ name: String, _ text: String?) {
    state.withLock { $0.notes[name] = text }
  }

  /// Whether no part needs a restart. A process without parts is live.
  public var liveness: HealthState { state(of: .live) }

  /// Whether every part does its job. A process without parts is not ready.
  public var readiness: HealthState { state(of: .ready) }

  private func state(of report: Reports) -> HealthState {
    let now = clock()
    let (reporters, notes) = state.withLock { ($0.reporters, $0.notes) }
    let parts = reporters.filter { $0.value.reports.contains(report) }
      .sorted { $0.key < $1.key }
      .map { name, reporter in Self.part(name, reporter, report, now) }
    return HealthState(
      isGood: parts.allSatisfy(\.isGood) && (report == .live || !parts.isEmpty), parts: parts,
      notes: notes.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" })
  }

  private static func part(
    _ name: String, _ reporter: Reporter, _ report: Reports, _ now: Duration
  ) -> HealthState.Part {
    let silence = now - reporter.time
    if let timeout = reporter.timeout, silence > timeout {
      let detail =
        "no report for \(silence.components.seconds) s"
        + (reporter.detail.isEmpty ? "" : "; the last one said: \(reporter.detail)")
      return HealthState.Part(name: name, isGood: false, detail: detail)
    }
    let isGood = report == .live ? reporter.isLive : reporter.isReady
    let detail = reporter.hasReported ? reporter.detail : "has not reported yet"
    return HealthState.Part(name: name, isGood: isGood, detail: detail)
  }

  /// The time since the machine's start, without that of its sleep.
  public static let monotonicTime: @Sendable () -> Duration = {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
