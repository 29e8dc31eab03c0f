// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import HostSystem
import Resources
import StoreAccess
import SyncModel
import Synchronization
import Testing
import TyphaLink

/// A source that is told by Typhas, and a consumer who sees that it gets what every source promises.
final class Follower: Sendable {
  struct View: Sendable {
    var known = Known()
    var status = SyncStatus.waitForDatastore
    var statuses: [SyncStatus] = []
    /// Updates and deletions that were handed on, without marks.
    var updates = 0
    /// The statuses, without those on the way, which may be merged with what follows.
    var settled: [SyncStatus] { statuses.filter { $0 != .resyncInProgress } }
    var deleted: Set<SyncKey> = []
    var left: [String] = []
    var connected = 0
    var synced = 0
    var unreachable: [String] = []
    var heard: [Ping] = []
    /// Looked at after each batch.
    var inspect: (@Sendable (View) -> Void)?
  }

  let source: TyphaSource
  private let state: Box<View>
  private let tasks: [Task<Void, Never>]

  /// - Parameter find: where Typhas are.
  init(
    node: String = "n1", _ change: (inout TyphaSource.Options) -> Void = { _ in },
    clock: HostClock = .continuous, inspect: (@Sendable (View) -> Void)? = nil,
    find: @escaping @Sendable () async throws -> [ServiceAddress]
  ) {
    var options = TyphaSource.Options(node: node, software: "test")
    options.backoff = Backoff(first: .milliseconds(1), longest: .milliseconds(20))
    change(&options)
    let state = Box(View())
    state.change { $0.inspect = inspect }
    let source = TyphaSource(options, clock: clock, find: find) { report in
      state.change { view in
        switch report {
        case .connected: view.connected += 1
        case .inSync: view.synced += 1
        case .left(_, let reason): view.left.append(reason)
        case .unreachable(let reason, _): view.unreachable.append(reason)
        case .heard(let ping): view.heard.append(ping)
        case .unknown(let parts): Issue.record("unknown parts: \(parts)")
        }
      }
    }
    self.state = state
    self.source = source
    tasks = [
      Task { await source.run() },
      Task {
        while let batch = await source.next() { state.change { Self.take(batch, &$0) } }
      },
    ]
  }

  var view: View { state.value }

  private static func take(_ batch: UpdateBatch, _ view: inout View) {
    #expect(batch.isStatusNew == (batch.status != view.status), "\(batch.status)")
    #expect(batch.updates.dropLast().allSatisfy { $0 != .inSync }, "the mark comes last")
    if batch.isStatusNew, batch.status == .inSync {
      #expect(batch.updates.last == .inSync, "in sync anew is marked")
    }
    let keys = batch.updates.compactMap(\.key)
    #expect(Set(keys).count == keys.count, "one update of an object in a batch")
    for update in batch.updates {
      guard let key = update.key else { continue }
      view.updates += 1
      if update.isDeletion { view.deleted.insert(key) }
    }
    view.known.apply(batch.updates)
    view.status = batch.status
    if batch.isStatusNew { view.statuses.append(batch.status) }
    view.inspect?(view)
  }

  func stop() async {
    tasks[0].cancel()
    for task in tasks { await task.value }
  }

  deinit { for task in tasks { task.cancel() } }
}
