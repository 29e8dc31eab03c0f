// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Dataplane
import Datastore
import HostSystem
import DesiredState
import Logging
import NetworkEngine
import Resources
import Routing
import SyncModel
import Telemetry
import TestSupport
import Testing

@testable import NodeAgent

/// What the agent says of stored objects. Nothing here gets to a kernel.
@Suite("What is said of stored objects")
struct FindingsTests {
  private struct Rig {
    let health = HealthRegistry()
    let metrics = MetricsRegistry()
    let feed = Feed()
    let core: AgentCore

    init() throws {
      var log = Logger(label: "test")
      log.logLevel = .critical
      core = AgentCore(
        node: "n1",
        dataplane: try Dataplane(
          configuration: DataplaneConfiguration(), metrics: metrics, log: log),
        network: NetworkEngine(node: "n1", routerID: .nodeAddress, logFile: "/run/bird.log"),
        health: health, metrics: metrics, log: log)
    }

    @discardableResult
    func process(_ changes: [ResourceChange]) async -> AgentCore.Effects {
      await core.process(feed.batch(changes, isNew: true))
    }

    /// What people see of it.
    var said: [String] {
      health.readiness.notes
        + metrics.text().split(separator: "\n").map(String.init).filter {
          $0.hasPrefix("calico_invalid_objects ") || $0.hasPrefix("calico_stored_not_enforced{")
        }
    }
  }

  private func node(_ name: String, _ address: String, cluster: String = "") -> ResourceChange {
    var node = Node(name: name)
    node.spec.bgp = NodeBGPSpec()
    node.spec.bgp?.ipv4Address = address
    node.spec.bgp?.routeReflectorClusterID = cluster
    return .set(node)
  }

