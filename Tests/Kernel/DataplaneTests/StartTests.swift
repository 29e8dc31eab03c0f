// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import PacketLab
import PolicyModel
import Telemetry
import TestSupport
import Testing

@testable import Dataplane

@Suite("Starting", .serialized, .needsRoot)
struct StartTests {
  @Test("again over what is there changes nothing, and packets fare right all the time")
  func restart() async throws {
    let scene = try await Scene()
    _ = try await {
      let first = try scene.dataplane()
      try await first.start()
      _ = await first.apply(Scene.changes)
    }()
    #expect(try await scene.isRight())
    let before = SnapshotTests.settled(try await scene.nft("list", "table", "inet", "calico"))
    let metrics = MetricsRegistry()
    let second = try scene.dataplane(metrics: metrics)
    try await second.start()
    #expect(try await scene.isRight())
    // All but the end: half a state is not put into force.
    #expect(await second.apply(Scene.changes.dropLast()).inSync == false)
    #expect(try await scene.isRight())
    let status = await second.apply([.inSync])
    #expect(status.failure == nil && status.pending == [:])
    #expect(metrics.value("felix_nft_transactions") == "0")
    #expect(metrics.value("felix_nft_repairs") == "0")
    #expect(try await scene.isRight())
    let after = SnapshotTests.settled(try await scene.nft("list", "table", "inet", "calico"))
    #expect(Self.withoutCounts(after) == Self.withoutCounts(before))
  }

  /// A listing without the numbers of packets, and what was denied, which ages.
  private static func withoutCounts(_ listing: String) -> String {
    var text = listing.replacing(/packets \d+ bytes \d+/, with: "")
    text.replace(/elements = \{ 0x[^}]*\}/, with: "")
    return text
  }

  @Test("over another state makes it the desired one")
  func takeover() async throws {
    let scene = try await Scene()
    _ = try await {
      let first = try scene.dataplane()
      try await first.start()
      // Another world: everybody may.
      _ = await first.apply([
        .profile(
          Scene.open,
          DesiredProfile(ingress: [DesiredRule(.allow)], egress: [DesiredRule(.allow)])),
        Scene.endpoint(Scene.web), Scene.endpoint(Scene.db), Scene.endpoint(Scene.guest),
        Scene.endpoint(Scene.control), .inSync,
      ])
    }()
    #expect(try await scene.arrive(Scene.usual) == [true, true, true, true])
    let second = try scene.dataplane()
    try await second.start()
    #expect(await second.apply(Scene.changes).failure == nil)
    #expect(try await scene.isRight())
  }

  @Test("without a table lets no workload's packet through until the state is known")
  func cold() async throws {
    let scene = try await Scene()
    _ = try await {
      let first = try scene.dataplane()
      try await first.start()
      _ = await first.apply(Scene.changes)
    }()
    // The routes stay: only the rules stand between the workloads.
    try await scene.nft("delete", "table", "inet", "calico")
    let second = try scene.dataplane()
    try await second.start()
    let table = try await scene.nft("list", "table", "inet", "calico")
    #expect(table.contains("a workload interface that no endpoint has"))
    await #expect(throws: (any Error).self, "even the control packets") {
      try await scene.lab.judge(
        [], controls: [(from: Scene.web.ipv4, to: Scene.db.ipv4)], patienceMilliseconds: 200)
    }
    #expect(await second.apply(Scene.changes).failure == nil)
    #expect(try await scene.isRight())
  }

  @Test("what is left of a workload that is gone goes with the first whole state, and not before")
  func leftovers() async throws {
    let scene = try await Scene()
    _ = try await {
      let first = try scene.dataplane()
      try await first.start()
      _ = await first.apply(Scene.changes)
    }()
    let routes = try RouteSocket(in: scene.namespace)
    func isRouted(_ pod: Scene.Pod) throws -> Bool {
      let all = try routes.routes(RouteFilter(table: RouteTable.main))
      return [pod.ipv4, pod.ipv6].allSatisfy { address in
        all.contains { $0.destination == CIDR(host: address) }
      }
    }
    let second = try scene.dataplane()
    try await second.start()
    let changes = Scene.changes.filter { $0 != Scene.endpoint(Scene.guest) }
    _ = await second.apply(changes.dropLast())
    for status in [await second.refreshPolicy(), await second.refreshInterfaces()] {
      #expect(!status.inSync)
      #expect(try isRouted(Scene.guest) && isRouted(Scene.db))
    }
    #expect(await second.apply([.inSync]).pending == [:])
    let socket = try NFTablesSocket(in: scene.namespace)
    let dispatched = try socket.elements(of: ChainModel.table, set: BaseRenderer.toWorkload)
    #expect(dispatched.count == 3)
    #expect(try !isRouted(Scene.guest) && isRouted(Scene.db))
    #expect(try await scene.arrive([Scene.udp(Scene.web, Scene.db)]) == [true])
  }

  @Test("an interface that comes later is programmed when it does")
  func lateInterface() async throws {
    let scene = try await Scene(wired: [Scene.web])
    let dataplane = try scene.dataplane()
    try await dataplane.start()
    let status = await dataplane.apply(Scene.changes)
    #expect(
      status.pending == [
        Scene.db.key: "no interface calidb", Scene.guest.key: "no interface caliguest",
      ])
    #expect(status.reason(Scene.web.key) == nil)
    for pod in [Scene.db, Scene.guest] {
      try await scene.wire(pod)
      #expect(await dataplane.linksChanged([pod.interface]).pending[pod.key] == nil)
    }
    #expect(await dataplane.status.pending == [:])
    #expect(try await scene.isRight())
  }

  @Test("an interface that is down is said to be, and programmed when it comes up")
  func downInterface() async throws {
    let host = try Host()
    try host.script("ip link set calipod down")
    let dataplane = try host.namespace.dataplane()
    try await dataplane.start()
    func isRouted() throws -> Bool {
      try host.namespace.run("ip", "route", "show", "dev", "calipod").contains("10.65.0.9")
    }
    let down: [EndpointID: String] = ["ns/pod": "interface calipod is down"]
    #expect(await dataplane.apply([.endpoint("ns/pod", Host.pod), .inSync]).pending == down)
    for _ in 0..<2 {
      try host.script("ip link set calipod up")
      #expect(await dataplane.linksChanged(["calipod"]).pending == [:])
      #expect(try isRouted())
      try host.script("ip link set calipod down")
      #expect(await dataplane.linksChanged(["calipod"]).pending == down)
      #expect(try !isRouted())
    }
  }
}
