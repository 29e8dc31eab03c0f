// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink
import Testing

@testable import Dataplane

@Suite("What is the host's own")
struct OwnNetworkTests {
  private var links: [Link] = [
    Link(index: 1, name: "lo", flags: [.up, .loopback], hardwareType: 772),
    Link(index: 2, name: "eth0", flags: .up),
    Link(index: 3, name: "cali1", flags: .up, kind: "veth", peerIndex: 2, peerNamespaceID: 0),
    Link(index: 4, name: "br0", flags: .up, kind: "bridge"),
    Link(index: 5, name: "cali5", flags: .up, kind: "veth", peerIndex: 6),
    Link(index: 6, name: "calipeer", flags: .up, kind: "veth", peerIndex: 5),
  ]
  private var addresses: [LinkAddress] = []
  private var routes: [Route] = []

  private var own: OwnNetwork {
    OwnNetwork(links: links, addresses: addresses, routes: routes, prefixes: ["cali"])
  }

  private func reason(_ name: String) throws -> String? {
    own.reason(for: try #require(links.first { $0.name == name })) { index in
      links.first { $0.index == index }?.name
    }
  }

  private mutating func address(_ text: String, on index: UInt32) throws {
    addresses.append(
      LinkAddress(linkIndex: index, address: try #require(InterfaceAddress(text))))
  }

  private mutating func route(
    _ text: String, via gateway: String? = nil, on index: UInt32?, protocol: RouteProtocol = .boot,
    type: RouteType = .unicast
  ) throws {
    routes.append(
      Route(
        to: try #require(CIDR(text)), protocol: `protocol`, type: type,
        gateway: gateway.flatMap { IPAddress($0) }, linkIndex: index))
  }

  @Test("a route by a link that came after the links were listed tells nothing of the host")
  func lateLink() throws {
    var suite = self
    try suite.route("10.65.0.7/32", on: 77)
    try suite.route("10.65.0.8/32", on: 2)
    try suite.route("10.65.0.9/32", on: nil, type: .blackhole)
    let told = suite.own.addresses
    #expect(told[try #require(IPAddress("10.65.0.7"))] == nil)
    #expect(told[try #require(IPAddress("10.65.0.8"))] == "has a route of the host's own by eth0")
    #expect(told[try #require(IPAddress("10.65.0.9"))] == "has a route of the host's own")
  }

  @Test("loopback, devices and all kinds but those that lead to workloads are the host's")
  func kinds() throws {
    var suite = self
    for kind in [
      "bridge", "bond", "vlan", "vxlan", "ipip", "wireguard", "macvlan", "dummy", "ipvlan",
    ] {
      suite.links.append(Link(index: 9, name: "cali9", flags: .up, kind: kind))
      #expect(try suite.reason("cali9") == "it is of the kind \(kind)")
      suite.links.removeLast()
    }
    for kind in ["veth", "tun", "netkit"] {
      suite.links.append(Link(index: 9, name: "cali9", flags: .up, kind: kind))
      #expect(try suite.reason("cali9") == nil)
      suite.links.removeLast()
    }
    #expect(try suite.reason("lo") == "it is the loopback interface")
    #expect(try suite.reason("eth0") == "it is a device of the host")
  }

  @Test("what is part of another interface or carries one is the host's")
  func stacks() throws {
    var suite = self
    suite.links[2].masterIndex = 4
    suite.links.append(Link(index: 9, name: "cali5.7", flags: .up, kind: "vlan", peerIndex: 5))
    #expect(try suite.reason("cali1") == "it is part of br0")
    #expect(try suite.reason("cali5") == "cali5.7 is built on it")
    // The other end of a pair is not built on it, and what is below in another namespace not here.
    #expect(try suite.reason("calipeer") == nil)
    suite.links[6].peerNamespaceID = 3
    #expect(try suite.reason("cali5") == nil)
  }

  @Test("a network or a default route of the host's is told from what a workload's may carry")
  func evidence() throws {
    var suite = self
    // As some plugins have it: the router's address on every workload's interface.
    try suite.address("10.65.0.1/32", on: 3)
    try suite.address("fe80::1/64", on: 3)
    #expect(try suite.reason("cali1") == nil)
    try suite.address("172.21.0.1/24", on: 3)
    #expect(try suite.reason("cali1") == "it has an address of the host's in 172.21.0.0/24")
    // A workload is there: what somebody adds does not make it the host's …
    try suite.route("10.65.0.7/32", on: 3)
    #expect(try suite.reason("cali1") == nil)
    // … unless it is all that an uplink has.
    try suite.route("0.0.0.0/0", via: "172.21.0.254", on: 3)
    #expect(try suite.reason("cali1") == "it has an address of the host's in 172.21.0.0/24")

    try suite.route("::/0", via: "fe80::9", on: 5)
    #expect(try suite.reason("cali5") == "the host's default route leads there")
  }

  @Test("its addresses, its gateways and what it has routes of its own to are the host's")
  func addressesTaken() throws {
    var suite = self
    try suite.address("127.0.0.1/8", on: 1)
    try suite.address("192.0.2.1/24", on: 2)
    try suite.address("fe80::2/64", on: 2)
    try suite.route("0.0.0.0/0", via: "192.0.2.254", on: 2)
    try suite.route("10.66.0.0/26", via: "192.0.2.3", on: 2, protocol: .bird)
    try suite.route("::/0", via: "fe80::9", on: 2)
    try suite.route("198.51.100.7/32", on: 2)
    try suite.route("198.51.100.8/32", on: nil, type: .blackhole)
    // A borrowed address, which may come home.
    try suite.route("10.65.0.8/32", via: "192.0.2.3", on: 2, protocol: .bird)
    // Workloads', and what somebody routes behind one.
    try suite.route("10.65.0.7/32", on: 3)
    try suite.route("10.99.0.0/24", via: "10.65.0.7", on: 3)
    let several = Route(
      to: CIDR.everything(.v4),
      nextHops: [
        Route.NextHop(gateway: IPAddress("192.0.2.253"), linkIndex: 2),
        Route.NextHop(gateway: IPAddress("10.65.0.7"), linkIndex: 3),
      ])
    suite.routes.append(several)
    let texts = Dictionary(
      uniqueKeysWithValues: suite.own.addresses.map { ($0.key.description, $0.value) })
    #expect(
      texts == [
        "127.0.0.1": "is the host's own on lo", "192.0.2.1": "is the host's own on eth0",
        "192.0.2.254": "is the host's gateway on its default route",
        "192.0.2.253": "is the host's gateway on its default route",
        "192.0.2.3": "is the host's gateway on its route to 10.66.0.0/26",
        "198.51.100.7": "has a route of the host's own by eth0",
        "198.51.100.8": "has a route of the host's own",
      ])
  }

  @Test("prefixes that the host's interfaces have are refused in words")
  func prefixes() throws {
    var suite = self
    try suite.address("192.0.2.1/24", on: 2)
    func prefixes(_ texts: String...) -> WorkloadPrefixes {
      WorkloadPrefixes(texts, hosts: suite.own.uplinks)
    }
    #expect(prefixes("cali").usable == ["cali"])
    #expect(prefixes("cali", "tap", "cali").usable == ["cali", "tap"])
    #expect(prefixes("cali").problems == [])
    for text in ["e", "eth", "eth0", "l", "lo"] {
      let found = prefixes(text, "tap")
      #expect(found.usable == ["tap"], "\(text)")
      #expect(found.problems.first?.hasPrefix("interface prefix '\(text)' would match ") == true)
      #expect(found.problems.first?.hasSuffix("; not used, but 'tap'") == true)
      #expect(prefixes(text).usable == ["cali"])
    }
    #expect(prefixes("").usable == ["cali"])
    #expect(prefixes().usable == ["cali"])
    #expect(
      prefixes("").problems == [
        "interface prefix '' would match every interface; not used, but 'cali'"
      ])
    // An uplink of a container is a veth, and a bridge with an address is one as well.
    suite.links.append(Link(index: 9, name: "up9", flags: .up, kind: "veth"))
    try suite.address("172.21.0.1/24", on: 9)
    try suite.address("172.20.0.1/24", on: 4)
    #expect(prefixes("up").usable == ["cali"])
    #expect(prefixes("br").usable == ["cali"])
    // A workload's interface that somebody gave an address must not turn policy off.
    try suite.route("10.65.0.7/32", on: 3)
    try suite.address("172.22.0.1/24", on: 3)
    #expect(prefixes("cali").problems == [])
  }
}
