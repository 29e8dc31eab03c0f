// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Dataplane
import Datastore
import Glibc
import HostSystem
import Logging
import NetworkEngine
import PolicyModel
import Resources
import Routing
import SyncModel
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import AgentProtocol
@testable import NodeAgent

/// What a plugin is told, whatever happens in whatever order: "programmed" means that a packet which
/// is sent now meets this container's policy.
@Suite("Attachments, in any order of events")
struct AttachmentOrderTests {
  /// An agent's middle between a datastore, a kernel that can be held up, and plugins.
  private final class Rig {
    /// A plugin that waits.
    struct Client {
      var key: EndpointID
      var container: String
      var isAttached: Bool
      /// The final answer.
      var answer: AgentReply?
    }

    let kernel = SlowKernel()
    private(set) var core: AgentCore
    private var feed = Feed()
    private var mailbox: Mailbox
    private(set) var clients: [UInt64: Client] = [:]
    private var clientCount: UInt64 = 0
    /// Batches that the core has not taken yet.
    private var batches: [UpdateBatch] = []
    /// The core takes up a batch.
    private var inHand: Flag?
    /// Calls that go on, each of which asks the kernel once at most, that of the batch among them.
    private var running: [Flag] = []
    private(set) var stored: [String: String] = [:]
    /// What was not as promised.
    var problems: [String] = []

    /// Whether something has come to its end.
    final class Flag: Sendable {
      private let value = Mutex(false)
      var isSet: Bool { value.withLock { $0 } }
      func set() { value.withLock { $0 = true } }
    }

    init() throws {
      mailbox = try Mailbox()
      core = Self.makeCore(kernel)
    }

    private static func makeCore(_ kernel: SlowKernel) -> AgentCore {
      var log = Logger(label: "test")
      log.logLevel = .critical
      return AgentCore(
        node: "n1", dataplane: kernel,
        network: NetworkEngine(node: "n1", routerID: .nodeAddress, logFile: "/run/bird.log"),
        health: HealthRegistry(), metrics: MetricsRegistry(), log: log)
    }

    // MARK: Events

    func store(_ name: String, _ container: String?) async {
      stored[name] = container
      await deliver([Self.change(name, container)], isNew: false)
    }

    private static func change(_ name: String, _ container: String?) -> ResourceChange {
      guard let container else {
        return .removed(ResourceKey(kind: .workloadEndpoint, namespace: "ns", name: name))
      }
      var endpoint = WorkloadEndpoint(name: name, namespace: "ns")
      endpoint.spec.node = "n1"
      endpoint.spec.interfaceName = "cali\(name)"
      endpoint.spec.containerID = container
      return .set(endpoint)
    }

    func storePolicy(_ selector: String?) async {
      guard let selector else {
        return await deliver(
          [.removed(ResourceKey(kind: .globalNetworkPolicy, name: "p"))], isNew: false)
      }
      var policy = GlobalNetworkPolicy(name: "p")
      policy.spec.selector = selector
      await deliver([.set(policy)], isNew: false)
    }

    func deliver(_ changes: [ResourceChange], isNew: Bool) async {
      batches.append(feed.batch(changes, isNew: isNew))
      await goOn()
    }

    func attach(_ name: String, _ container: String) async { await ask(name, container, true) }
    func detach(_ name: String, _ container: String) async { await ask(name, container, false) }

    private func ask(_ name: String, _ container: String, _ isAttached: Bool) async {
      clientCount += 1
      clients[clientCount] = Client(
        key: "ns/\(name)", container: container, isAttached: isAttached)
      let endpoint = AttachedEndpoint(
        node: "n1", namespace: "ns", name: name, interfaceName: "cali\(name)",
        containerID: container)
      await core.take(
        isAttached ? .attached(endpoint) : .detached(endpoint),
        AgentResponder(mailbox: mailbox, connection: clientCount))
      await collect()
    }

    /// Something that asks the kernel.
    func call(_ body: @escaping @Sendable (AgentCore) async -> Void) async {
      _ = start(body)
      await goOn()
    }

    func letOne(failing: Bool) async {
      await kernel.letOne(failing: failing)
      await goOn()
    }

