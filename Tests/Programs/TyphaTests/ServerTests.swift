// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import FanOut
import HostSystem
import LocalDatastore
import Logging
import NIOCore
import Resources
import Settings
import StoreAccess
import SyncModel
import Telemetry
import TestSupport
import Testing

@testable import Typha

@Suite("A Typha and its datastore, and the others", .serialized, .timeLimit(.minutes(5)))
struct ServerTests {
  private let folder = TemporaryFolder()

  private func tierObject(_ name: String, _ order: Double) -> Tier {
    var tier = Tier(name: name)
    tier.spec.order = order
    return tier
  }

  @Test("tells what the store holds and what changes, lists each kind once, and is ready by then")
  func reading() async throws {
    let base = try await LocalDatastore.open(
      path: folder.file("store.db"), durability: .processCrash)
    let store = SwitchedStore(base)
    _ = try await base.create(tierObject("a", 1))
    let typha = try await StoreTypha(store)
    let rig = try #require(typha.rig)
    let reader = try #require(typha.reader)
    let health = try #require(typha.health)
    #expect(!health.readiness.isGood)
    let followers = (0..<5).map { _ in Follower { [rig.address()] } }
    for follower in followers {
      await eventually("it is in sync") { follower.view.status == .inSync }
      #expect(follower.view.known.updates[.tier("a")] == tier("a", 1))
    }
    await reader.reportFreshness()
    #expect(health.readiness.isGood)
    _ = try await base.create(tierObject("b", 2))
    for follower in followers {
      await eventually("it has the change") {
        follower.view.known.updates[.tier("b")] == tier("b", 2)
      }
    }
    // However many agents there are. The lock has its own list.
    #expect(store.listCount == DatastoreKinds.count)

    store.setAway(true)
    await eventually("it is not ready") {
      await reader.reportFreshness()
      return !health.readiness.isGood
    }
    let late = Follower { [rig.address()] }
    await eventually("it is let in") { late.view.connected == 1 }
    #expect(followers.allSatisfy { $0.view.known.updates[.tier("b")] == tier("b", 2) })
    #expect(late.view.updates == 0 && late.view.statuses.isEmpty)
    _ = try await base.delete(ResourceKey(kind: .tier, name: "a"), revision: nil)
    store.setAway(false)
    for follower in followers + [late] {
      await eventually("it knows that it is gone") {
        follower.view.status == .inSync && follower.view.known.updates[.tier("a")] == nil
          && follower.view.known.updates[.tier("b")] == tier("b", 2)
      }
      #expect(follower.view.left.isEmpty)
      await follower.stop()
    }
    await typha.stop()
    await base.close()
  }

  private enum DatastoreKinds {
    static let count = 15
  }

  @Test("tells agents of the lock, and nothing of what happens under it")
  func lock() async throws {
    let base = try await LocalDatastore.open(
      path: folder.file("store.db"), durability: .processCrash)
    try await base.setLocked(false)
    _ = try await base.create(tierObject("a", 1))
    let typha = try await StoreTypha(SwitchedStore(base))
    let rig = try #require(typha.rig)
    let follower = Follower { [rig.address()] }
    await eventually("it is in sync") { follower.view.status == .inSync }
    try await base.setLocked(true)
    await eventually("it has heard of the lock") { follower.view.heard.last?.isLocked == true }
    _ = try await base.delete(ResourceKey(kind: .tier, name: "a"), revision: nil)
    _ = try await base.create(tierObject("b", 2))
    let heard = follower.view.heard.count
    await eventually("time passes") { follower.view.heard.count > heard + 2 }
    #expect(follower.view.deleted.isEmpty && follower.view.known.updates[.tier("b")] == nil)
    try await base.setLocked(false)
    await eventually("it has the changes") {
      follower.view.known.updates[.tier("b")] == tier("b", 2)
        && follower.view.known.updates[.tier("a")] == nil
        && follower.view.heard.last?.isLocked == false
    }
    await follower.stop()
    await typha.stop()
    await base.close()
  }

  @Test("waits for a datastore that cannot be opened")
  func opening() async throws {
    let rig = try await TyphaRig()
    let health = HealthRegistry()
    let base = try await LocalDatastore.open(
      path: folder.file("store.db"), durability: .processCrash)
    let store = SwitchedStore(base)
    let attempts = Box(0)
    let time = ManualTime()
    let reader = SourceReader(
      hub: rig.hub, pause: .milliseconds(1), health: health, metrics: rig.metrics,
      log: rig.log.logger, clock: HostClock(now: { time.now }, sleep: { _ in await Task.yield() }),
      open: { () throws(DatastoreError) in
        guard
          attempts.change({
            $0 += 1; return $0 > 3
          })
        else {
          throw .unavailable("nobody is there")
        }
        return store
      })
    let task = Task { await reader.run() }
    await eventually("it is in sync") { await rig.hub.status == .inSync }
    #expect(attempts.value == 4)
    #expect(
      rig.log.has("cannot open the datastore: ") && rig.log.has("nobody is there; again in"),
      "\(rig.log.all)")
    task.cancel()
    await task.value
    await rig.stop()
    await base.close()
  }

  @Test("sends agents away one after the other when there are more than its share, and no more")
  func rebalancing() async throws {
    let rig = try await TyphaRig()
    await rig.begin([.node("n1", SyncNode()), .node("n2", SyncNode()), .node("n3", SyncNode())])
    let agents = try (0..<10).map { _ in try RawAgent(port: rig.port) }
    for agent in agents {
      agent.greet()
      try await agent.hear("it follows") { $0.phase == .differences }
    }
    let typhas = Box(1)
    let time = ManualTime()
    let rebalancer = Rebalancer(
      balance: Balance(lower: 1, upper: 100), pollInterval: .seconds(30),
      dropInterval: .seconds(1), listener: rig.listener, nodes: { await rig.hub.nodes },
      typhas: { typhas.value }, log: rig.log.logger, clock: time.clock)
    let task = Task { try await rebalancer.run() }
    func beat() async {
      _ = await time.sleeper()
      time.pass(.seconds(2))
      _ = await time.sleeper()
    }
    for _ in 0..<3 { await beat() }
    #expect(rig.connections == 10, "with one Typha it is the upper limit")
    typhas.set(2)
    // Until the next poll it does not know.
    await beat()
    time.pass(.seconds(40))
    for _ in 0..<12 { await beat() }
    await eventually("three nodes and a fifth more are left") { rig.connections == 4 }
    for _ in 0..<5 { await beat() }
    #expect(rig.connections == 4)
    try await eventually("six were told why") {
      for agent in agents { try agent.listen() }
      return agents.filter {
        $0.ear.farewell?.reason == .rebalancing
          && $0.ear.farewell?.text.contains("and 4 are its share") == true
      }.count == 6
    }
    task.cancel()
    _ = try? await task.value
    await rig.stop()
  }
}
