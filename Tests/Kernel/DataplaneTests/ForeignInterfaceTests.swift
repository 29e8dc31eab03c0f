// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import Telemetry
import TestSupport
import Testing

@testable import Dataplane

/// A node with an uplink, on which others have interfaces of their own.
struct Host {
  let namespace: TestNamespace
  /// A workload's, which is right.
  static let pod = DesiredEndpoint(interfaceName: "calipod", ipv4Nets: [net("10.65.0.9")])

  init() throws {
    namespace = try TestNamespace()
    try namespace.run(
      "sh", "-ec",
      """
      sysctl -qw net.ipv6.conf.default.addr_gen_mode=1
      ip link add eth0 type veth peer name far0
      ip link set eth0 up; ip link set far0 up
      ip addr add 192.0.2.1/24 dev eth0
      ip -6 addr add 2001:db8:9::1/64 dev eth0 nodad
      ip route add default via 192.0.2.254
      ip -6 route add default via 2001:db8:9::fe
      ip route add 10.66.0.0/26 via 192.0.2.3 proto bird
      ip route add 198.51.100.7/32 dev eth0
      ip neigh add 192.0.2.254 lladdr 02:00:00:00:00:fe nud permanent dev eth0
      ip link add calipod type veth peer name podeth
      ip link set calipod up; ip link set podeth up
      """)
  }

  func script(_ text: String) throws { try namespace.run("sh", "-ec", text) }

  /// What managers go by here, read over these sockets.
  func context(_ sockets: RouteSocket) throws -> DataplaneContext {
    DataplaneContext(
      configuration: DataplaneConfiguration(),
      namespace: try NetworkNamespace(name: namespace.name), sockets: sockets,
      own: try OwnNetwork(sockets, prefixes: ["cali"]),
      metrics: DataplaneMetrics(MetricsRegistry()), log: Scene.quiet)
  }

  /// Everything of an interface, and all routes but those to the workload's own.
  func snapshot(_ name: String) throws -> String {
    try namespace.run(
      "sh", "-c",
      """
      ip link show dev \(name); ip addr show dev \(name); ip neigh show nud permanent
      ip -4 route show table all | grep -v calipod; ip -6 route show table all | grep -v calipod
      grep -r . /proc/sys/net/ipv4/conf/\(name)/ /proc/sys/net/ipv4/neigh/\(name)/ \
        /proc/sys/net/ipv6/conf/\(name)/ /proc/sys/net/ipv6/neigh/\(name)/ 2>/dev/null
      true
      """)
  }

  func dispatched() throws -> [String] {
    let socket = try NFTablesSocket(in: NetworkNamespace(name: namespace.name))
    return try [BaseRenderer.fromWorkload, BaseRenderer.toWorkload].flatMap { map in
      try socket.elements(of: ChainModel.table, set: map).map { element in
        String(decoding: element.key.prefix { $0 != 0 }, as: UTF8.self)
      }
    }
  }

  func table() throws -> String { try namespace.run("nft", "list", "table", "inet", "calico") }
}

func net(_ text: String) -> CIDR {
  IPAddress(text).map { CIDR(host: $0) } ?? CIDR.everything(.v4)
}

