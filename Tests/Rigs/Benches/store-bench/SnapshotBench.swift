// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Glibc
import Resources

/// How a syncer comes to know everything.
enum SnapshotBench {
  /// Says `in-sync COUNT` when everything was delivered, then `memory BYTES`: what the process has
  /// resident more than before, when its consumer has kept nothing.
  static func run(kind word: String) async throws {
    let kind = try BenchStore.kind(word)
    let before = residentBytes
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
    giveBack()
    Output.say("memory \(residentBytes - before)")
    task.cancel()
    await store.close()
  }

  /// Gives memory that is only kept for later use back to the system. Swift's Glibc lacks the call.
  private static func giveBack() {
    typealias Trim = @convention(c) (Int) -> Int32
    guard let symbol = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(symbol, to: Trim.self)(0)
  }

  private static var residentBytes: Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
    let text = String(
      decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let fields = text.split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
