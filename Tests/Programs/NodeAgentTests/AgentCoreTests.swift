// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Dataplane
import Datastore
import DesiredState
import Logging
import NetworkEngine
import Resources
import Routing
import Telemetry
import TestSupport
import Testing

@testable import AgentProtocol
@testable import NodeAgent

/// What the agent's middle makes of the dataplane's answers.
@Suite("The agent's middle")
struct AgentCoreTests {
  /// Answers each call as and when the test says.
  private actor Script: Enforcer {
    private var calls: [CheckedContinuation<DataplaneStatus, Never>?] = []

    /// Waits until so many calls have come.
    func expect(_ count: Int) async { await eventually("call \(count)") { calls.count >= count } }

    func answer(_ call: Int, _ status: DataplaneStatus) {
      calls[call]?.resume(returning: status)
      calls[call] = nil
    }

    private func wait() async -> DataplaneStatus {
      await withCheckedContinuation { calls.append($0) }
    }

    func apply(_ batch: DesiredBatch) async -> DataplaneStatus { await wait() }
    func configure(_ configuration: DataplaneConfiguration) async -> DataplaneStatus {
      await wait()
    }
    func linksChanged(_ names: Set<String>, host: Bool) async -> DataplaneStatus { await wait() }
    func checkTable() async -> DataplaneStatus { await wait() }
    func retry() async -> DataplaneStatus { await wait() }
    func refreshPolicy() async -> DataplaneStatus { await wait() }
    func refreshInterfaces() async -> DataplaneStatus { await wait() }
  }

  private struct Rig {
    let script = Script()
    let health = HealthRegistry()
    let feed = Feed()
    let core: AgentCore

    init() {
      var log = Logger(label: "test")
      log.logLevel = .critical
      health.register("int_dataplane", reports: [.live, .ready])
      core = AgentCore(
        node: "n1", dataplane: script,
        network: NetworkEngine(node: "n1", routerID: .nodeAddress, logFile: "/run/bird.log"),
        health: health, metrics: MetricsRegistry(), log: log)
    }
  }

  @Test("of the dataplane's states the newest counts, in whatever order they come")
  func newest() async {
    let rig = Rig()
    async let first: Void = rig.core.checkTable()
    await rig.script.expect(1)
    async let second: Void = rig.core.checkTable()
    await rig.script.expect(2)
    await rig.script.answer(1, DataplaneStatus(number: 2, applied: 1, inSync: true))
    await second
    #expect(rig.health.readiness.isGood)
    await rig.script.answer(0, DataplaneStatus(number: 1, inSync: true, failure: "no memory"))
    await first
    #expect(rig.health.readiness.isGood)
    #expect(await rig.core.needsRetry == false)
  }

  @Test("who waits for an endpoint that is stored without a container ID is told so")
  func nameless() async throws {
    let kernel = SlowKernel()
    var log = Logger(label: "test")
    log.logLevel = .critical
    let core = AgentCore(
      node: "n1", dataplane: kernel,
      network: NetworkEngine(node: "n1", routerID: .nodeAddress, logFile: "/run/bird.log"),
      health: HealthRegistry(), metrics: MetricsRegistry(), log: log)
    let (feed, mailbox) = (Feed(), try Mailbox())
    func store(_ container: String) async {
      var endpoint = WorkloadEndpoint(name: "a", namespace: "ns")
      endpoint.spec.node = "n1"
      endpoint.spec.interfaceName = "calia"
      endpoint.spec.containerID = container
      _ = await core.process(feed.batch([.set(endpoint)]))
    }
    _ = await core.process(feed.batch([], isNew: true))
    await core.take(
      .attached(
        AttachedEndpoint(
          node: "n1", namespace: "ns", name: "a", interfaceName: "calia", containerID: "c1")),
      AgentResponder(mailbox: mailbox, connection: 1))
    await store("")
    await store("c1")
    #expect(
      mailbox.collect().items.map(\.reply) == [
        .pending(reason: "the datastore has not told of the endpoint yet"),
        .pending(
          reason: "the endpoint is stored without a container ID, so it is not known to be that of "
            + "the container 'c1'"),
        .programmed,
      ])
  }

  @Test("what the kernel refuses makes the node not ready, and is tried again")
  func failure() async {
    let rig = Rig()
    async let call: Void = rig.core.checkTable()
    await rig.script.expect(1)
    await rig.script.answer(0, DataplaneStatus(number: 1, inSync: true, failure: "no memory"))
    await call
    #expect(!rig.health.readiness.isGood && rig.health.readiness.reason.contains("no memory"))
    #expect(await rig.core.needsRetry)
  }

  @Test("what the kernel lacks besides policy is tried again, and the node is ready all the same")
  func unfinished() async {
    let rig = Rig()
    async let call: Void = rig.core.checkTable()
    await rig.script.expect(1)
    await rig.script.answer(
      0, DataplaneStatus(number: 1, inSync: true, unfinished: ["connections": "no memory"]))
    await call
    #expect(rig.health.readiness.isGood)
    #expect(await rig.core.needsRetry)
  }

  @Test("BIRD is told nothing before everything has been read, and in the midst of reading again")
  func routing() async {
    let rig = Rig()
    func process(_ changes: [ResourceChange], _ status: SyncStatus, isNew: Bool) async -> Bool {
      let core = rig.core
      let batch = rig.feed.batch(changes, status, isNew: isNew)
      let result = Task { await core.process(batch) }
      return await result.value.routing != nil
    }
    var node = Node(name: "n1")
    node.spec.bgp = NodeBGPSpec()
    node.spec.bgp?.ipv4Address = "10.0.0.1/24"
    #expect(await process([.set(node)], .resyncInProgress, isNew: true) == false)
    let script = rig.script
    let answers = Task {
      await script.expect(1)
      await script.answer(0, DataplaneStatus(number: 1, applied: 1, inSync: true))
    }
    #expect(await process([], .inSync, isNew: true))
    await answers.value
    node.spec.bgp?.ipv4Address = "10.0.0.2/24"
    #expect(await process([.set(node)], .resyncInProgress, isNew: true) == false)
  }
}