@Suite("Interfaces that are not workloads'", .serialized, .needsRoot)
struct ForeignInterfaceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// What makes it.
    var script = ""
    var reason: String

    var testDescription: String { "\(name), \(reason)" }
  }

  private static let noPrefix = "its name begins with none of the prefixes cali"

  static let cases = [
    Case(name: "eth0", reason: noPrefix), Case(name: "lo", reason: noPrefix),
    Case(
      name: "br0",
      script: "ip link add br0 type bridge; ip link set br0 up; ip addr add 172.20.0.1/24 dev br0",
      reason: noPrefix),
    Case(
      name: "vxlan.calico",
      script: """
        ip link add vxlan.calico type vxlan id 4096 dstport 4789 dev eth0
        ip addr add 10.65.0.64/32 dev vxlan.calico; ip link set vxlan.calico up
        ip route add 10.67.0.0/26 via 10.67.0.0 dev vxlan.calico onlink proto 80
        """,
      reason: noPrefix),
    Case(
      name: "calibr", script: "ip link add calibr type bridge; ip link set calibr up",
      reason: "it is of the kind bridge"),
    Case(
      name: "califar",
      script: """
        ip link add califar type vxlan id 5 dstport 4789 dev eth0; ip link set califar up
        ip route add 10.68.0.0/26 dev califar
        """,
      reason: "it is of the kind vxlan"),
    Case(
      name: "calimac",
      script: "ip link add link eth0 name calimac type macvlan; ip link set calimac up",
      reason: "it is of the kind macvlan"),
    Case(
      name: "calimem",
      script: """
        ip link add br0 type bridge; ip link set br0 up
        ip link add calimem type veth peer name mem1; ip link set calimem master br0
        ip link set calimem up; ip link set mem1 up
        """,
      reason: "it is part of br0"),
    Case(
      name: "calilow",
      script: """
        ip link add calilow type veth peer name low1; ip link set calilow up; ip link set low1 up
        ip link add link calilow name up0 type macvlan; ip link set up0 up
        ip addr add 172.23.0.1/24 dev up0
        """,
      reason: "up0 is built on it"),
    Case(
      name: "calinet",
      script: """
        ip link add calinet type veth peer name net1; ip link set calinet up; ip link set net1 up
        ip addr add 172.21.0.1/24 dev calinet; ip route add 172.22.0.0/16 via 172.21.0.2
        ip neigh add 172.21.0.2 lladdr 02:00:00:00:00:07 nud permanent dev calinet
        """,
      reason: "it has an address of the host's in 172.21.0.0/24"),
    Case(
      name: "caliway",
      script: """
        ip link add caliway type veth peer name way1; ip link set caliway up; ip link set way1 up
        ip route add default dev caliway metric 50
        """,
      reason: "the host's default route leads there"),
    Case(
      name: "calitap",
      script: """
        ip tuntap add calitap mode tap; ip link set calitap up
        ip addr add 172.21.0.1/24 dev calitap
        """,
      reason: "it has an address of the host's in 172.21.0.0/24"),
    Case(
      name: "calialt", script: "ip link property add dev eth0 altname calialt",
      reason: "it is another name of eth0"),
  ]

  private static func claim(_ name: String, _ addresses: String..., mac: UInt64? = nil)
    -> DesiredChange
  {
    .endpoint(
      "ns/foreign",
      DesiredEndpoint(
        interfaceName: name, ipv4Nets: addresses.map(net).filter { $0.family == .v4 },
        ipv6Nets: addresses.map(net).filter { $0.family == .v6 },
        mac: mac.flatMap { MACAddress(bits: $0) }, created: "2030-01-01T00:00:00Z"))
  }

  @Test(
    "are left alone whatever endpoints say, now and when they go; and it is said", arguments: cases)
  func untouched(item: Case) async throws {
    let host = try Host()
    let dataplane = try host.namespace.dataplane()
    try await dataplane.start()
    _ = await dataplane.apply([.endpoint("ns/pod", Host.pod), .inSync])
    try host.script(item.script)
    _ = await dataplane.hostChanged()
    let before = try host.snapshot(item.name)

    func expectUntouched(_ what: String, _ status: DataplaneStatus) throws {
      #expect(try host.snapshot(item.name) == before, "\(what)")
      #expect(try host.dispatched() == ["calipod", "calipod"], "\(what)")
      #expect(status.failure == nil && status.pending["ns/pod"] == nil, "\(what)")
    }
    let said = "interface '\(item.name)' is not a workload's: \(item.reason)"
    let changes = [
      Self.claim(item.name), Self.claim(item.name, "10.65.0.77", "fd65::77", mac: 0x0200_0000_0042),
      Self.claim(item.name, "192.0.2.254", "172.21.0.2"), Self.claim(item.name, "192.0.2.1"),
    ]
    for (number, change) in changes.enumerated() {
      var status = await dataplane.apply([change])
      #expect(status.refused == ["ns/foreign": said] && status.pending == status.refused)
      try expectUntouched("change \(number)", status)
      status = await dataplane.linksChanged([item.name])
      try expectUntouched("link event after \(number)", status)
      status = await dataplane.refreshInterfaces()
      try expectUntouched("refresh after \(number)", status)
      status = await dataplane.retry()
      #expect(status.refused == ["ns/foreign": said])
    }
    // Another agent, which finds it there.
    let second = try host.namespace.dataplane()
    try await second.start()
    let taken = await second.apply([.endpoint("ns/pod", Host.pod), changes[1], .inSync])
    #expect(taken.refused["ns/foreign"] == said)
    try expectUntouched("restart", await second.refreshInterfaces())

    var status = await dataplane.apply([.endpointRemoved("ns/foreign")])
    #expect(status.pending == [:] && status.refused == [:])
    try expectUntouched("removed", status)
    status = await dataplane.refreshInterfaces()
    try expectUntouched("refresh after the end", status)
  }

  @Test("are left alone when they come after the endpoint that names them")
  func late() async throws {
    let host = try Host()
    let dataplane = try host.namespace.dataplane()
    try await dataplane.start()
    _ = await dataplane.apply([
      .endpoint("ns/pod", Host.pod), Self.claim("calilate", "10.65.0.77"), .inSync,
    ])
    #expect(try host.dispatched().contains("calilate"), "its rules are there before it is")
    try host.script("ip link add calilate type bridge; ip link set calilate up")
    let before = try host.snapshot("calilate")
    let status = await dataplane.linksChanged(["calilate"])
    #expect(
      status.refused == [
        "ns/foreign": "interface 'calilate' is not a workload's: it is of the kind bridge"
      ])
    #expect(try host.snapshot("calilate") == before)
    #expect(try host.dispatched() == ["calipod", "calipod"])
    // And what takes its place may be a workload's.
    try host.script(
      "ip link del calilate; ip link add calilate type veth peer name p; ip link set calilate up")
    #expect(await dataplane.linksChanged(["calilate"]).pending == [:])
    #expect(try host.dispatched().contains("calilate"))
    #expect(try host.namespace.run("ip", "route", "show", "dev", "calilate").contains("10.65.0.77"))
  }

  @Test("a workload's interface that becomes part of a bridge is let go, and taken again")
  func becomes() async throws {
    let host = try Host()
    let dataplane = try host.namespace.dataplane()
    try await dataplane.start()
    _ = await dataplane.apply([.endpoint("ns/pod", Host.pod), .inSync])
    try host.script("ip link add br0 type bridge; ip link set calipod master br0")
    #expect(
      await dataplane.linksChanged(["calipod"]).refused == [
        "ns/pod": "interface 'calipod' is not a workload's: it is part of br0"
      ])
    #expect(try host.dispatched() == [])
    let before = try host.namespace.run("ip", "route", "show", "table", "all")
    #expect(await dataplane.apply([.endpointRemoved("ns/pod")]).refused == [:])
    #expect(try host.namespace.run("ip", "route", "show", "table", "all") == before)
    _ = await dataplane.apply([.endpoint("ns/pod", Host.pod)])
    try host.script("ip link set calipod nomaster")
    // Also when nobody has heard of it.
    #expect(await dataplane.refreshInterfaces().pending == [:])
    #expect(try host.dispatched() == ["calipod", "calipod"])
  }

  @Test(
    "a workload cannot have the host's addresses, nor those that it has routes to",
    arguments: [
      "192.0.2.1", "192.0.2.254", "192.0.2.3", "198.51.100.7", "2001:db8:9::1", "2001:db8:9::fe",
      "127.0.0.1", "169.254.169.254",
    ])
  func hostAddresses(text: String) async throws {
    let host = try Host()
    let dataplane = try host.namespace.dataplane()
    try await dataplane.start()
    _ = await dataplane.apply([.endpoint("ns/pod", Host.pod), .inSync])
    let before = try host.snapshot("eth0")
    let address = net(text)
    var greedy = Host.pod
    if address.family == .v4 {
      greedy.ipv4Nets.append(address)
    } else {
      greedy.ipv6Nets = [address]
    }
    let status = await dataplane.apply([.endpoint("ns/pod", greedy)])
    #expect(status.refused["ns/pod"]?.hasPrefix("not routed to 'calipod': \(text) ") == true)
    _ = await dataplane.refreshInterfaces()
    #expect(try host.snapshot("eth0") == before)
    // What is its own leads to it all the same.
    let routes = try host.namespace.run("ip", "route", "show", "dev", "calipod")
    #expect(routes.contains("10.65.0.9") && !routes.contains(text))
    #expect(try host.dispatched() == ["calipod", "calipod"])
    #expect(await dataplane.apply([.endpointRemoved("ns/pod")]).pending == [:])
    #expect(try host.snapshot("eth0") == before)
  }

  @Test("a gateway that comes later takes its address back from a workload")
  func lateGateway() async throws {
    let host = try Host()
    let dataplane = try host.namespace.dataplane()
    try await dataplane.start()
    var greedy = Host.pod
    greedy.ipv4Nets.append(net("192.0.2.77"))
    #expect(await dataplane.apply([.endpoint("ns/pod", greedy), .inSync]).pending == [:])
    try host.script("ip route add 203.0.113.0/24 via 192.0.2.77 dev eth0 onlink")
    let status = await dataplane.hostChanged()
    #expect(
      status.refused == [
        "ns/pod": "not routed to 'calipod': 192.0.2.77 is the host's gateway on its route to "
          + "203.0.113.0/24"
      ])
    #expect(!(try host.namespace.run("ip", "route").contains("192.0.2.77 dev calipod")))
    try host.script("ip route del 203.0.113.0/24")
    #expect(await dataplane.hostChanged().pending == [:])
    #expect(try host.namespace.run("ip", "route").contains("192.0.2.77 dev calipod"))
  }

  @Test(
    "a default route, and one that has other ways too, stay where somebody has led them; others if told",
    arguments: [true, false])
  func strangersRoutes(removesExternalRoutes: Bool) async throws {
    let host = try Host()
    let dataplane = try host.namespace.dataplane(
      DataplaneConfiguration(removesExternalRoutes: removesExternalRoutes))
    try await dataplane.start()
    _ = await dataplane.apply([.endpoint("ns/pod", Host.pod), .inSync])
    try host.script(
      """
      ip route add default dev calipod metric 7
      ip route add 203.0.113.0/24 nexthop via 192.0.2.3 dev eth0 nexthop dev calipod
      ip route add 10.99.0.0/24 dev calipod proto static
      ip route add 10.65.0.10/32 dev calipod
      """)
    #expect(await dataplane.refreshInterfaces().pending == [:])
    let routes = try host.namespace.run("ip", "route")
    #expect(routes.contains("default dev calipod") && routes.contains("nexthop dev calipod"))
    #expect(routes.contains("10.99.0.0/24") == !removesExternalRoutes)
    #expect(!routes.contains("10.65.0.10"), "it looks like ours, and no endpoint has it")
    _ = await dataplane.apply([.endpointRemoved("ns/pod")])
    _ = await dataplane.refreshInterfaces()
    #expect(try host.namespace.run("ip", "route").contains("default dev calipod"))
  }

  @Test(
    "prefixes that would match the host's own interfaces cut nobody off",
    arguments: [[""], ["e"], ["eth"], ["l"], ["e", "tap"], ["cali", "e"], ["eth0"]])
  func prefixes(list: [String]) async throws {
    let host = try Host()
    let before = try host.snapshot("eth0")
    let dataplane = try host.namespace.dataplane(DataplaneConfiguration(interfacePrefixes: list))
    try await dataplane.start()
    let usable = list.filter { ["cali", "tap"].contains($0) }
    let inForce = usable.isEmpty ? ["cali"] : usable
    var status = await dataplane.status
    #expect(status.interfacePrefixes == inForce)
    #expect(status.problems.count == list.count - usable.count && !status.problems.isEmpty)
    for prefix in Set(list).subtracting(usable) {
      #expect(
        status.problems.contains { $0.hasPrefix("interface prefix '\(prefix)' would match ") })
    }
    _ = await dataplane.apply([Self.claim("eth0", "10.65.0.77"), .inSync])
    // Settings that come later do not bring them back.
    status = await dataplane.configure(
      DataplaneConfiguration(interfacePrefixes: list, denyAction: .reject))
    #expect(status.interfacePrefixes == inForce && status.refused["ns/foreign"] != nil)
    let table = try host.table()
    for name in ["lo", "eth0", "e*", "l*", "eth*", "\"*\""] {
      #expect(!table.contains("iifname \"\(name)\""), "\(name)")
    }
    #expect(table.contains("iifname \"\(inForce[0])*\""))
    #expect(try host.snapshot("eth0") == before)
  }
}