  @Test("names the object and the field once, for as long as it lasts")
  func once() async throws {
    let rig = try Rig()
    await rig.process([
      node("n1", "10.0.0.1"), node("a", "127.0.0.1", cluster: "1.0.0.1"), node("b", "10.0.0.2"),
      node("c", "10.0.0.2"),
    ])
    let shared =
      "Node(c) spec.bgp.ipv4Address: is the address of node b too: no BGP session for '10.0.0.2'"
    #expect(
      rig.health.readiness.notes == [
        "Node(a) spec.bgp.ipv4Address: must be an address that other nodes can reach, is "
          + "'127.0.0.1'",
        "Node(a) spec.bgp.routeReflectorClusterID: stored and not enforced: nodes reflect no routes",
        shared,
      ])
    #expect(rig.said.contains("calico_invalid_objects 2"))
    await rig.process([node("a", "10.0.0.3")])
    #expect(rig.said == [shared, "calico_invalid_objects 1"])
    // What stands against it was another object.
    await rig.process([.removed(ResourceKey(kind: .node, name: "b"))])
    #expect(rig.said == ["calico_invalid_objects 0"])
  }

  @Test("is the same whatever was said before")
  func order() async throws {
    var objects = RoutingObjects(random: SplitMix64(for: "findings in any order"))
    var most = 0
    for round in 0..<40 {
      let rig = try Rig()
      var there: [ResourceKey: ResourceChange] = [:]
      for _ in 0..<12 {
        let changes = (0..<6).compactMap { _ in objects.change() }
        for change in changes {
          there[change.key] = if case .set = change { change } else { nil }
        }
        await rig.process(changes)
        let fresh = try Rig()
        await fresh.process(there.values.shuffled(using: &objects.random))
        let (said, expected) = (rig.said, fresh.said)
        #expect(said == expected, "round \(round), seed \(objects.random.seed)")
        if said != expected { return }
        most = max(most, said.count)
      }
    }
    #expect(most > 5)
  }

  @Test("of an endpoint are said on its node alone")
  func elsewhere() async throws {
    func workload(_ node: String) -> ResourceChange {
      var endpoint = WorkloadEndpoint(name: "n1-k8s-a-eth0", namespace: "x")
      endpoint.spec.node = node
      endpoint.spec.interfaceName = "cali1"
      endpoint.spec.mac = "none"
      return .set(endpoint)
    }
    func host(_ node: String) -> ResourceChange {
      var endpoint = HostEndpoint(name: "h")
      endpoint.spec.node = node
      endpoint.spec.expectedIPs = ["none"]
      return .set(endpoint)
    }
    let rig = try Rig()
    func subjects() -> Set<String> {
      Set(rig.health.readiness.notes.map { String($0.prefix { $0 != " " }) })
    }
    await rig.process([workload("n1"), host("n1"), node("a", "127.0.0.1")])
    let own = rig.said
    #expect(subjects() == ["HostEndpoint(h)", "Node(a)", "WorkloadEndpoint(x/n1-k8s-a-eth0)"])
    // They move to another node, and back.
    await rig.process([workload("n2"), host("n11")])
    #expect(subjects() == ["Node(a)"], "what is no endpoint is said everywhere")
    #expect(rig.said.contains("calico_invalid_objects 1"))
    await rig.process([workload("n1"), host("n1")])
    #expect(rig.said == own)
    await rig.process([host("")])
    #expect(rig.said.filter { own.contains($0) }.count == own.count - 1, "but for the count")
    // A new agent, which has never said it.
    let fresh = try Rig()
    await fresh.process([workload("n2"), host("n2")])
    #expect(fresh.said == ["calico_invalid_objects 0"])
  }

  @Test("of one object's change nothing is said about others")
  func size() {
    var report = FindingsReport()
    func set(_ name: String, _ reasons: [String]) -> FindingsReport.Change {
      let key = ResourceKey(kind: .node, name: name)
      return report.set(
        key, unenforced: [Unenforced(key: key, field: "spec.x", reason: "not done")],
        problems: reasons.map { ConversionProblem(key: key, field: "spec.y", reason: $0) })
    }
    for number in 0..<100 { _ = set("n\(number)", ["is 0"]) }
    #expect(set("n7", ["is 0"]) == FindingsReport.Change())
    let change = set("n7", ["is 1", "is odd"])
    #expect(change.lines == ["Node(n7) spec.y: is 1", "Node(n7) spec.y: is odd"])
    #expect(change.notes == ["Node(n7) spec.y": "is 1; is odd"])
    #expect(change.idle.isEmpty && change.enforced.isEmpty)
    #expect(report.problemCount == 101)
    let gone = report.set(ResourceKey(kind: .node, name: "n7"), unenforced: [], problems: [])
    #expect(gone.notes == ["Node(n7) spec.x": nil, "Node(n7) spec.y": nil])
    #expect(gone.enforced == ["spec.x"] && gone.lines.isEmpty)
    #expect(report.problemCount == 99)
  }

  @Test("BIRD is told when workloads' interfaces are called otherwise")
  func prefixes() async throws {
    let rig = try Rig()
    var configuration = DataplaneConfiguration(interfacePrefixes: ["tap"])
    // Before everything has been read there is nothing to tell.
    #expect(await rig.core.configure(configuration) == nil)
    let effects = await rig.process([node("n1", "10.0.0.1")])
    guard case .run(let first) = try #require(effects.routing) else {
      Issue.record("no configuration")
      return
    }
    #expect(first.workloadInterfacePrefixes == ["tap"])
    #expect(await rig.core.configure(configuration) == nil)
    configuration.interfacePrefixes = ["tap", "veth"]
    guard case .run(let second) = try #require(await rig.core.configure(configuration)) else {
      Issue.record("no configuration")
      return
    }
    #expect(second.workloadInterfacePrefixes == ["tap", "veth"])
    #expect(second.render().contains("-\"veth*\"") && !first.render().contains("veth"))
  }

  @Test("the start waits until the host's own network can be read, and says so once")
  func start() async throws {
    let time = ManualTime()
    let health = HealthRegistry()
    health.register("int_dataplane", reports: [.live, .ready])
    let folder = TemporaryFolder()
    let output = LogOutput(
      program: "test", LogConfiguration(file: .info, filePath: folder.file("log")))
    let reason = "the host's own network cannot be read, and nothing is programmed: too many"
    async let pauses: [Duration] = {
      var pauses: [Duration] = []
      for _ in 0..<3 {
        pauses.append(await time.sleeper() - time.now)
        #expect(health.readiness.reason == "int_dataplane: \(reason)")
        #expect(health.liveness.isGood)
        time.pass(pauses.last ?? .zero)
      }
      return pauses
    }()
    var tries = 0
    try await Groundwork.start(health, output.logger("node"), clock: time.clock) {
      tries += 1
      if tries < 4 { throw HostNetworkError(reason: "too many") }
    }
    #expect(tries == 4)
    #expect(await pauses.count == 3)
    output.flush()
    let lines = folder.read("log").split(separator: "\n")
    #expect(lines.filter { $0.contains(reason) }.count == 1)
    #expect(lines.filter { $0.contains("works again") }.count == 1)
    // What else fails is not waited for.
    await #expect(throws: StartupError.self) {
      try await Groundwork.start(health, output.logger("node"), clock: time.clock) {
        throw StartupError.kernel("no tables")
      }
    }
  }
}
