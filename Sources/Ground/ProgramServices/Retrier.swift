// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import HostSystem
import Synchronization

/// Tries again what could not be done, with pauses that grow for as long as it is the same that is
/// undone. Where nothing is undone, nothing runs.
public final class Retrier: Sendable {
  private struct State {
    var undone: Set<String> = []
    var backoff: Backoff
    /// When it is tried next; `nil` when there is nothing to try, or while it is tried.
    var due: Duration?
    var task: Task<Void, Never>?
    var isStopped = false
  }

  private let clock: HostClock
  private let work: @Sendable () async -> Void
  private let state: Mutex<State>

  /// Tries nothing until something is undone.
  public init(
    backoff: Backoff = Backoff(first: .milliseconds(250), longest: .seconds(10)),
    clock: HostClock = .continuous, work: @escaping @Sendable () async -> Void
  ) {
    self.clock = clock
    self.work = work
    state = Mutex(State(backoff: backoff))
  }

  /// What is undone now. When that changes, its pauses begin anew; but what is to come soon is not
  /// put off by it, so that changes without end do not keep everything waiting.
  public func set(_ undone: Set<String>) {
    state.withLock { state in
      guard undone != state.undone, !state.isStopped else { return }
      state.undone = undone
      state.backoff.reset()
      state.task?.cancel()
      state.task = nil
      guard !undone.isEmpty else { return state.due = nil }
      plan(&state, notAfter: state.due)
      state.task = Task { await self.run() }
    }
  }

  /// From now on nothing is tried.
  public func stop() {
    set([])
    state.withLock { $0.isStopped = true }
  }

  private func plan(_ state: inout State, notAfter latest: Duration? = nil) {
    let next = clock.now() + state.backoff.next()
    state.due = latest.map { min($0, next) } ?? next
  }

  private func run() async {
    while let due = state.withLock({ $0.due }) {
      do { try await clock.sleep(max(due - clock.now(), .zero)) } catch { return }
      // Whoever has cancelled this has started another, or nothing is left.
      let isMine = state.withLock { state in
        guard !Task.isCancelled else { return false }
        state.due = nil
        return true
      }
      guard isMine else { return }
      await work()
      let goesOn = state.withLock { state in
        guard !Task.isCancelled else { return false }
        plan(&state)
        return true
      }
      guard goesOn else { return }
    }
  }
}
