// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Dataplane
import Datastore
import Glibc
import Logging
import Netlink
import NetworkEngine
import Resources
import Synchronization
import Telemetry
import Testing

@testable import NodeAgent

@Suite("Endpoints that claim what is not theirs", .enabled(if: geteuid() == 0, "needs root"))
struct RefusedEndpointTests {
  /// Keeps warnings.
  private struct Keeper: LogHandler {
    final class Lines: Sendable {
      let warnings = Mutex<[String]>([])
    }

    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      guard event.level >= .warning else { return }
      lines.warnings.withLock { $0.append("\(event.message)") }
    }
  }

  private static func run(_ line: String) -> Bool {
    system("PATH=/usr/sbin:/usr/bin:/sbin:/bin; \(line)") == 0
  }

  private static func endpoint(_ name: String, _ interface: String, _ time: String)
    -> ResourceChange
  {
    var endpoint = WorkloadEndpoint(name: name, namespace: "ns")
    endpoint.metadata.creationTimestamp = time
    endpoint.spec.node = "n1"
    endpoint.spec.interfaceName = interface
    return .set(endpoint)
  }

  @Test("are in the log once, in readiness and metrics for as long as it lasts, and stop nobody")
  func report() async throws {
    let name = "rep\(getpid())"
    try #require(Self.run("ip netns add \(name)"))
    defer { _ = Self.run("ip netns delete \(name)") }
    try #require(
      Self.run(
        "ip -n \(name) link add cali1 type veth peer name p && ip -n \(name) link set cali1 up"))
    let lines = Keeper.Lines()
    let log = Logger(label: "test") { _ in Keeper(lines: lines) }
    let health = HealthRegistry()
    health.register("int_dataplane", reports: [.live, .ready])
    let metrics = MetricsRegistry()
    let dataplane = try Dataplane(
      configuration: DataplaneConfiguration(interfacePrefixes: ["", "cali"]),
      namespace: NetworkNamespace(name: name), metrics: metrics, log: log)
    try await dataplane.start()
    let core = AgentCore(
      node: "n1", dataplane: dataplane,
      network: NetworkEngine(node: "n1", routerID: .nodeAddress, logFile: "/dev/null"),
      health: health, metrics: metrics, log: log)
    let feed = Feed()
    func process(_ changes: [ResourceChange], isNew: Bool = false) async {
      _ = await core.process(feed.batch(changes, isNew: isNew))
    }
    let (old, new) = ("2024-01-01T00:00:00Z", "2024-01-01T00:00:01Z")
    await process(
      [
        Self.endpoint("pod", "cali1", new), Self.endpoint("stale", "cali1", old),
        Self.endpoint("uplink", "eth0", new),
      ], isNew: true)
    let stale = "interface 'cali1' belongs to ns/pod, which was created later"
    let uplink =
      "interface 'eth0' is not a workload's: its name begins with none of the prefixes cali"
    let prefix = "interface prefix '' would match every interface; not used, but 'cali'"
    for _ in 0..<3 {
      await core.refreshInterfaces()
      await core.retry()
    }
    let state = health.readiness
    #expect(state.isGood)
    #expect(
      state.notes.filter { !$0.contains("profile") } == [
        "WorkloadEndpoint(ns/stale): \(stale)", "WorkloadEndpoint(ns/uplink): \(uplink)",
        "interfacePrefix: \(prefix)",
      ])
    let entries = Dictionary(
      await core.statusEntries.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    #expect(entries["pending ns/stale"] == stale && entries["pending ns/uplink"] == uplink)
    #expect(entries["pending ns/pod"] == nil)
    // Trying again would change nothing of it; but of what is missing it may.
    #expect(await core.needsRetry == false)
    await process([Self.endpoint("late", "cali2", new)])
    #expect(await core.needsRetry)
    await process([.removed(ResourceKey(kind: .workloadEndpoint, namespace: "ns", name: "late"))])
    #expect(await core.needsRetry == false)
    #expect(metrics.text().contains("calico_refused_endpoints 2"))
    // Who has lost takes over, and nothing is left to say of it.
    await process([.removed(ResourceKey(kind: .workloadEndpoint, namespace: "ns", name: "pod"))])
    #expect(health.readiness.notes.contains { $0.contains("ns/stale") } == false)
    #expect(metrics.text().contains("calico_refused_endpoints 1"))
    #expect(await core.statusEntries.contains { $0.key == "pending ns/stale" } == false)
    await process([.removed(ResourceKey(kind: .workloadEndpoint, namespace: "ns", name: "uplink"))])
    #expect(health.readiness.notes == ["interfacePrefix: \(prefix)"])
    #expect(metrics.text().contains("calico_refused_endpoints 0"))
    #expect(
      lines.warnings.withLock { $0 } == [
        prefix, "WorkloadEndpoint(ns/stale) is not in force: \(stale)",
        "WorkloadEndpoint(ns/uplink) is not in force: \(uplink)",
      ])
  }
}
