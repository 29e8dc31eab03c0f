// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import DesiredState
import HostSystem
import PolicyEngine
import SyncModel
import TestSupport
import Testing

@Suite("The engine, whatever the order of updates")
struct OrderIndependenceTests {
  @Test(
    "agrees with a plain recalculation after every batch, and says only what is new",
    arguments: ["here", nil])
  func agreesWithNaiveModel(node: String?) throws {
    let seed = SplitMix64.seed(for: "OrderIndependenceTests")
    for trial in 0..<120 {
      var cluster = RandomCluster(seed: seed &+ UInt64(trial))
      let histories = cluster.histories()
      var harness = Harness(scope: node.map { .node($0) } ?? .all)
      var naive = NaiveModel(node: node)

      // Histories interleaved at random; the snapshot ends somewhere among them.
      var updates = Self.interleaved(histories, &cluster.random)
      let syncAt = Int.random(in: 0...updates.count, using: &cluster.random)
      updates.insert(.inSync, at: syncAt)
      for (index, update) in updates.enumerated() {
        harness.engine.apply(update)
        naive.apply(update)
        guard cluster.random.chance(30) else { continue }
        let changes = try harness.flush()
        if index < syncAt {
          #expect(changes.isEmpty, "trial \(trial)")
        } else {
          expectAgreement(harness, naive, "trial \(trial), after update \(index)")
        }
      }
      try harness.flush()
      expectAgreement(harness, naive, "trial \(trial), at the end")
      #expect(harness.model.inSync)

      // What is known already changes nothing.
      for history in histories {
        if let last = history.last { harness.engine.apply(last) }
      }
      #expect(try harness.flush().isEmpty, "trial \(trial)")
    }
  }

  @Test("leaves nothing behind when everything is deleted")
  func deletesEverything() throws {
    let seed = SplitMix64.seed(for: "OrderIndependenceTests.deletesEverything")
    for trial in 0..<40 {
      var cluster = RandomCluster(seed: seed &+ UInt64(trial))
      let updates = Self.interleaved(cluster.histories(), &cluster.random)
      var harness = Harness()
      for update in updates { harness.engine.apply(update) }
      try harness.feed(.inSync)
      for update in updates.shuffled(using: &cluster.random) {
        harness.engine.apply(update.key?.deletion ?? update)
        if cluster.random.chance(30) { try harness.flush() }
      }
      try harness.flush()
      var empty = DesiredStateModel()
      try empty.apply(.inSync)
      #expect(harness.model == empty, "trial \(trial)")
      #expect(harness.engine.counts == EngineCounts(), "trial \(trial)")
    }
  }

  private func expectAgreement(_ harness: Harness, _ naive: NaiveModel, _ place: Comment) {
    let (has, wants) = (NaiveModel.Result(harness.model), naive.result())
    #expect(has.sets == wants.sets, place)
    #expect(has.policies == wants.policies, place)
    #expect(has.profiles == wants.profiles, place)
    #expect(has.endpoints == wants.endpoints, place)
  }

  /// One list in which each history keeps its order.
  private static func interleaved(
    _ histories: [[SyncUpdate]], _ random: inout SplitMix64
  ) -> [SyncUpdate] {
    var order = histories.indices.flatMap { index in histories[index].map { _ in index } }
    order.shuffle(using: &random)
    var next = histories.map { _ in 0 }
    return order.map { index in
      defer { next[index] += 1 }
      return histories[index][next[index]]
    }
  }
}
