// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import HostSystem
import SyncModel
import TestSupport
import Testing

@testable import NetworkEngine

@Suite("The network engine, whatever the order of updates")
struct NetworkOrderTests {
  private func engine() -> NetworkEngine {
    NetworkEngine(node: "n1", routerID: .nodeAddress, logFile: "/run/bird.log")
  }

  /// What a consumer of an engine's words knows.
  private struct Consumer {
    var pools: [CIDR: DesiredPool] = [:]
    var plan: NetworkEngine.Plan?
    /// How often something was told.
    var told = 0

    mutating func hear(_ engine: inout NetworkEngine) {
      for change in engine.flush() {
        guard case .pool(let cidr, let pool) = change else {
          Issue.record("\(change)")
          continue
        }
        #expect(pools[cidr] != pool, "\(change) was known")
        pools[cidr] = pool
        told += 1
      }
      if let plan = engine.plan() {
        self.plan = plan
        told += 1
      }
    }
  }

  @Test("updates in any order and grouping add up to the same, and nothing comes before the mark")
  func order() {
    let seed = SplitMix64.seed(for: "NetworkOrderTests")
    var pools = 0
    var problems = 0
    for trial in 0..<300 {
      var network = RandomNetwork(seed: seed &+ UInt64(trial))
      let histories = network.histories()
      var updates = network.interleaved(histories)
      let mark = network.random.below(updates.count + 1)
      updates.insert(.inSync, at: mark)
      var engine = engine()
      var consumer = Consumer()
      for (index, update) in updates.enumerated() {
        engine.apply(update)
        if network.random.chance(30) { consumer.hear(&engine) }
        if index < mark { #expect(consumer.told == 0, "trial \(trial)") }
      }
      consumer.hear(&engine)

      // One that was told only how things are now, in another order and at once.
      var fresh = self.engine()
      var expected = Consumer()
      for update in histories.compactMap(\.last).shuffled(using: &network.random) {
        fresh.apply(update)
      }
      fresh.apply(.inSync)
      expected.hear(&fresh)
      #expect(consumer.pools == expected.pools, "trial \(trial)")
      #expect(consumer.plan == expected.plan, "trial \(trial)")
      #expect(engine.problems == fresh.problems, "trial \(trial)")
      pools += consumer.pools.count
      problems += engine.problems.count

      // What is known already is not told again.
      let told = consumer.told
      for update in histories.compactMap(\.last) { engine.apply(update) }
      consumer.hear(&engine)
      #expect(consumer.told == told, "trial \(trial)")
    }
    // Of the trials' hundreds; how many depends on the seed.
    #expect(pools > 30 && problems > 30)
  }

  @Test("when everything is deleted, all is taken back")
  func deletesEverything() {
    let seed = SplitMix64.seed(for: "NetworkOrderTests.deletesEverything")
    for trial in 0..<100 {
      var network = RandomNetwork(seed: seed &+ UInt64(trial))
      let updates = network.interleaved(network.histories())
      var engine = engine()
      var consumer = Consumer()
      for update in updates + [.inSync] { engine.apply(update) }
      consumer.hear(&engine)
      for update in updates.shuffled(using: &network.random) {
        engine.apply(RandomNetwork.deletion(update))
        if network.random.chance(30) { consumer.hear(&engine) }
      }
      consumer.hear(&engine)
      var empty = self.engine()
      empty.apply(.inSync)
      #expect(consumer.pools.isEmpty, "trial \(trial)")
      #expect(consumer.plan == empty.plan(), "trial \(trial)")
      #expect(engine.problems == [], "trial \(trial)")
      #expect(engine.ownBlocks.isEmpty && engine.strays.isEmpty, "trial \(trial)")
    }
  }

  @Test("pools say whether to masquerade, once")
  func pools() throws {
    let cidr = try #require(CIDR("10.0.0.0/16"))
    var engine = engine()
    engine.apply(.pool(cidr, SyncPool(natOutgoing: true)))
    #expect(engine.flush() == [] && engine.plan() == nil)
    engine.apply(.inSync)
    #expect(engine.flush() == [.pool(cidr, DesiredPool(masquerade: true))])
    engine.apply(.pool(cidr, SyncPool(natOutgoing: true, disabled: true)))
    #expect(engine.flush() == [])
    engine.apply(.pool(cidr, SyncPool()))
    #expect(engine.flush() == [.pool(cidr, DesiredPool(masquerade: false))])
    engine.apply(.pool(cidr, nil))
    #expect(engine.flush() == [.pool(cidr, nil)])
    #expect(engine.flush() == [])
  }

  @Test("what concerns other nodes alone makes no plan, however much of it there is")
  func cost() throws {
    let pool = try #require(CIDR("10.0.0.0/8"))
    var engine = engine()
    engine.apply(.node("n1", SyncNode(ipv4: InterfaceAddress("192.0.2.1/24"))))
    engine.apply(.pool(pool, SyncPool()))
    engine.apply(.inSync)
    #expect(engine.plan() != nil)
    for index in 0..<1000 {
      let block = try #require(CIDR("10.\(index / 250).\(index % 250).0/26"))
      engine.apply(.block(block, SyncBlock(node: "n2")))
      engine.apply(
        .node("n1", SyncNode(ipv4: InterfaceAddress("192.0.2.1/24"), labels: ["x": "\(index)"])))
      #expect(engine.plan() == nil && engine.flush().count <= (index == 0 ? 1 : 0))
    }
    engine.setPrefixes(["cali"])
    #expect(engine.plan() == nil)
    engine.setPrefixes(["tap"])
    #expect(engine.plan() != nil)
    #expect(engine.plan() == nil)
  }
}

extension NetworkEngine {
  fileprivate mutating func setPrefixes(_ prefixes: [String]) {
    workloadInterfacePrefixes = prefixes
  }
}
