// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Datastore
import DesiredState
import LocalDatastore
import Logging
import NetworkEngine
import ProgramServices
import Resources
import Routing
import ServiceLifecycle
import Settings
import StoreSync
import SyncModel
import Telemetry
import TestSupport
import Testing

@testable import NodeAgent

@Suite("The agent's loops")
struct AgentLoopTests {
  /// A BIRD that keeps whoever tells it something waiting, until it is let go.
  private actor StuckDaemon: RoutingDaemon {
    private(set) var plans = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var isStuck = true

    func take(_ plan: NetworkEngine.Plan) async {
      plans += 1
      if isStuck { await withCheckedContinuation { waiting.append($0) } }
    }

    func check() async {}

    func letGo() {
      isStuck = false
      for one in waiting { one.resume() }
      waiting = []
    }
  }

  private static func endpoint(_ name: String) -> WorkloadEndpoint {
    var endpoint = WorkloadEndpoint(name: "n1-k8s-\(name)-eth0", namespace: "ns")
    endpoint.spec.node = "n1"
    endpoint.spec.orchestrator = "k8s"
    endpoint.spec.workload = name
    endpoint.spec.endpoint = "eth0"
    endpoint.spec.interfaceName = "cali\(name)"
    return endpoint
  }

  /// An agent's loops over a kernel and a BIRD of the test's.
  private struct Rig {
    let folder = TemporaryFolder()
    let store: LocalDatastore
    let kernel = SlowKernel()
    let bird = StuckDaemon()
    let health: HealthRegistry
    let group: ServiceGroup
    let running: Task<Void, any Error>

    init(
      source: (any SyncSource)? = nil,
      _ time: @escaping @Sendable () -> Duration = HealthRegistry.monotonicTime
    ) async throws {
      store = try await LocalDatastore.open(
        path: folder.file("ds.db"), durability: .processCrash)
      health = HealthRegistry(clock: time)
      let metrics = MetricsRegistry()
      let output = LogOutput(program: "test", LogConfiguration(screen: .critical))
      let loops = AgentLoops(
        core: AgentCore(
          node: "n1", dataplane: kernel,
          network: NetworkEngine(node: "n1", routerID: .nodeAddress, logFile: "/run/bird.log"),
          health: health, metrics: metrics, log: output.logger("core")),
        source: source
          ?? DatastoreSource(Syncer(store, kinds: [.workloadEndpoint, .node, .ipPool])),
        bird: bird,
        server: StatusServer(health: health, metrics: metrics, log: output.logger("http")),
        requests: AsyncStream { _ in },
        mtu: PodMTU(folder: folder.path, addresses: [], log: output.logger("mtu")),
        health: health, output: output,
        settings: try SettingsState(
          node: "n1",
          environment: [
            "FELIX_LOGSEVERITYSCREEN": "Fatal", "FELIX_LOGFILEPATH": "none",
            "FELIX_LOGSEVERITYSYS": "none",
          ], file: SettingsFile("")),
        log: output.logger("agent"))
      var log = Logger(label: "group")
      log.logLevel = .critical
      let group = ServiceGroup(services: try loops.services(), logger: log)
      self.group = group
      running = Task { try await group.run() }
    }

    func end() async {
      await bird.letGo()
      await kernel.letAll()
      await group.triggerGracefulShutdown()
      await #expect(throws: Never.self) { try await running.value }
      await store.close()
    }
  }

  @Test("policy does not wait for a BIRD that does not answer, which gets the newest plan then")
  func stuck() async throws {
    let rig = try await Rig()
    var node = Node(name: "n1")
    node.spec.bgp = NodeBGPSpec()
    node.spec.bgp?.ipv4Address = "10.0.0.1/24"
    node = try #require(try await rig.store.create(node) as? Node)
    await eventually { await rig.bird.plans == 1 }
    // BIRD has the plan in hand and does not answer: what comes now gets into the kernel all the
    // same, other plans with it.
    for number in 1...3 {
      node.spec.bgp?.ipv4Address = "10.0.0.\(number + 1)/24"
      node = try await rig.store.updated(node)
      _ = try await rig.store.create(Self.endpoint("later\(number)"))
      await eventually {
        await rig.kernel.state.endpoints["ns/n1-k8s-later\(number)-eth0"] != nil
      }
    }
    #expect(await rig.bird.plans == 1)
    await rig.bird.letGo()
    await eventually { await rig.bird.plans == 2 }
    await rig.end()
  }

  /// A source that is no datastore: gives what a test has put in, and ends when it is told to.
  private final class Told: SyncSource {
    private let batches = AsyncStream.makeStream(of: UpdateBatch.self)
    private let life = AsyncStream.makeStream(of: Never.self)

    func give(_ batch: UpdateBatch) { batches.continuation.yield(batch) }
    func endRun() { life.continuation.finish() }

    func run() async { for await _ in life.stream {} }
    func next() async -> UpdateBatch? {
      var batches = batches.stream.makeAsyncIterator()
      return await batches.next()
    }
  }

  @Test("the agent follows any source of updates, and ends in order when it is told to")
  func anySource() async throws {
    let source = Told()
    let rig = try await Rig(source: source)
    let feed = Feed()
    var node = Node(name: "n1")
    node.spec.bgp = NodeBGPSpec()
    node.spec.bgp?.ipv4Address = "10.0.0.1/24"
    await rig.bird.letGo()
    source.give(feed.batch([.set(node)], .resyncInProgress, isNew: true))
    source.give(feed.batch([.set(Self.endpoint("a"))], isNew: true))
    await eventually { await rig.kernel.state.endpoints["ns/n1-k8s-a-eth0"] != nil }
    await eventually { await rig.bird.plans == 1 }
    await eventually { rig.health.readiness.isGood }
    await rig.end()
  }

  @Test("a loop that ends by itself ends the agent, which says which one it was")
  func ending() async throws {
    let source = Told()
    let rig = try await Rig(source: source)
    await eventually { await rig.kernel.calls > 0 }
    source.endRun()
    await #expect {
      try await rig.running.value
    } throws: { error in
      "\(error)".contains("source")
    }
    await rig.store.close()
  }

  @Test("a dataplane that says nothing for 90 s is not live, and is again when it answers")
  func silent() async throws {
    let time = ManualTime()
    let rig = try await Rig { time.now }
    await eventually { rig.health.readiness.isGood }
    await rig.kernel.hold()
    await eventually { await rig.kernel.waiting > 0 }
    time.pass(.seconds(89))
    #expect(rig.health.liveness.isGood)
    time.pass(.seconds(2))
    #expect(rig.health.liveness.isGood == false)
    #expect(rig.health.liveness.reason.contains("int_dataplane: no report for 91 s"))
    await rig.kernel.letAll()
    await eventually { rig.health.liveness.isGood }
    await rig.end()
  }
}
