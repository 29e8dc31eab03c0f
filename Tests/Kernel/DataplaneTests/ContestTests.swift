// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import HostSystem
import Netlink
import PacketLab
import PolicyModel
import TestSupport
import Testing

@testable import Dataplane

@Suite("Endpoints that claim the same", .serialized, .needsRoot)
struct ContestTests {
  private static let times = ["2024-01-01T00:00:00Z", "2024-01-01T00:00:01Z"]

  /// The endpoint of a workload as its plugin stores it, with the MAC address of its end.
  private static func running(_ pod: Scene.Pod, _ scene: Scene) throws -> DesiredEndpoint {
    let sockets = try RouteSocket(in: scene.namespace)
    let link = try #require(try sockets.link(named: pod.interface))
    let end = try #require(try sockets.other(of: link)?.mac)
    return DesiredEndpoint(
      interfaceName: pod.interface, ipv4Nets: [CIDR(host: pod.ipv4)],
      ipv6Nets: [CIDR(host: pod.ipv6)], mac: end, created: times[0],
      tiers: DesiredTiers(normal: [DesiredTier(name: "default", ingress: [Scene.policy])]),
      profiles: [Scene.open])
  }

  /// What others may write: without a MAC address or with another, before or after.
  private static func intruders(_ pod: Scene.Pod) -> [(what: String, endpoint: DesiredEndpoint)] {
    let addresses = [
      ("no addresses", [CIDR]()), ("its address", [CIDR(host: pod.ipv4)]),
      ("another address", [CIDR(host: IPAddress(v4: 0x0a41_0063))]),
    ]
    return addresses.flatMap { what, nets in
      [nil, MACAddress(bits: 0x0200_0000_0099)].flatMap { mac in
        ([nil, times[0], "2030-01-01T00:00:00Z"] as [String?]).map { created in
          (
            "\(what), MAC \(mac.map { "\($0)" } ?? "-"), \(created ?? "-")",
            DesiredEndpoint(
              interfaceName: pod.interface, ipv4Nets: nets, mac: mac, created: created,
              profiles: [Scene.open])
          )
        }
      }
    }
  }

