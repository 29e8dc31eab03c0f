// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Dataplane

/// A kernel, with the number of times that routes were listed, which is once for each family.
private final class CountingKernel: NetlinkTransport {
  let kernel: NetlinkSocket
  private(set) var listings = 0

  init(_ kernel: NetlinkSocket) { self.kernel = kernel }

  func send(_ bytes: UnsafeRawBufferPointer) throws(NetlinkError) {
    if bytes.count >= 5, bytes[4] == 26 { listings += 1 }
    try kernel.send(bytes)
  }

  func receive(wait: Bool) throws(NetlinkError) -> [UInt8]? { try kernel.receive(wait: wait) }
}

/// A kernel that refuses to tell of some links.
private final class SilentKernel: NetlinkTransport {
  enum Silence {
    case none
    /// Links that are asked for by their index.
    case byIndex
    case all
  }

  let kernel: NetlinkSocket
  var silence = Silence.none

  init(_ kernel: NetlinkSocket) { self.kernel = kernel }

  func send(_ bytes: UnsafeRawBufferPointer) throws(NetlinkError) {
    // Of the header: the type; of the link: the index.
    let isLink = bytes.count >= 24 && bytes[4] == 18
    let isByIndex = isLink && bytes[20..<24].contains { $0 != 0 }
    if silence == .all && isLink || silence == .byIndex && isByIndex {
      throw NetlinkError("get link", .timedOut)
    }
    try kernel.send(bytes)
  }

  func receive(wait: Bool) throws(NetlinkError) -> [UInt8]? { try kernel.receive(wait: wait) }
}

@Suite("Routes that are not ours", .serialized, .needsRoot)
struct HostRouteTests {
  private static func endpoint(_ interface: String, _ addresses: String...) -> DesiredEndpoint {
    let nets = addresses.map(net)
    return DesiredEndpoint(
      interfaceName: interface, ipv4Nets: nets.filter { $0.family == .v4 },
      ipv6Nets: nets.filter { $0.family == .v6 })
  }

  private static func address(_ route: String) -> String {
    route.contains(":") ? "fd65::32" : "10.65.0.50"
  }

  private static func find(_ route: String, _ host: Host) throws -> String {
    try host.namespace.run("ip", route.contains(":") ? "-6" : "-4", "route", "show", address(route))
  }

