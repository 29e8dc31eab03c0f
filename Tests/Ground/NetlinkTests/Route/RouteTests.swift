// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink
import Testing

@Suite("Routes and rules", .needsRoot)
struct RouteTests {
  /// Every kind of route that is programmed.
  private func samples(_ index: UInt32, _ other: UInt32) throws -> [Route] {
    let mine = RouteProtocol(rawValue: 80)
    return [
      Route(to: try cidr("10.65.0.2"), protocol: mine, linkIndex: index),
      Route(
        to: try cidr("0.0.0.0/0"), gateway: try ip("169.254.1.1"), linkIndex: index,
        isOnLink: true),
      Route(to: try cidr("10.65.1.0/26"), protocol: .bird, type: .blackhole),
      Route(to: try cidr("10.65.9.0/26"), type: .unreachable, metric: 50),
      Route(to: try cidr("10.65.9.64/26"), type: .prohibit),
      Route(to: try cidr("10.65.9.128/26"), type: .throw),
      Route(
        to: try cidr("10.66.0.0/16"), table: 1000, protocol: mine,
        gateway: try ip("10.0.0.7"), linkIndex: index, source: try ip("10.0.0.1"),
        metric: 77, mtu: 1400),
      Route(
        to: try cidr("10.67.0.0/16"),
        nextHops: [
          .init(gateway: try ip("10.0.0.7"), linkIndex: index, weight: 3),
          .init(gateway: try ip("10.1.0.7"), linkIndex: other, isOnLink: true),
        ]),
      Route(to: try cidr("10.68.0.0/16"), gateway: try ip("fd00::7"), linkIndex: index),
      Route(
        to: try cidr("10.70.0.0/16"),
        nextHops: [
          .init(gateway: try ip("fd00::7"), linkIndex: index),
          .init(linkIndex: other),
        ]),
      Route(to: try cidr("10.0.0.200"), table: RouteTable.local, type: .local, linkIndex: index),
      Route(to: try cidr("fd01::2"), protocol: mine, linkIndex: index),
      Route(
        to: try cidr("::/0"), gateway: try ip("fe80::1"), linkIndex: index, metric: 5,
        isOnLink: true),
      Route(to: try cidr("fd02::/122"), protocol: .bird, type: .blackhole),
      Route(to: try cidr("fd03::/64"), table: 2000, gateway: try ip("fd00::9"), linkIndex: index),
      Route(
        to: try cidr("fd04::/64"),
        nextHops: [
          .init(gateway: try ip("fd00::7"), linkIndex: index),
          .init(gateway: try ip("fd00::8"), linkIndex: index, weight: 2),
        ]),
    ]
  }

  private func prepare(_ space: TestNamespace) throws -> (RouteSocket, UInt32, UInt32) {
    let index = try space.device("d0")
    let other = try space.device("d1")
    let socket = try space.routes()
    for text in ["10.0.0.1/24", "fd00::1/64"] {
      try socket.add(
        LinkAddress(
          linkIndex: index, address: try parse(text),
          flags: .noDuplicateDetection))
    }
    return (socket, index, other)
  }

  @Test("a route over several links is found by each of them")
  func severalLinks() throws {
    try TestNamespace.with { space in
      let (socket, index, other) = try prepare(space)
      let third = try space.device("d2")
      let route = Route(
        to: try cidr("10.67.0.0/16"),
        nextHops: [.init(linkIndex: index), .init(linkIndex: other)])
      try socket.add(route)
      let table = RouteTable.main
      for (link, isThere) in [(index, true), (other, true), (third, false)] {
        let found = try socket.routes(RouteFilter(table: table, linkIndex: link))
        #expect(found.contains(route) == isThere, "\(link)")
        #expect(RouteFilter(linkIndex: link).matches(route) == isThere, "\(link)")
      }
    }
  }

  @Test("the kernel shows a route exactly as it was asked for")
  func exact() throws {
    try TestNamespace.with { space in
      let (socket, index, other) = try prepare(space)
      for route in try samples(index, other) {
        try socket.add(route)
        let found = try socket.routes(RouteFilter(family: route.family, table: route.table))
        #expect(found.filter { $0.destination == route.destination } == [route])
        #expect { try socket.add(route) } throws: { ($0 as? NetlinkError)?.isAlreadyThere == true }
        try socket.delete(route)
        #expect(!(try socket.routes().contains { $0.destination == route.destination }))
        #expect { try socket.delete(route) } throws: { ($0 as? NetlinkError)?.isNotFound == true }
      }
    }
  }