  @Test(
    "a running pod keeps its policy and its packets while others with its interface come and go")
  func interface() async throws {
    let scene = try await Scene()
    let dataplane = try scene.dataplane()
    try await dataplane.start()
    let db = try Self.running(Scene.db, scene)
    _ = await dataplane.apply(Scene.changes + [.endpoint(Scene.db.key, db)])
    #expect(try await scene.isRight())
    // Before and behind it by name.
    for key: EndpointID in ["aaa/intruder", "zzz/intruder"] {
      for (what, intruder) in Self.intruders(Scene.db) {
        var status = await dataplane.apply([.endpoint(key, intruder)])
        #expect(
          status.refused[key]?.hasPrefix("interface 'calidb' belongs to shop/db") == true, "\(what)"
        )
        #expect(status.pending[Scene.db.key] == nil, "\(what)")
        #expect(try await scene.isRight(), "\(key), \(what)")
        status = await dataplane.refreshInterfaces()
        #expect(status.refused.keys.sorted() == [key], "\(what)")
        status = await dataplane.apply([.endpointRemoved(key)])
        #expect(status.pending == [:] && status.refused == [:], "\(what)")
        #expect(try await scene.isRight(), "\(key) is gone, \(what)")
      }
    }
    // The stale endpoint of an older pod was there first, for another agent too.
    let stale = Self.intruders(Scene.db)[3].endpoint
    let second = try scene.dataplane()
    try await second.start()
    let status = await second.apply(
      [.endpoint("aaa/stale", stale)] + Scene.changes.dropLast()
        + [.endpoint(Scene.db.key, db), .inSync])
    #expect(status.refused.keys.sorted() == ["aaa/stale"])
    #expect(try await scene.isRight())
  }

  @Test("who has lost takes over when the owner goes, without a restart")
  func heir() async throws {
    let scene = try await Scene()
    let dataplane = try scene.dataplane()
    try await dataplane.start()
    let db = try Self.running(Scene.db, scene)
    var other = db
    other.created = Self.times[1]
    other.mac = MACAddress(bits: 0x0200_0000_0099)
    // It has come first, and all the time leads nowhere.
    _ = await dataplane.apply(
      [.endpoint("aaa/other", other)] + Scene.changes + [.endpoint(Scene.db.key, db)])
    #expect(try await scene.isRight())
    var status = await dataplane.apply([.endpointRemoved(Scene.db.key)])
    #expect(status.pending == [:])
    // Its MAC address is not the one at the other end: that is what it says.
    #expect(try await scene.arrive([Scene.udp(Scene.web, Scene.db)]) == [false])
    status = await dataplane.apply([.endpoint(Scene.db.key, db)])
    #expect(status.refused.keys.sorted() == ["aaa/other"])
    #expect(try await scene.isRight())
    other.mac = nil
    _ = await dataplane.apply([.endpoint("aaa/other", other), .endpointRemoved(Scene.db.key)])
    #expect(try await scene.isRight(), "the entry of the MAC address that was wrong is gone")
  }

  @Test("what was taken from the owner comes back with a refresh")
  func refresh() async throws {
    let scene = try await Scene()
    let dataplane = try scene.dataplane()
    try await dataplane.start()
    let db = try Self.running(Scene.db, scene)
    var other = db
    other.interfaceName = Scene.guest.interface
    _ = await dataplane.apply(
      Scene.changes + [.endpoint(Scene.db.key, db), .endpoint("aaa/other", other)])
    let routes = try RouteSocket(in: scene.namespace)
    let guest = try #require(try routes.link(named: Scene.guest.interface))
    try routes.replace(Route(to: CIDR(host: Scene.db.ipv4), linkIndex: guest.index))
    #expect(try await scene.arrive([Scene.udp(Scene.web, Scene.db)]) == [false])
    _ = await dataplane.refreshInterfaces()
    #expect(try await scene.isRight())
  }

  @Test("an address leads to the running pod that has it, however old its endpoint is")
  func container() async throws {
    let scene = try await Scene()
    let dataplane = try scene.dataplane()
    try await dataplane.start()
    // The endpoint was created with a former container, and updated for the one that runs.
    let db = try Self.running(Scene.db, scene)
    var stale = db
    stale.interfaceName = Scene.guest.interface
    stale.created = Self.times[1]
    stale.mac = MACAddress(bits: 0x0200_0000_0099)
    let changes = Scene.changes.filter {
      if case .endpoint(Scene.guest.key, _) = $0 { false } else { true }
    }
    _ = await dataplane.apply(changes + [.endpoint(Scene.db.key, db)])
    let status = await dataplane.apply([.endpoint("aaa/stale", stale)])
    #expect(status.refused.keys.sorted() == ["aaa/stale"])
    #expect(
      status.refused["aaa/stale"]?.contains(
        "\(Scene.db.ipv4) belongs to shop/db, whose MAC address its interface's other end has")
        == true, "\(status.refused)")
    #expect(try await scene.arrive([Scene.udp(Scene.web, Scene.db)]) == [true])
  }

  @Test("an address leads to the youngest of those whose interface is up, whatever came last")
  func address() async throws {
    let scene = try await Scene()
    let dataplane = try scene.dataplane()
    try await dataplane.start()
    _ = await dataplane.apply(Scene.changes)
    let routes = try RouteSocket(in: scene.namespace)
    func interface(_ address: IPAddress) throws -> String? {
      let found = try routes.routes(RouteFilter(table: RouteTable.main)).filter {
        $0.destination == CIDR(host: address)
      }
      #expect(found.count <= 1)
      return try found.first?.linkIndex.flatMap { try routes.link(index: $0)?.name }
    }
    for address in [Scene.db.ipv4, Scene.db.ipv6] {
      func claim(_ pod: Scene.Pod, _ age: Int, _ nets: [CIDR]) -> DesiredChange {
        .endpoint(
          pod.key,
          DesiredEndpoint(
            interfaceName: pod.interface, ipv4Nets: nets.filter { $0.family == .v4 },
            ipv6Nets: nets.filter { $0.family == .v6 }, created: Self.times[age],
            profiles: [Scene.open]))
      }
      let net = CIDR(host: address)
      let (old, new) = (claim(Scene.db, 0, [net]), claim(Scene.guest, 1, [net]))
      for order in [[old, new], [new, old], [old, new, old], [new, old, new]] {
        for change in order { _ = await dataplane.apply([change]) }
        #expect(try interface(address) == Scene.guest.interface)
        let status = await dataplane.refreshInterfaces()
        #expect(
          status.refused == [
            Scene.db.key: "not routed to 'calidb': \(address) belongs to shop/guest, which was "
              + "created later"
          ])
        // Its interface goes down: then the other has it, until it comes up.
        let link = try #require(try routes.link(named: Scene.guest.interface))
        for (isUp, name) in [(false, Scene.db.interface), (true, Scene.guest.interface)] {
          try routes.changeLink(index: link.index, LinkChange(isUp: isUp))
          _ = await dataplane.linksChanged([Scene.guest.interface])
          #expect(try interface(address) == name)
        }
        _ = await dataplane.apply([claim(Scene.guest, 1, [])])
        #expect(try interface(address) == Scene.db.interface)
        #expect(await dataplane.apply([claim(Scene.db, 0, [])]).refused == [:])
        #expect(try interface(address) == nil)
      }
    }
  }

  @Test("the end of an endpoint that never had its addresses ends nobody's connections")
  func connections() async throws {
    let scene = try await Scene()
    let dataplane = try scene.dataplane()
    try await dataplane.start()
    let db = try Self.running(Scene.db, scene)
    _ = await dataplane.apply(Scene.changes + [.endpoint(Scene.db.key, db)])
    let socket = try ConntrackSocket(in: scene.namespace)
    func connections(_ address: IPAddress) throws -> Int {
      try socket.entries().count {
        [$0.original.source, $0.original.destination].contains(address)
      }
    }
    let probe = LabProbe(.udp, from: Scene.web.ipv4, port: 40001, to: Scene.db.ipv4, port: 80)
    try await scene.lab.exchange(probe)
    let own = try #require(
      try RouteSocket(in: scene.namespace).addresses(family: .v4).first { $0.scope == .universe })
    let host = own.address.address
    try await NamespaceCommand.run(
      ["bash", "-c", "echo x > /dev/udp/\(Scene.outside)/9"], in: scene.namespace)
    let before = (try connections(Scene.db.ipv4), try connections(host))
    #expect(before.0 == 1 && before.1 > 0)
    for interface in [Scene.db.interface, Scene.guest.interface, "eth0", "calinone"] {
      let greedy = DesiredEndpoint(
        interfaceName: interface,
        ipv4Nets: [Scene.db.ipv4, host].map { CIDR(host: $0) },
        profiles: [Scene.open])
      _ = await dataplane.apply([.endpoint("aaa/greedy", greedy)])
      _ = await dataplane.apply([.endpointRemoved("aaa/greedy")])
      #expect(try connections(Scene.db.ipv4) == before.0, "\(interface)")
      #expect(try connections(host) == before.1, "\(interface)")
    }
    #expect(try await scene.lab.again(probe, controls: Scene.controls))
  }

  // MARK: - In any order

  @Test("routes follow from what is there now, in whatever order it came")
  func order() async throws {
    let namespace = try TestNamespace()
    let names = ["cali1", "cali2", "cali3"]
    let ends = (1...3).map { MACAddress(bits: 0x0200_0000_0000 + $0) }
    var script = "sysctl -qw net.ipv6.conf.default.addr_gen_mode=1\n"
    for (name, end) in zip(names, ends) {
      script += """
        ip link add \(name) type veth peer name p\(name) address \(end.map { "\($0)" } ?? "")
        ip link set p\(name) up; ip link set \(name) up

        """
    }
    try namespace.run("sh", "-ec", script)
    let place = try NetworkNamespace(name: namespace.name)
    let sockets = try RouteSocket(in: place)
    let indices = Dictionary(
      try sockets.links().map { ($0.index, $0.name) }, uniquingKeysWith: { first, _ in first })

    var dice = SplitMix64(for: "routes in any order")
    var dataplane = try namespace.dataplane()
    try await dataplane.start()
    _ = await dataplane.apply([.inSync])
    var endpoints: [EndpointID: DesiredEndpoint] = [:]
    for step in 0..<150 {
      let key: EndpointID = dice.pick(["a/1", "a/2", "b/1", "b/2"])
      if dice.chance(30) {
        endpoints[key] = nil
        _ = await dataplane.apply([.endpointRemoved(key)])
      } else if dice.chance(15) {
        // Another agent takes over.
        dataplane.executor.stop()
        dataplane = try namespace.dataplane()
        try await dataplane.start()
        let all = endpoints.sorted { $0.key < $1.key }.map { DesiredChange.endpoint($0, $1) }
        _ = await dataplane.apply(all.shuffled(using: &dice) + [.inSync])
        // What it has not put there itself it finds with the first refresh.
        _ = await dataplane.refreshInterfaces()
      } else {
        let endpoint = DesiredEndpoint(
          interfaceName: dice.pick(names + ["lo", "cali9"]),
          ipv4Nets: dice.some([1, 2, 3], atMost: 2).map {
            CIDR(host: IPAddress(v4: 0x0a41_0000 + $0))
          },
          mac: dice.pick([nil] + ends), created: dice.pick([nil] + Self.times.map { $0 }))
        endpoints[key] = endpoint
        _ = await dataplane.apply([.endpoint(key, endpoint)])
      }
      var claims = EndpointClaims(prefixes: ["cali"])
      for (key, endpoint) in endpoints.sorted(by: { $0.key < $1.key }).shuffled(using: &dice) {
        claims.set(key, endpoint)
      }
      for (name, end) in zip(names, ends) {
        claims.place(name, .workloads(isUp: true, otherEnd: end))
      }
      var wanted: Set<String> = []
      var said: [EndpointID: String] = [:]
      for name in names {
        for net in claims.nets(of: name) { wanted.insert("\(net) \(name)") }
      }
      for key in endpoints.keys { said[key] = claims.problem(of: key) }
      let found = try sockets.routes(RouteFilter(family: .v4, table: RouteTable.main)).map {
        "\($0.destination) \($0.linkIndex.flatMap { indices[$0] } ?? "-")"
      }
      #expect(Set(found) == wanted, "seed \(dice.seed), step \(step)")
      #expect(await dataplane.status.refused == said, "seed \(dice.seed), step \(step)")
      let wrong = try sockets.neighbours().filter { entry in
        guard entry.state.contains(.permanent), let name = indices[entry.linkIndex],
          let owner = claims.owner(of: name)
        else { return false }
        return entry.mac != claims.endpoints[owner]?.mac && !ends.contains(entry.mac)
      }
      #expect(wrong == [], "seed \(dice.seed), step \(step)")
      if Set(found) != wanted { return }
    }
  }
}