  @Test(
    "a route of the host's that came since the last look stays, is said, and keeps the workload out",
    arguments: [
      "ip route add 10.65.0.50/32 dev eth0", "ip route add 10.65.0.50/32 dev eth0 proto static",
      "ip route add 10.65.0.50/32 via 192.0.2.9 dev eth0", "ip route add unreachable 10.65.0.50/32",
      "ip route add 10.65.0.50/32 dev far0 proto 80",
      "ip route add 10.65.0.50/32 nexthop via 192.0.2.9 nexthop via 192.0.2.8",
      "ip route add 10.65.0.50/32 nexthop via 192.0.2.9 dev eth0 nexthop dev calipod",
      "ip route add 10.65.0.50/32 nexthop dev calipod weight 2 nexthop via 192.0.2.9 dev eth0",
      "ip addr add 192.0.2.1 peer 10.65.0.50/32 dev far0",
      "ip -6 route add fd65::32/128 dev eth0 metric 1024",
      "ip -6 route add fd65::32/128 via 2001:db8:9::7 dev eth0 metric 1024",
    ])
  func late(command: String) async throws {
    let host = try Host()
    let dataplane = try host.namespace.dataplane()
    try await dataplane.start()
    _ = await dataplane.apply([.endpoint("ns/pod", Host.pod), .inSync])
    try host.script(command)
    let before = try Self.find(command, host)
    try #require(!before.isEmpty)
    let address = Self.address(command)
    let late = DesiredChange.endpoint("ns/pod", Self.endpoint("calipod", "10.65.0.9", address))
    for _ in 0..<2 {
      let status = await dataplane.apply([late])
      #expect(try Self.find(command, host) == before)
      #expect(
        status.refused["ns/pod"]?.hasPrefix("not routed to 'calipod': \(address) ") == true,
        "\(status.pending)")
      #expect(await dataplane.retry().pending["ns/pod"] != nil)
      #expect(await dataplane.refreshInterfaces().pending["ns/pod"] != nil)
      #expect(try Self.find(command, host) == before)
      _ = await dataplane.apply([.endpointRemoved("ns/pod")])
      _ = await dataplane.refreshInterfaces()
      #expect(try Self.find(command, host) == before)
    }
    _ = await dataplane.apply([late])
    try host.script(command.replacing(" add ", with: " del "))
    #expect(await dataplane.refreshInterfaces().pending == [:])
    #expect(try Self.find(command, host).contains("dev calipod"))
  }

  @Test(
    "a route that BIRD or another workload's interface has makes way",
    arguments: [
      "ip route add 10.65.0.50/32 via 192.0.2.9 proto bird",
      "ip route add 10.65.0.50/32 dev calitwo",
      "ip route add 10.65.0.50/32 dev calitwo proto static",
      "ip -6 route add fd65::32/128 dev calitwo metric 1024",
    ])
  func replaced(command: String) async throws {
    let host = try Host()
    try host.script(
      "ip link add calitwo type veth peer name two; ip link set calitwo up; ip link set two up")
    let dataplane = try host.namespace.dataplane()
    try await dataplane.start()
    _ = await dataplane.apply([.endpoint("ns/pod", Host.pod), .inSync])
    try host.script(command)
    let status = await dataplane.apply([
      .endpoint("ns/pod", Self.endpoint("calipod", "10.65.0.9", Self.address(command)))
    ])
    #expect(status.pending == [:])
    #expect(try Self.find(command, host).contains("dev calipod"))
    #expect(!(try Self.find(command, host).contains("calitwo")))
  }

  @Test(
    "of an interface that nobody has, only what looks like a workload's route is removed",
    arguments: [true, false])
  func unclaimed(hadEndpoint: Bool) async throws {
    let host = try Host()
    let dataplane = try host.namespace.dataplane()
    try await dataplane.start()
    _ = await dataplane.apply((hadEndpoint ? [.endpoint("ns/pod", Host.pod)] : []) + [.inSync])
    try host.script(
      """
      ip route add 10.65.0.51/32 dev calipod; ip route add 10.99.0.0/24 dev calipod
      ip route add 10.65.0.52/32 via 10.99.0.1 dev calipod
      """)
    // Where an endpoint goes, nothing of it waits for a refresh.
    _ =
      hadEndpoint
      ? await dataplane.apply([.endpointRemoved("ns/pod")]) : await dataplane.refreshInterfaces()
    let routes = try host.namespace.run("ip", "route", "show", "dev", "calipod")
    #expect(!routes.contains("10.65.0.9"))
    #expect(!routes.contains("10.65.0.51"), "of a plugin, or of an agent before this one")
    #expect(routes.contains("10.99.0.0/24") && routes.contains("10.65.0.52"))
  }

  @Test(
    "our routes go from an interface that becomes the host's, the host's stay, and another pod has them",
    arguments: [
      "ip link add br0 type bridge; ip link set calipod master br0",
      "ip link add link calipod name up0 type macvlan",
      "ip link set calipod down; ip link set calipod name eth7; ip link set eth7 up",
    ], [false, true])
  func becomes(script: String, host isHostTold: Bool) async throws {
    let host = try Host()
    try host.script(
      "ip link add calitwo type veth peer name two; ip link set calitwo up; ip link set two up")
    let dataplane = try host.namespace.dataplane()
    try await dataplane.start()
    let pod = Self.endpoint("calipod", "10.65.0.9", "fd65::9")
    #expect(await dataplane.apply([.endpoint("ns/pod", pod), .inSync]).pending == [:])
    try host.script(script)
    let name = script.contains("eth7") ? "eth7" : "calipod"
    try host.script("ip route add 10.77.0.1/32 dev \(name)")
    // A renamed one that was down has lost its routes; it may as well have kept them.
    try host.script(
      "ip route replace 10.65.0.9/32 dev \(name); ip -6 route replace fd65::9/128 dev \(name)")
    var status = await dataplane.linksChanged([name, "calipod", "up0"], host: isHostTold)
    #expect(status.pending["ns/pod"] != nil)
    func routes() throws -> String {
      try host.namespace.run("ip", "route") + host.namespace.run("ip", "-6", "route")
    }
    var there = try routes()
    #expect(!there.contains("10.65.0.9 ") && !there.contains("fd65::9 "))
    #expect(there.contains("10.77.0.1 dev \(name)"))
    status = await dataplane.apply([
      .endpointRemoved("ns/pod"),
      .endpoint("ns/two", Self.endpoint("calitwo", "10.65.0.9", "fd65::9")),
    ])
    #expect(status.pending == [:])
    there = try routes()
    #expect(there.contains("10.65.0.9 dev calitwo") && there.contains("fd65::9 dev calitwo"))
    #expect(there.contains("10.77.0.1 dev \(name)"))
  }

  @Test("many interfaces at once get what few get one by one")
  func many() async throws {
    let host = try Host()
    let names = (0..<9).map { "calim\($0)" }
    for (number, name) in names.enumerated() {
      try host.script(
        """
        ip link add \(name) type veth peer name m\(number); ip link set \(name) up
        ip link set m\(number) up; ip route add 10.98.\(number).0/24 dev \(name)
        """)
    }
    let dataplane = try host.namespace.dataplane()
    try await dataplane.start()
    func changes(_ shift: Int) -> [DesiredChange] {
      names.enumerated().map { number, name in
        var endpoint = Self.endpoint(name, "10.65.1.\((number + shift) % 9)", "fd65::1:\(number)")
        endpoint.mac = MACAddress(bits: 0x0200_0000_0000 + UInt64(number))
        return .endpoint("ns/\(name)", endpoint)
      }
    }
    #expect(await dataplane.apply(changes(0) + [.inSync]).pending == [:])
    // Every address moves to the next.
    for shift in 0..<3 {
      #expect(await dataplane.apply(changes(shift)).pending == [:])
      let routes = try host.namespace.run("ip", "route").split(separator: "\n").filter {
        $0.contains("dev calim")
      }
      #expect(routes.count == 9, "\(routes)")
      for (number, name) in names.enumerated() {
        let start = "10.65.1.\((number + shift) % 9) dev \(name) "
        #expect(routes.contains { $0.hasPrefix(start) }, "\(start)")
      }
      #expect(try host.namespace.run("ip", "neigh", "show", "dev", "calim3").contains("10.65.1"))
    }
  }

  @Test("however many of the host's interfaces change, its network is read once")
  func reads() async throws {
    let host = try Host()
    let count = Mutex(0)
    let dataplane = try Dataplane(
      configuration: DataplaneConfiguration(),
      namespace: NetworkNamespace(name: host.namespace.name), metrics: MetricsRegistry(),
      log: Scene.quiet
    ) { (sockets, prefixes) throws(NetlinkError) in
      count.withLock { $0 += 1 }
      return try DataplaneContext.readHost(sockets, prefixes)
    }
    try await dataplane.start()
    _ = await dataplane.apply([.endpoint("ns/pod", Host.pod), .inSync])
    func reads(_ names: Set<String>, host: Bool) async -> Int {
      let before = count.withLock { $0 }
      _ = await dataplane.linksChanged(names, host: host)
      return count.withLock { $0 } - before
    }
    let many = Set((0..<100).map { "eth\($0)" })
    #expect(await reads(many, host: false) == 1)
    #expect(await reads(many.union(["calipod", "calinone"]), host: true) == 1)
    #expect(await reads([], host: true) == 1)
    #expect(await reads(["calipod", "calinone"], host: false) == 0)
    // Neither an endpoint that has another policy nor one that goes has it read.
    let before = count.withLock { $0 }
    var policed = Host.pod
    policed.profiles = ["other"]
    _ = await dataplane.apply([.endpoint("ns/pod", policed)])
    _ = await dataplane.apply([.endpointRemoved("ns/pod")])
    #expect(count.withLock { $0 } == before)
  }

  @Test("the host's network is not read for ever because of a route that stands in the way")
  func obstinate() async throws {
    let host = try Host()
    try host.script(
      "ip link add calitwo type veth peer name two; ip link set calitwo up; ip link set two up")
    let count = Mutex(0)
    let dataplane = try Dataplane(
      configuration: DataplaneConfiguration(),
      namespace: NetworkNamespace(name: host.namespace.name), metrics: MetricsRegistry(),
      log: Scene.quiet
    ) { (sockets, prefixes) throws(NetlinkError) in
      count.withLock { $0 += 1 }
      return try DataplaneContext.readHost(sockets, prefixes)
    }
    try await dataplane.start()
    _ = await dataplane.apply([.endpoint("ns/pod", Host.pod), .inSync])
    for (address, command) in [
      ("10.65.0.50", "nexthop via 192.0.2.9 dev eth0 nexthop dev calitwo"),
      ("10.65.0.51", "nexthop dev calitwo nexthop dev calipod"),
    ] {
      try host.script("ip route add \(address)/32 \(command)")
      var status = await dataplane.apply([
        .endpoint("ns/pod", Self.endpoint("calipod", "10.65.0.9", address))
      ])
      #expect(
        status.refused["ns/pod"]?.contains("\(address) has a route of the host's own") == true,
        "\(status.pending)")
      #expect(status.retryable.isEmpty, "there is nothing to try again")
      let before = count.withLock { $0 }
      for _ in 0..<5 { status = await dataplane.retry() }
      #expect(status.refused["ns/pod"] != nil)
      #expect(count.withLock { $0 } == before)
    }
  }

  @Test("however many addresses move to another interface, the routes are listed once")
  func moves() throws {
    let host = try Host()
    try host.script(
      "ip link add calitwo type veth peer name two; ip link set calitwo up; ip link set two up")
    let kernel = CountingKernel(
      try NetlinkSocket(.route, in: NetworkNamespace(name: host.namespace.name)))
    let sockets = RouteSocket(kernel)
    let context = try host.context(sockets)
    let manager = InterfaceManager(context)
    let names = ["calipod", "calitwo"]
    /// Programs the addresses at one interface, and returns how often routes were listed.
    func listings(_ count: Int, at name: String) throws -> Int {
      let addresses = (0..<count).map { net("10.65.2.\($0)") }
      for item in names {
        context.apply(
          .endpoint(
            "ns/\(item)",
            DesiredEndpoint(interfaceName: item, ipv4Nets: item == name ? addresses : [])))
      }
      context.mark(names)
      manager.take(DataplaneNews(interfaces: context.look()))
      let before = kernel.listings
      let report = manager.apply(DataplaneRound())
      let listings = kernel.listings - before
      #expect(report.undone.isEmpty, "\(report.undone)")
      let routes = try sockets.routes(RouteFilter(family: .v4, table: RouteTable.main)).filter {
        addresses.contains($0.destination)
      }
      let index = try #require(try sockets.link(named: name)).index
      #expect(routes.count == count && routes.allSatisfy { $0.linkIndex == index })
      return listings
    }
    // What each of two interfaces has, of both families.
    #expect(try listings(200, at: "calipod") == 4)
    // And once all, for what stands in the way.
    #expect(try listings(200, at: "calitwo") == 6)
    #expect(try listings(1, at: "calipod") == 6)
    #expect(try listings(1, at: "calipod") == 4)
  }

  @Test("a question about an interface that fails changes nothing of whose it is")
  func silence() throws {
    let host = try Host()
    let kernel = SilentKernel(
      try NetlinkSocket(.route, in: NetworkNamespace(name: host.namespace.name)))
    let sockets = RouteSocket(kernel)
    let context = try host.context(sockets)
    context.apply(.endpoint("ns/pod", Host.pod))
    #expect(context.look() == ["calipod"])
    let before = try context.look(at: "calipod")
    guard case .workloads(true, _?) = before else {
      Issue.record("\(before)")
      return
    }
    kernel.silence = .byIndex
    #expect(try context.look(at: "calipod") == before)
    kernel.silence = .all
    context.mark(["calipod"])
    #expect(context.look() == [])
    #expect(context.unseenEndpoints["ns/pod"]?.isEmpty == false)
    #expect(context.look() == [])
    kernel.silence = .none
    #expect(context.look() == ["calipod"], "the next round asks again")
    #expect(context.unseenEndpoints == [:])
    #expect(try context.look(at: "calipod") == before)
    // What is there instead is not asked of the one before.
    try host.script(
      "ip link del calipod; ip link add calipod type veth peer name podeth; ip link set calipod up")
    kernel.silence = .byIndex
    guard case .workloads(_, nil) = try context.look(at: "calipod") else {
      Issue.record("the end of another interface")
      return
    }
  }
}
