// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import HostSystem
public import Resources
import Synchronization

/// Stands between the syncer and its consumer: while the datastore is locked for a migration, nothing
/// of what happens in it passes, because an import shows half-filled stores, and what is not in
/// them yet must not be withdrawn from the kernel.
///
/// The kinds are followed each by its own list and watch, so nothing says which of two changes of
/// different kinds came first. Therefore the lock is read when it matters: what lists found passes
/// only if the ClusterInformation has the same revision before the first of them and after the last,
/// so that it was not locked in between. Where it has another one, and after every lock, everything
/// is listed anew, since a watch that lags behind still tells of the time before.
///
/// While the gate is closed it takes nothing from the syncer, which keeps one change of each key.
public final class LockGate: ChangeSource {
  /// A state of the lock. Two equal ones have no lock between them.
  private struct Mark: Equatable {
    /// Of the ClusterInformation; nil while there is none.
    var revision: String?
    /// Locks that were seen until then.
    var locks = 0
  }

  /// What the consumer has got, and what it has not.
  private struct Passed {
    var status = SyncStatus.waitForDatastore
    var held = HeldChanges()
    /// From before everything that was listed.
    var mark = Mark()
    /// What is held is of use only once everything was listed anew.
    var isRenewing = false
  }

  private let store: any Datastore
  private let syncer: Syncer
  private let lockSyncer: Syncer
  private let retry: Backoff
  private let recheck: Duration
  private let tell: @Sendable (Bool) -> Void
  private let lock = Mutex(DatastoreLock())
  private let passed = Mutex(Passed())
  private let signal = Signal()

  /// - Parameters:
  ///   - kinds: What to follow, besides the lock itself.
  ///   - retry: How long to wait before the store is asked again that did not answer.
  ///   - recheck: How often a locked store is asked whether it still is, should a watch fail to say.
  ///   - report: Told what people should know of both syncers.
  ///   - tell: Told whenever it is locked or unlocked.
  public init(
    _ store: any Datastore, kinds: [Kind], retry: Backoff = Backoff(),
    recheck: Duration = .seconds(5), report: @escaping @Sendable (SyncReport) -> Void,
    tell: @escaping @Sendable (Bool) -> Void
  ) {
    self.store = store
    self.retry = retry
    self.recheck = recheck
    self.tell = tell
    syncer = Syncer(
      store, kinds: kinds.filter { $0 != DatastoreLock.key.kind }, backoff: retry, report: report)
    lockSyncer = Syncer(store, kinds: [DatastoreLock.key.kind], backoff: retry) { news in
      // That the lock's one kind is in sync says nothing of the others.
      if news != .inSync { report(news) }
    }
  }

  /// Follows the store until the task is cancelled.
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.lockSyncer.run() }
      group.addTask { await self.followLock() }
      group.addTask { await self.recheckLock() }
      // Before the first list.
      if let mark = await readyMark() { passed.withLock { $0.mark = mark } }
      await syncer.run()
      group.cancelAll()
    }
  }

  /// How the syncer behind the gate is doing.
  public var health: SyncHealth { syncer.health }

  public var isLocked: Bool { lock.withLock { $0.isLocked } }

  /// Whether there are changes that it has taken and not passed on.
  var isHolding: Bool { passed.withLock { !$0.held.isEmpty } }

  /// Waits for the next changes or another status that may be put into force. Nil when `run` has
  /// ended or the caller's task is cancelled. One consumer calls it.
  public func next() async -> SyncBatch? {
    while let batch = await syncer.next() {
      passed.withLock { $0.held.add(batch) }
      let mayPass = await mayPass(batch)
      if Task.isCancelled { return nil }
      if let passed = pass(batch.status, withChanges: mayPass) { return passed }
    }
    return nil
  }

  /// What the consumer gets; nil when that is nothing new. What is held back may still have another
  /// status.
  private func pass(_ status: SyncStatus, withChanges: Bool) -> SyncBatch? {
    passed.withLock { passed in
      let isNew = passed.status != status
      guard withChanges || (isNew && status != .inSync) else { return nil }
      passed.status = status
      return SyncBatch(
        changes: withChanges ? passed.held.drain() : [], status: status, isStatusNew: isNew)
    }
  }

  private func mayPass(_ batch: SyncBatch) async -> Bool {
    let (mark, isRenewing, isBare) = passed.withLock { ($0.mark, $0.isRenewing, $0.held.isEmpty) }
    if isRenewing {
      guard batch.status == .inSync else { return false }
    } else if lock.withLock({ $0.times }) == mark.locks {
      let isOfWatches = batch.status == .inSync && !batch.isStatusNew
      if isBare || isOfWatches { return true }
    }
    guard let now = await readyMark() else { return false }
    let isSame = now == mark
    passed.withLock { passed in
      passed.mark = now
      passed.isRenewing = !isSame
    }
    if !isSame { syncer.startOver() }
    return isSame
  }

  /// Asks the store for the lock, until it answers that there is none; nil when cancelled.
  private func readyMark() async -> Mark? {
    var backoff = retry
    while await waitUntilUnlocked() {
      let locks = lock.withLock { $0.times }
      do throws(DatastoreError) {
        let information = try await information()
        if DatastoreLock.isLocked(information) {
          see(information)
        } else {
          return Mark(revision: information?.metadata.resourceVersion, locks: locks)
        }
      } catch {
        // What cannot be read and will not come right by waiting does not lock, as if it were not
        // there.
        guard case .unavailable = error else { return Mark(revision: nil, locks: locks) }
        do { try await Task.sleep(for: backoff.next()) } catch { return nil }
      }
    }
    return nil
  }

  private func information() async throws(DatastoreError) -> ClusterInformation? {
    try await store.find(ClusterInformation.self, DatastoreLock.name)
  }

  /// Whether it came to that: false when cancelled.
  private func waitUntilUnlocked() async -> Bool {
    while !Task.isCancelled {
      let generation = signal.generation
      if !isLocked { return true }
      await signal.wait(after: generation)
    }
    return false
  }

  // MARK: - The lock

  private func followLock() async {
    while let batch = await lockSyncer.next() {
      for case .set(let resource) in batch.changes where resource.key == DatastoreLock.key {
        see(resource as? ClusterInformation)
      }
    }
  }

  /// An answer may come later than what the watch told after it: that is not to lock for ever.
  private func recheckLock() async {
    while true {
      do { try await Task.sleep(for: recheck) } catch { return }
      guard isLocked, let information = try? await information() else { continue }
      see(information)
    }
  }

  private func see(_ information: ClusterInformation?) {
    let news = lock.withLock { lock -> Bool? in
      let old = lock.isLocked
      lock.see(information)
      return lock.isLocked == old ? nil : lock.isLocked
    }
    guard let news else { return }
    tell(news)
    signal.raise()
  }
}
