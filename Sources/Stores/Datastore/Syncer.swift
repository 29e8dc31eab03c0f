// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import HostSystem
public import Resources
import Synchronization

/// Follows some kinds of a store: lists each, then watches it, and after a break lists it again and
/// works out what happened meanwhile. Its consumer gets one ordered stream of changes and is told
/// when it has everything.
///
/// `run` does the work until its task is cancelled; one consumer calls `next`. While the consumer is
/// slow, changes of one key are merged, so that at most one of each waits.
public final class Syncer: Sendable {
  private enum Phase: Sendable {
    /// A list is to come.
    case listing
    /// The last list failed.
    case failed
    case inSync
  }

  private struct State {
    var queue = SyncQueue()
    var phases: [Kind: Phase]
    var contacts: [Kind: Duration] = [:]
    var deliveredStatus = SyncStatus.waitForDatastore
    var resyncsStarted = 0
    var lastError: String?
    var isFinished = false
    /// How often everything was begun anew; what an earlier round still says does not count.
    var round = 0

    var status: SyncStatus {
      if contacts.isEmpty || phases.values.contains(.failed) { return .waitForDatastore }
      return phases.values.contains(.listing) ? .resyncInProgress : .inSync
    }
  }

  private let store: any Datastore
  private let kinds: [Kind]
  private let backoff: Backoff
  private let clock: HostClock
  private let report: @Sendable (SyncReport) -> Void
  private let state: Mutex<State>
  private let signal = Signal()
  private let restarts = Signal()

  /// - Parameters:
  ///   - kinds: what to follow; a kind that is named twice counts once.
  ///   - report: told what people should know; called from the syncer's tasks.
  public init(
    _ store: any Datastore, kinds: [Kind], backoff: Backoff = Backoff(),
    clock: HostClock = .continuous, report: @escaping @Sendable (SyncReport) -> Void = { _ in }
  ) {
    self.store = store
    self.kinds = Kind.allCases.filter { kinds.contains($0) }
    self.backoff = backoff
    self.clock = clock
    self.report = report
    let phases = Dictionary(uniqueKeysWithValues: self.kinds.map { ($0, Phase.listing) })
    state = Mutex(State(phases: phases))
  }

  /// Follows the store until the task is cancelled. `next` gives nil after that.
  public func run() async {
    while !Task.isCancelled {
      let generation = restarts.generation
      let round = state.withLock { $0.round }
      await withTaskGroup(of: Void.self) { group in
        for kind in kinds { group.addTask { await self.follow(kind, round) } }
        await restarts.wait(after: generation)
        group.cancelAll()
      }
    }
    state.withLock { $0.isFinished = true }
    signal.raise()
  }

  /// Lists every kind anew, whatever its watch has told so far. Only lists that begin after this
  /// call count as in sync, and once they are all there, a batch says so, also when nothing has
  /// changed: its consumer then has everything that was in the store at the time of the call.
  public func startOver() {
    state.withLock { state in
      state.round += 1
      for kind in kinds { state.phases[kind] = .listing }
      state.deliveredStatus = .resyncInProgress
    }
    restarts.raise()
  }

  /// Waits for the next changes or another status. Nil when `run` has ended and everything was
  /// taken, or when the caller's task is cancelled.
  public func next() async -> SyncBatch? {
    while true {
      let generation = signal.generation
      let (batch, isFinished) = state.withLock { state in (Self.take(&state), state.isFinished) }
      if let batch { return batch }
      if isFinished || Task.isCancelled { return nil }
      await signal.wait(after: generation)
    }
  }

  /// How it is doing.
  public var health: SyncHealth {
    let now = clock.now()
    return state.withLock { state in
      let oldest = state.contacts.count == kinds.count ? state.contacts.values.min() : nil
      return SyncHealth(
        status: state.status, resyncsStarted: state.resyncsStarted,
        sinceContact: oldest.map { now - $0 }, objects: state.queue.objects,
        malformed: state.queue.malformedObjects, pending: state.queue.waiting,
        lastError: state.lastError)
    }
  }

  private static func take(_ state: inout State) -> SyncBatch? {
    let status = state.status
    let isNew = status != state.deliveredStatus
    guard isNew || state.queue.waiting > 0 else { return nil }
    state.deliveredStatus = status
    let (changes, areNew) = state.queue.drain()
    return SyncBatch(changes: changes, areNew: areNew, status: status, isStatusNew: isNew)
  }

  // MARK: - One kind

  private func follow(_ kind: Kind, _ round: Int) async {
    var backoff = backoff
    while !Task.isCancelled {
      var began: Duration?
      let reason: String
      do {
        let revision = try await resync(kind, round)
        began = clock.now()
        try await watch(kind, from: revision)
        reason = "the watch ended"
      } catch {
        reason = "\(error)"
      }
      if Task.isCancelled { return }
      // A watch that held for a while shows that the store is well.
      if let began, clock.now() - began >= backoff.longest { backoff.reset() }
      let delay = backoff.next()
      update { state in
        if state.round == round { state.phases[kind] = began == nil ? .failed : .listing }
        state.lastError = reason
      }
      report(.interrupted(kind: kind.rawValue, reason: reason, retryIn: delay))
      do { try await clock.sleep(delay) } catch { return }
    }
  }

  /// Lists a kind and notes the difference from what is known.
  private func resync(_ kind: Kind, _ round: Int) async throws(DatastoreError) -> String {
    state.withLock { $0.resyncsStarted += 1 }
    let list = try await store.list(ListQuery(kind))
    let now = clock.now()
    let (news, isInSync) = update { state in
      let wasInSync = state.status == .inSync
      let news = state.queue.replace(kind, with: list)
      state.contacts[kind] = now
      if state.round == round { state.phases[kind] = .inSync }
      let isInSync = !wasInSync && state.status == .inSync
      if isInSync { state.lastError = nil }
      return (news, isInSync)
    }
    for object in news { report(.malformed(object)) }
    if isInSync { report(.inSync) }
    return list.revision
  }

  private func watch(_ kind: Kind, from revision: String) async throws {
    for try await event in try await store.watch(ListQuery(kind), from: revision) {
      let now = clock.now()
      let news = update { state -> MalformedObject? in
        state.contacts[kind] = now
        switch event {
        case .set(let resource): state.queue.set(resource)
        case .deleted(let key): state.queue.remove(key)
        case .malformed(let object): return state.queue.setMalformed(object) ? object : nil
        case .progress: break
        }
        return nil
      }
      if let news { report(.malformed(news)) }
    }
  }

  /// Changes the state and wakes the consumer if there is something to take.
  private func update<R: Sendable>(_ change: (inout sending State) -> sending R) -> R {
    let (result, isNews) = state.withLock { state in
      let result = change(&state)
      return (result, state.queue.waiting > 0 || state.status != state.deliveredStatus)
    }
    if isNews { signal.raise() }
    return result
  }
}