  @Test("a route takes the place of the one with the same destination and metric")
  func replace() throws {
    try TestNamespace.with { space in
      let (socket, index, other) = try prepare(space)
      for text in ["10.9.0.0/24", "fd09::/64"] {
        var route = Route(to: try cidr(text), linkIndex: index)
        try socket.replace(route)
        route.linkIndex = other
        try socket.replace(route)
        #expect(
          try socket.routes(RouteFilter(table: RouteTable.main))
            .filter { $0.destination == route.destination } == [route])
      }
    }
  }

  @Test("filters leave out other tables, protocols, links and types")
  func filters() throws {
    try TestNamespace.with { space in
      let (socket, index, other) = try prepare(space)
      let all = try samples(index, other)
      for route in all { try socket.add(route) }
      let mine = RouteProtocol(rawValue: 80)
      func check(_ filter: RouteFilter) throws {
        let found = try socket.routes(filter)
        #expect(found.allSatisfy { filter.matches($0) })
        #expect(Set(found).isSuperset(of: all.filter { filter.matches($0) }))
        #expect(!found.isEmpty)
      }
      try check(RouteFilter())
      try check(RouteFilter(protocol: mine))
      try check(RouteFilter(family: .v6, protocol: mine))
      try check(RouteFilter(table: 1000))
      try check(RouteFilter(type: .blackhole))
      try check(RouteFilter(linkIndex: other))
      try check(RouteFilter(family: .v4, table: RouteTable.main, linkIndex: index))
      #expect(try socket.routes(RouteFilter(table: 4242)).isEmpty)
      #expect(try socket.routes(RouteFilter(linkIndex: 4242)).isEmpty)
    }
  }

  @Test("routes are listed by the thousand")
  func many() throws {
    try TestNamespace.with { space in
      let (socket, index, _) = try prepare(space)
      let nets = try cidr("10.200.0.0/18")
      for net in nets.subnets(ofPrefixLength: 30) {
        try socket.add(Route(to: net, table: 7, linkIndex: index))
      }
      #expect(try socket.routes(RouteFilter(family: .v4, table: 7)).count == 4096)
    }
  }

  @Test(
    "a route that has more than can be written says so, and no other does",
    arguments: [
      "10.9.0.0/24 via 10.0.0.7 realm 5", "10.9.0.0/24 via 10.0.0.7 advmss 1000",
      "10.9.0.0/24 via 10.0.0.7 mtu lock 1400", "10.9.0.0/24 via 10.0.0.7 tos 4",
      "10.9.0.0/24 nexthop via 10.0.0.7 realm 7 nexthop via 10.0.0.8",
      "fd09::/64 via fd00::7 pref high", "fd09::/64 via fd00::7 expires 5000",
      "fd09::/64 via fd00::7 hoplimit 9",
    ])
  func more(route: String) throws {
    try TestNamespace.with { space in
      let (socket, index, other) = try prepare(space)
      for route in try samples(index, other) { try socket.add(route) }
      #expect(try socket.routes().allSatisfy { !$0.isMoreThanThis })
      let destination = try cidr(String(route.prefix { $0 != " " }))
      try space.run("sh", "-ec", "ip route add \(route)")
      let found = try socket.routes().filter { $0.destination == destination }
      #expect(found.count == 1 && found.allSatisfy(\.isMoreThanThis))
    }
  }

  @Test("rules are listed")
  func rules() throws {
    try TestNamespace.with { space in
      try space.run(
        "ip", "rule", "add", "pref", "100", "not", "fwmark", "0x100/0xff00", "from", "10.1.0.0/16",
        "iif", "lo", "lookup", "1234")
      let rules = try space.routes().rules()
      #expect(rules.contains { $0.family == .v4 && $0.priority == 32766 && $0.table == 254 })
      #expect(rules.contains { $0.family == .v6 && $0.priority == 0 && $0.table == 255 })
      let rule = try #require(rules.first { $0.priority == 100 })
      #expect(rule.mark == 0x100 && rule.markMask == 0xff00 && rule.table == 1234)
      #expect(rule.source == CIDR("10.1.0.0/16") && rule.inputLink == "lo")
      #expect(rule.isInverted && rule.action == .lookUp && rule.destination == nil)
    }
  }
}
