// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import BenchSupport
import Datastore
import StoreAccess
import StoreSync
import SyncModel
import TyphaLink

/// How an agent's source comes to know everything.
enum FollowBench {
  /// Says `in-sync COUNT` when everything was delivered, then `memory BYTES`: what the process has
  /// resident more than before, when its consumer has kept nothing.
  static func run(_ place: String) async throws {
    let before = ResidentMemory.bytes
    let source: any SyncSource
    if place == "store" {
      let store = try await DatastoreConfiguration.read().open(durability: .processCrash)
      source = DatastoreSource(
        LockGate(store, kinds: DatastoreSource.kinds, report: { _ in }, tell: { _ in }))
    } else {
      let address = ServiceAddress(
        host: "127.0.0.1", port: UInt16(truncatingIfNeeded: try number(place)))
      source = TyphaSource(
        .init(node: "bench", software: "typha-bench"), find: { [address] }, report: { _ in })
    }
    let task = Task { await source.run() }
    var count = 0
    // All at once, as an agent has them that puts them into force.
    var batches: [UpdateBatch] = []
    while let batch = await source.next() {
      count += batch.updates.count
      batches.append(batch)
      if batch.updates.last == .inSync { break }
    }
    Output.say("in-sync \(count)")
    batches = []
    ResidentMemory.giveBack()
    Output.say("memory \(ResidentMemory.bytes - before)")
    task.cancel()
  }
}
