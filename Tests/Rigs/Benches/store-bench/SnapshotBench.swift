// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import BenchSupport
import Datastore
import Resources

/// How a syncer comes to know everything.
enum SnapshotBench {
  /// Says `in-sync COUNT` when everything was delivered, then `memory BYTES`: what the process has
  /// resident more than before, when its consumer has kept nothing.
  static func run(kind word: String) async throws {
    let kind = try BenchStore.kind(word)
    let before = ResidentMemory.bytes
    let store = try await BenchStore.open()
    let syncer = Syncer(store, kinds: [kind])
    let task = Task { await syncer.run() }
    var batches: [SyncBatch] = []
    while let batch = await syncer.next() {
      batches.append(batch)
      if batch.status == .inSync { break }
    }
    Output.say("in-sync \(batches.reduce(0) { $0 + $1.changes.count })")
    batches = []
    ResidentMemory.giveBack()
    Output.say("memory \(ResidentMemory.bytes - before)")
    task.cancel()
    await store.close()
  }
}
