// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import BenchSupport
import Datastore
import Resources

/// How a change that one process makes comes to another.
enum DeliveryBench {
  /// Says `ready` when it has everything, and from then on for every change of a resource the number
  /// of the round that stands in it, as JSON.
  static func watch(kind word: String) async throws {
    let kind = try BenchStore.kind(word)
    let syncer = Syncer(try await BenchStore.open(), kinds: [kind])
    let task = Task { await syncer.run() }
    var isReady = false
    while let batch = await syncer.next() {
      if isReady {
        for case .set(let resource) in batch.changes {
          Output.say("\"round\":\"\(resource.metadata.annotations["round"] ?? "")\"")
        }
      } else if batch.status == .inSync {
        isReady = true
        Output.say("ready")
      }
    }
    task.cancel()
  }

  /// Makes a GlobalNetworkSet and changes it for every line of standard input. Says for each when it
  /// began to write, in nanoseconds of CLOCK_MONOTONIC, once it is written.
  static func write(name: String) async throws {
    let store = try await BenchStore.open()
    var set: GlobalNetworkSet
    if let stored = try await store.find(GlobalNetworkSet.self, name) {
      set = stored
    } else {
      set = try await store.created(GlobalNetworkSet(name: name))
    }
    Output.say("ready")
    var round = 0
    while readLine() != nil {
      round += 1
      set.metadata.annotations["round"] = String(round)
      // Also something that agents are told of.
      set.spec.nets = ["198.18.\(round / 256 % 256).\(round % 256)/32"]
      let start = Output.now
      set = try await store.updated(set)
      Output.say("\(start)")
    }
    await store.close()
  }
}
