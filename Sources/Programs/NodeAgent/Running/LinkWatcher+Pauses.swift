// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension LinkWatcher {
  /// When changes of the host's network are told. They come in heaps, and each makes the whole of
  /// it be read: so they are told when there has been none for a while, but none waits for longer
  /// than `longest`, however many come.
  struct HostPause: Sendable {
    static let quiet = Duration.milliseconds(500)
    static let longest = Duration.seconds(2)
    /// When those that nobody was told of are to be told at the latest.
    private var latest: Duration?
    /// When they are, if no other comes.
    private var due = Duration.zero

    /// One has come.
    mutating func note(at now: Duration) {
      let latest = self.latest ?? now + Self.longest
      self.latest = latest
      due = min(now + Self.quiet, latest)
    }

    /// For how long to wait; `nil` when there is none to tell of.
    func wait(at now: Duration) -> Duration? { latest.map { _ in max(due - now, .zero) } }

    /// Whether to tell of them now.
    ///
    /// - Parameter isTelling: Something else is told now, and may depend on what is the host's.
    mutating func take(at now: Duration, isTelling: Bool) -> Bool {
      guard latest != nil, isTelling || now >= due else { return false }
      latest = nil
      return true
    }
  }

  /// When it is told that events were lost. The first time at once; while they go on being lost, which
  /// is when there is the most to do, every so often, since each makes everything be looked at.
  struct LossPause {
    static let interval = Duration.seconds(2)
    private var told: Duration?
    private var isDue = false

    /// Some were lost.
    mutating func note() { isDue = true }

    /// For how long to wait; `nil` when there is nothing to tell.
    func wait(at now: Duration) -> Duration? {
      isDue ? told.map { max($0 + Self.interval - now, .zero) } ?? .zero : nil
    }

    /// Whether to tell it now.
    mutating func take(at now: Duration) -> Bool {
      guard wait(at: now) == .zero else { return false }
      isDue = false
      told = now
      return true
    }
  }
}
