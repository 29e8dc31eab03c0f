// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import PacketLab
import PolicyModel
import Telemetry
import Testing

@testable import Dataplane

@Suite("What strangers change", .serialized, .needsRoot)
struct StrangerTests {
  private struct Change: Sendable, CustomStringConvertible {
    var description: String
    /// Words for nft, call by call.
    var calls: [[String]]
  }

  private static let changes = [
    Change(description: "flushes the table", calls: [["flush", "table", "inet", "calico"]]),
    Change(description: "deletes the table", calls: [["delete", "table", "inet", "calico"]]),
    Change(description: "flushes everything", calls: [["flush", "ruleset"]]),
    Change(
      description: "deletes a chain",
      calls: [
        ["flush", "chain", "inet", "calico", "forward"],
        ["delete", "chain", "inet", "calico", "forward"],
      ]),
    Change(
      description: "adds a rule that accepts everything",
      calls: [["insert", "rule", "inet", "calico", "forward", "accept"]]),
    Change(
      description: "adds a chain",
      calls: [["add", "chain", "inet", "calico", "mine"]]),
    Change(
      description: "adds a member",
      calls: [
        [
          "add", "element", "inet", "calico", Names.set(Scene.friends, .hosts4), "{", "10.65.0.7",
          "}",
        ]
      ]),
    Change(
      description: "deletes a member",
      calls: [
        [
          "delete", "element", "inet", "calico", Names.set(Scene.friends, .hosts4), "{",
          "10.65.0.2", "}",
        ]
      ]),
    Change(
      description: "takes a workload off the map",
      calls: [["delete", "element", "inet", "calico", "to-workload", "{", "calidb", "}"]]),
  ]

  @Test("are repaired by a refresh and counted once, and packets fare right again")
  func repairs() async throws {
    let scene = try await Scene()
    let metrics = MetricsRegistry()
    let dataplane = try scene.dataplane(metrics: metrics)
    try await dataplane.start()
    #expect(await dataplane.apply(Scene.changes).failure == nil)
    #expect(try await scene.isRight())
    var repairs = 0
    for change in Self.changes {
      for words in change.calls { try await scene.nft(words.joined(separator: " ")) }
      #expect(await dataplane.refreshPolicy().failure == nil, "\(change)")
      let count = metrics.value("felix_nft_repairs").flatMap { Int($0) } ?? 0
      #expect(count > repairs, "\(change)")
      #expect(await dataplane.refreshPolicy().failure == nil)
      #expect(metrics.value("felix_nft_repairs") == "\(count)", "\(change)")
      repairs = count
      #expect(try await scene.isRight(), "\(change)")
    }
  }

  @Test("a deleted table is put up again by a look at whether it is there, and nothing else is")
  func deletedTable() async throws {
    let scene = try await Scene()
    let metrics = MetricsRegistry()
    let dataplane = try scene.dataplane(metrics: metrics)
    try await dataplane.start()
    // Before anything is known, too, and while half is: without a table everything would pass.
    for changes in [[], Scene.changes.dropLast()] {
      _ = await dataplane.apply(changes)
      try await scene.nft("delete", "table", "inet", "calico")
      _ = await dataplane.checkTable()
      let table = try await scene.nft("list", "table", "inet", "calico")
      #expect(table.contains("a workload interface that no endpoint has"))
      #expect(!table.contains(Scene.db.interface), "half a state is not put into force")
    }
    #expect(await dataplane.apply([.inSync]).failure == nil)
    #expect(try await scene.isRight())
    for words in ["delete table inet calico", "flush ruleset"] {
      try await scene.nft(words)
      #expect(try await scene.arrive(Scene.usual) == [true, true, true, true], "nobody guards")
      #expect(await dataplane.checkTable().failure == nil)
      #expect(try await scene.isRight(), "\(words)")
    }
    let count = metrics.value("felix_nft_transactions")
    for _ in 0..<3 { _ = await dataplane.checkTable() }
    #expect(metrics.value("felix_nft_transactions") == count)
  }

  @Test("do not stop a change that comes at the same time")
  func changeAfterFlush() async throws {
    let scene = try await Scene()
    let dataplane = try scene.dataplane()
    try await dataplane.start()
    _ = await dataplane.apply(Scene.changes)
    for words in ["flush ruleset", "flush table inet calico"] {
      try await scene.nft(words)
      // Of a rule in a chain that the stranger has emptied, or that is gone.
      let other = DesiredRule(.allow, transport: .sctp)
      #expect(await dataplane.apply([Scene.rules(other)]).failure == nil)
      #expect(await dataplane.apply([Scene.rules()]).failure == nil)
      _ = await dataplane.refreshPolicy()
      #expect(try await scene.isRight(), "\(words)")
    }
  }

  @Test("routes and settings are repaired by a refresh")
  func interfaces() async throws {
    let scene = try await Scene()
    let dataplane = try scene.dataplane()
    try await dataplane.start()
    _ = await dataplane.apply(Scene.changes)
    let routes = try RouteSocket(in: scene.namespace)
    for address in [Scene.db.ipv4, Scene.db.ipv6] {
      let route = try #require(
        try routes.routes(RouteFilter(table: RouteTable.main)).first {
          $0.destination == CIDR(host: address)
        })
      try routes.delete(route)
    }
    let link = try #require(try routes.link(named: Scene.db.interface))
    // One that leads elsewhere, as a stranger has it.
    let stray = Route(
      to: CIDR(host: IPAddress(v4: 0x0a41_0063)), protocol: .static, linkIndex: link.index)
    try routes.add(stray)
    #expect(try await scene.arrive([Scene.udp(Scene.web, Scene.db)]) == [false])
    let settings: [(path: String, wrong: String, right: String)] = [
      ("ipv4.conf.calidb.forwarding", "0", "1"), ("ipv4.conf.calidb.proxy_arp", "0", "1"),
      ("ipv4.conf.calidb.route_localnet", "0", "1"), ("ipv6.conf.calidb.proxy_ndp", "0", "1"),
      ("ipv6.conf.calidb.accept_ra", "2", "0"), ("ipv4.neigh.calidb.proxy_delay", "80", "0"),
    ]
    for setting in settings {
      try await NamespaceCommand.run(
        ["sysctl", "-w", "net.\(setting.path)=\(setting.wrong)"], in: scene.namespace)
    }
    #expect(await dataplane.refreshInterfaces().pending == [:])
    for setting in settings {
      let text = try await NamespaceCommand.run(
        ["sysctl", "-n", "net.\(setting.path)"], in: scene.namespace)
      #expect(text == "\(setting.right)\n", "\(setting.path)")
    }
    #expect(!(try routes.routes(RouteFilter(linkIndex: link.index)).contains(stray)))
    #expect(try await scene.isRight())
  }
}
