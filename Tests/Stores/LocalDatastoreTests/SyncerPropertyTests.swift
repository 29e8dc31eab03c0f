// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import HostSystem
import LocalDatastore
import Resources
import TestSupport
import Testing

@Suite("Whatever happens, a syncer ends with what is in the store", .timeLimit(.minutes(5)))
struct SyncerPropertyTests {
  private static let kinds: [Kind] = [.globalNetworkSet, .networkSet]

  @Test("with a store that breaks, fails, forgets and repeats itself") func faults() async throws {
    let seed = SplitMix64.seed(for: "faults")
    for round in 0..<30 {
      var random = SplitMix64(seed: seed &+ UInt64(round))
      let store = ScriptedDatastore()
      let running = RunningSyncer(store, Self.kinds)
      var view = SyncView()
      for step in 0..<300 {
        await disturb(store, step: step, &random)
        if Int.random(in: 0..<10, using: &random) == 0, running.syncer.health.pending > 0,
          let batch = await running.syncer.next()
        {
          view.apply(batch)
        }
        if Int.random(in: 0..<5, using: &random) == 0 { await Task.yield() }
        // No more waits than there are objects, told or untold.
        let health = running.syncer.health
        #expect(health.pending <= 40 && health.objects <= 20)
      }
      await store.sendTwice(false)
      await store.put(sample("marker", "end"))
      await store.put(sample("n", "marker", "end"))
      await view.follow(running.syncer) {
        $0.status == .inSync && $0.contents()["marker"] != nil
          && $0.contents(.networkSet)["marker"] != nil
      }
      let expected = await store.objects
      #expect(view.resources.mapValues(\.revision) == expected.mapValues(\.revision))
      #expect(view.resources.mapValues(\.content) == expected.mapValues(\.content))
      await running.stop()
    }
  }

  /// One step: mostly a write, now and then a fault.
  private func disturb(
    _ store: ScriptedDatastore, step: Int, _ random: inout SplitMix64
  ) async {
    let name = "n\(Int.random(in: 0..<9, using: &random))"
    let isGlobal = Bool.random(using: &random)
    let key = isGlobal ? sampleKey(name) : sampleKey("n", name)
    let kind = key.kind
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<45:
      if isGlobal {
        await store.put(sample(name, "\(step)"))
      } else {
        await store.put(sample("n", name, "\(step)"))
      }
    case 45..<75: await store.remove(key)
    case 75..<80: await store.spoil(key, "spoilt in step \(step)")
    case 80..<85: await store.breakWatches(.watchTerminated("step \(step)"))
    case 85..<88: await store.breakWatches(nil)
    case 88..<92: await store.failLists(of: kind, [.unavailable("step \(step)")])
    case 92..<96: await store.compact()
    default: await store.sendTwice(Bool.random(using: &random))
    }
  }

  @Test("with two writers on a local store whose log is cut short") func local() async throws {
    let seed = SplitMix64.seed(for: "local")
    let folder = TemporaryFolder()
    for round in 0..<5 {
      var options = LocalDatastore.Options(durability: .processCrash)
      options.changesKept = 5
      options.changesSlack = 3
      let path = folder.file("\(round).db")
      let store = try await LocalDatastore.open(path: path, options: options)
      let running = RunningSyncer(store, Self.kinds)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<2 {
          group.addTask {
            let random = SplitMix64(seed: seed &+ UInt64(round * 2 + writer))
            try await Self.write(to: path, random)
          }
        }
        try await group.waitForAll()
      }
      _ = try await store.create(sample("marker", "end"))
      _ = try await store.create(sample("n", "marker", "end"))
      var view = SyncView()
      await view.follow(running.syncer) {
        $0.status == .inSync && $0.contents()["marker"] != nil
          && $0.contents(.networkSet)["marker"] != nil
      }
      var expected: [ResourceKey: String] = [:]
      for kind in Self.kinds {
        for resource in try await store.list(ListQuery(kind)).items {
          expected[resource.key] = resource.revision
        }
      }
      #expect(view.resources.mapValues(\.revision) == expected)
      await running.stop()
      await store.close()
    }
  }

  private static func write(to path: String, _ generator: SplitMix64) async throws {
    var random = generator
    let store = try await LocalDatastore.open(path: path, durability: .processCrash)
    for step in 0..<200 {
      let name = "n\(Int.random(in: 0..<9, using: &random))"
      let set = sample(name, "\(step)")
      switch Int.random(in: 0..<4, using: &random) {
      case 0: _ = try? await store.create(set)
      case 1: _ = try? await store.create(sample("n", name, "\(step)"))
      case 2: _ = try? await store.delete(set.key, revision: nil)
      default: _ = try? await store.delete(sampleKey("n", name), revision: nil)
      }
    }
    await store.close()
  }
}