    /// The agent's process ends, and another begins; plugins see their connections end.
    func restart() async throws {
      await settle()
      clients = clients.filter { $0.value.answer != nil }
      mailbox = try Mailbox()
      await kernel.restart()
      core = Self.makeCore(kernel)
      feed = Feed()
      await deliver(stored.map { Self.change($0.key, $0.value) }, isNew: true)
    }

    /// Nothing is held up, nothing fails, and all that was delivered is taken up.
    func settle() async {
      await kernel.letAll()
      await call { await $0.retry() }
    }

    private func start(_ body: @escaping @Sendable (AgentCore) async -> Void) -> Flag {
      let (core, end) = (core, Flag())
      running.append(end)
      Task {
        await body(core)
        end.set()
      }
      return end
    }

    /// Has the core take up what it can, until everything that goes on waits for the kernel.
    private func goOn() async {
      let end = ContinuousClock.now + .seconds(60)
      while true {
        while true {
          running.removeAll { $0.isSet }
          if await kernel.waiting == running.count { break }
          guard ContinuousClock.now < end else {
            return problems.append("\(running.count) calls do not end, and do not wait")
          }
          await Task.yield()
        }
        // Before anything else can change what the answers are held to.
        await collect()
        if inHand?.isSet == true { inHand = nil }
        guard inHand == nil, !batches.isEmpty else { break }
        let batch = batches.removeFirst()
        inHand = start { _ = await $0.process(batch) }
      }
    }

    /// Takes the answers, and holds each to its promise.
    private func collect() async {
      for item in mailbox.collect().items where item.reply.isFinal {
        guard let client = clients[item.connection] else { continue }
        if client.answer != nil { problems.append("two answers for \(client)") }
        clients[item.connection]?.answer = item.reply
        guard item.reply == .programmed else { continue }
        let isKept =
          client.isAttached
          ? await kernel.isInForce(client.key, client.container)
          : await kernel.isGone(client.key, client.container)
        if !isKept { problems.append("programmed, says the agent of \(client)") }
      }
    }
  }

  private static let names = ["a", "b", "c"]
  private static let containers = ["c1", "c2", "c3"]

  /// One order of events; what was not as promised.
  private func play(_ random: inout SplitMix64) async throws -> [String] {
    let rig = try Rig()
    await rig.deliver([], isNew: true)
    for _ in 0..<60 {
      let (name, container) = (random.pick(Self.names), random.pick(Self.containers))
      switch random.below(20) {
      case 0..<5: await rig.store(name, container)
      case 5, 6: await rig.store(name, nil)
      case 7..<10: await rig.attach(name, container)
      case 10: await rig.detach(name, container)
      case 11: await rig.storePolicy(random.pick([nil, "all()", "has(x)"]))
      case 12: await rig.kernel.hold()
      case 13, 14: await rig.letOne(failing: false)
      case 15: await rig.letOne(failing: true)
      case 16: await rig.call { await $0.retry() }
      case 17:
        await rig.kernel.setLink("cali\(name)", isThere: random.chance(60))
        await rig.call { await $0.linksChanged(["cali\(name)"], host: false) }
      case 18: await rig.call { await $0.configure(DataplaneConfiguration()) }
      default: if random.chance(30) { try await rig.restart() }
      }
    }
    for name in Self.names { await rig.kernel.setLink("cali\(name)", isThere: true) }
    await rig.settle()
    for client in rig.clients.values where client.answer == nil {
      let isStored = rig.stored[String("\(client.key)".dropFirst(3))] == client.container
      if client.isAttached == isStored { rig.problems.append("nobody answers \(client)") }
    }
    return rig.problems
  }

  @Test("'programmed' is said when it is so, and is said")
  func anyOrder() async throws {
    let seed = SplitMix64.seed(for: "Attachments")
    let count = getenv("CALICO_TEST_ORDERS").flatMap { Int(String(cString: $0)) } ?? 100
    for index in 0..<UInt64(max(1, count)) {
      var random = SplitMix64(seed: seed &+ index)
      let problems = try await play(&random)
      try #require(problems == [], "CALICO_TEST_SEED=\(seed &+ index) CALICO_TEST_ORDERS=1")
    }
  }
}
