// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import HostSystem
import Logging
import Resources
import SyncModel
import Telemetry

/// The middle of Typha: what the source tells goes in, differences and snapshots for all agents come
/// out. It runs on a thread of its own, and never waits for an agent.
actor Hub {
  /// Differences that a new agent has to be told after a snapshot, as a share of it: beyond that a
  /// new one is made.
  private static let staleShare = 4
  private let executor: ThreadExecutor
  private let workshop: ThreadExecutor
  private let limits: ServerLimits
  private let metrics: TyphaMetrics
  private let log: Logger
  private var rooms: [RoomDoor] = []
  private var cache = SnapshotCache()
  /// Everything has been read once.
  private var hasBeenInSync = false
  private var isSilent = false
  private var sequence = 0
  /// All bytes of differences so far.
  private var written = 0
  private var snapshots: [Interest: (snapshot: Snapshot, written: Int)] = [:]
  /// The rooms that wait for one, with how far back they could still go on from.
  private var wanted: [Interest: [Int: Int]] = [:]
  private var making: Set<Interest> = []

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(limits: ServerLimits, metrics: TyphaMetrics, log: Logger) throws(SystemCallError) {
    executor = try ThreadExecutor(name: "hub")
    workshop = try ThreadExecutor(name: "snapshots")
    self.limits = limits
    self.metrics = metrics
    self.log = log
  }

  /// From now on these rooms are told. To be called before the first batch.
  func open(_ rooms: [RoomDoor]) { self.rooms = rooms }

  var status: SyncStatus { cache.status }

  /// How many nodes the cluster has.
  var nodes: Int { cache.nodes }

  /// Takes what the source tells.
  func take(_ batch: UpdateBatch) {
    let taken = cache.take(batch)
    metrics.updatesTotal.increment(by: Double(batch.updates.count))
    metrics.updatesSkipped.increment(by: Double(taken.skipped))
    metrics.cacheSize.set(cache.count)
    if batch.isStatusNew {
      log.info("datastore", metadata: ["status": "\(batch.status.rawValue)"])
    }
    // Until everything has been read once nobody follows.
    if hasBeenInSync, taken.isNews { publish(taken.batch) }
    if batch.isStatusNew { tellSource() }
    if batch.status == .inSync { hasBeenInSync = true }
    serveAll()
  }

  /// Whether the datastore has not been heard of for so long that what is known of it may be old.
  func setSilent(_ isSilent: Bool) {
    guard isSilent != self.isSilent else { return }
    self.isSilent = isSilent
    tellSource()
    serveAll()
  }

  /// Whether it is good enough to begin with.
  private var isFresh: Bool { cache.status == .inSync && !isSilent }

  private func tellSource() {
    let (status, isFresh) = (cache.status, isFresh)
    for room in rooms { room.tell { $0.setSource(status, isFresh: isFresh) } }
  }

  private func serveAll() {
    for interest in wanted.keys { serve(interest) }
  }

  /// One batch is one difference, however large: what has changed together is put into force together.
  private func publish(_ batch: UpdateBatch) {
    let difference = Difference(batch, messageItems: limits.messageItems)
    sequence += 1
    written += difference.bytes
    metrics.sequence.set(sequence)
    metrics.differenceSize.observe(Double(difference.count))
    metrics.messageSize.observe(Double(min(difference.count, limits.messageItems)))
    for room in rooms { room.tell { $0.publish(difference) } }
    for (interest, kept) in snapshots where isStale(kept) {
      snapshots[interest] = nil
      for room in rooms { room.tell { $0.forgetSnapshot(interest) } }
    }
  }

  /// - Parameter isLocked: asked here, so that of several changes the last is told last.
  func lockHasChanged(_ isLocked: @Sendable () -> Bool) {
    let isLocked = isLocked()
    for room in rooms { room.tell { $0.setLocked(isLocked) } }
  }

  // MARK: Snapshots

  /// A room wants a snapshot from which it can go on: not from before the difference after `reach`.
  func want(_ interest: Interest, reach: Int, room: Int) {
    wanted[interest, default: [:]][room] = reach
    serve(interest)
  }

  /// Gives a snapshot to all who wait for one, or sees to it that one is made. What is not in sync
  /// with the datastore is nothing to begin with: an agent would take back what it knows better.
  private func serve(_ interest: Interest) {
    guard isFresh, let waiting = wanted[interest] else { return }
    let reach = waiting.values.max() ?? 0
    guard let kept = snapshots[interest], kept.snapshot.sequence >= reach, !isStale(kept) else {
      return make(interest)
    }
    metrics.snapshotsReused.increment(by: Double(waiting.count))
    give(kept.snapshot)
  }

  /// Whether there is too much to be told after it.
  private func isStale(_ kept: (snapshot: Snapshot, written: Int)) -> Bool {
    written - kept.written > max(kept.snapshot.bytes / Self.staleShare, limits.leastStale)
  }

  private func give(_ snapshot: Snapshot) {
    guard let waiting = wanted.removeValue(forKey: snapshot.interest) else { return }
    for room in waiting.keys where rooms.indices.contains(room) {
      rooms[room].tell { $0.take(snapshot) }
    }
  }

  private func make(_ interest: Interest) {
    guard making.insert(interest).inserted else { return }
    let (cache, sequence, written) = (cache, sequence, written)
    Task {
      let result = await Task(executorPreference: workshop) {
        Result { try Snapshot(cache, interest, sequence: sequence) }
      }.value
      making.remove(interest)
      switch result {
      case .success(let snapshot):
        snapshots[interest] = (snapshot, written)
        metrics.snapshotsGenerated.increment()
        metrics.snapshotBytes.set(snapshot.bytes)
        metrics.snapshotRawBytes.set(snapshot.rawBytes)
        give(snapshot)
      case .failure(let error):
        log.critical("no snapshot can be made: \(error)")
      }
    }
  }

  /// Ends its threads; to be called when nothing is told any more.
  nonisolated func stop() {
    executor.stop()
    workshop.stop()
  }
}
