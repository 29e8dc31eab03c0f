// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Logging
import NIOCore
import NIOEmbedded
import Resources
import Settings
import SyncModel
import Synchronization
import Telemetry

@testable import Typha

/// A room on a loop whose time passes when it is told to, and a hub that does what it is told.
final class RoomRig {
  private final class Wishes: Sendable {
    let list = Mutex<[(interest: Interest, reach: Int)]>([])
    let age = Mutex<Duration?>(nil)
  }

  let loop = EmbeddedEventLoop()
  let registry = MetricsRegistry()
  let metrics: TyphaMetrics
  let room: Room
  private let wishes = Wishes()
  private(set) var truth = Known()
  private var cache = SnapshotCache()
  private(set) var sequence = 0

  init(_ change: (inout ServerLimits) -> Void = { _ in }) {
    var limits = ServerLimits(TyphaSettings())
    change(&limits)
    metrics = TyphaMetrics(registry)
    let wishes = wishes
    room = Room(
      loop: loop, limits: limits, host: "typha-1", software: "calico-typha test",
      metrics: metrics, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      requests: Room.Requests(
        snapshot: { interest, reach in wishes.list.withLock { $0.append((interest, reach)) } },
        age: { wishes.age.withLock { $0 } }))
    room.open()
  }

  /// The snapshots that were asked for and not yet given.
  var wanted: [(interest: Interest, reach: Int)] { wishes.list.withLock { $0 } }

  func setAge(_ age: Duration?) { wishes.age.withLock { $0 = age } }

  /// Tells what the source tells.
  func publish(_ updates: [SyncUpdate], status: SyncStatus = .inSync, isNew: Bool = false) {
    truth.apply(updates)
    let taken = cache.take(UpdateBatch(updates: updates, status: status, isStatusNew: isNew))
    sequence += 1
    room.publish(Difference(taken.batch, messageItems: 3))
  }

  /// Everything that is known, without anybody following yet.
  func begin(_ updates: [SyncUpdate], isFresh: Bool = true) {
    truth.apply(updates)
    _ = cache.take(UpdateBatch(updates: updates, status: .inSync, isStatusNew: true))
    room.setSource(.inSync, isFresh: isFresh)
  }

  func snapshot(_ interest: Interest = .everything) throws -> Snapshot {
    try Snapshot(cache, interest, sequence: sequence)
  }

  /// Gives all snapshots that were asked for.
  func serve() throws {
    let wanted = wishes.list.withLock { list in
      defer { list = [] }
      return list
    }
    for wish in wanted { room.take(try snapshot(wish.interest)) }
  }

  /// Forgets what was asked for: whoever asked is given it by hand.
  func clearWishes() { wishes.list.withLock { $0 = [] } }
}
