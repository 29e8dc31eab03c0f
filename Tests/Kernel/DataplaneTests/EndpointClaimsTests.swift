// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import HostSystem
import PolicyModel
import TestSupport
import Testing

@testable import Dataplane

@Suite("Who has which interface and address")
struct EndpointClaimsTests {
  private static let macs = [1, 2].map { MACAddress(bits: 0x0200_0000_0000 + $0) }
  private static let times = ["2024-01-01T00:00:00Z", "2024-01-01T00:00:01Z"]

  private static func net(_ number: UInt32) -> CIDR {
    CIDR(host: IPAddress(v4: 0x0a41_0000 + number))
  }

  private static func endpoint(
    _ interface: String, _ nets: [UInt32] = [], mac: Int? = nil, age: Int? = nil
  ) -> DesiredEndpoint {
    DesiredEndpoint(
      interfaceName: interface, ipv4Nets: nets.map(net), mac: mac.flatMap { macs[$0] },
      created: age.map { times[$0] }, profiles: nets.map { "p\($0)" })
  }

  private func claims(_ endpoints: [EndpointID: DesiredEndpoint]) -> EndpointClaims {
    var claims = EndpointClaims(prefixes: ["cali"])
    for (key, endpoint) in endpoints { claims.set(key, endpoint) }
    return claims
  }

  @Test(
    "of an interface, the one whose MAC address its other end has, then the youngest, then by name")
  func interfaces() {
    let running = Self.endpoint("cali1", mac: 0, age: 0)
    let stale = Self.endpoint("cali1", mac: 1, age: 1)
    let silent = Self.endpoint("cali1", age: 1)
    var claims = claims(["ns/run": running, "ns/old": stale, "ns/quiet": silent])
    func owner(_ place: EndpointClaims.Place) -> EndpointID? {
      claims.place("cali1", place)
      return claims.owner(of: "cali1")
    }
    #expect(owner(.workloads(isUp: true, otherEnd: Self.macs[0])) == "ns/run")
    #expect(
      claims.problem(of: "ns/quiet")
        == "interface 'cali1' belongs to ns/run, whose MAC address its other end has")
    #expect(claims.problem(of: "ns/run") == nil)
    // Nobody's: those with another MAC address come last, though they are as new.
    #expect(owner(.workloads(isUp: true, otherEnd: MACAddress(bits: 1))) == "ns/quiet")
    #expect(
      claims.problem(of: "ns/old")
        == "interface 'cali1' belongs to ns/quiet, as its other end has another MAC address")
    // Nothing is known of it: by age, then by name.
    #expect(owner(.workloads(isUp: true, otherEnd: nil)) == "ns/old")
    #expect(
      claims.problem(of: "ns/quiet")
        == "interface 'cali1' belongs to ns/old, which is first by name")
    #expect(
      claims.problem(of: "ns/run") == "interface 'cali1' belongs to ns/old, which was created later"
    )
    #expect(owner(.missing) == "ns/old")
    claims.set("ns/old", nil)
    claims.set("ns/quiet", nil)
    #expect(claims.owner(of: "cali1") == "ns/run")
    #expect(claims.problem(of: "ns/run") == nil)
  }

  @Test("of an address, the one whose interface is up, then the youngest, then by name")
  func addresses() {
    var claims = claims([
      "ns/a": Self.endpoint("cali1", [1, 2], age: 0),
      "ns/b": Self.endpoint("cali2", [2, 3], age: 1),
    ])
    #expect(claims.nets(of: "cali1") == [Self.net(1)])
    #expect(claims.nets(of: "cali2") == [Self.net(2), Self.net(3)])
    #expect(
      claims.problem(of: "ns/a")
        == "not routed to 'cali1': 10.65.0.2 belongs to ns/b, which was created later")
    claims.place("cali1", .workloads(isUp: true, otherEnd: nil))
    #expect(claims.nets(of: "cali1") == [Self.net(1), Self.net(2)])
    #expect(
      claims.problem(of: "ns/b")
        == "not routed to 'cali2': 10.65.0.2 belongs to ns/a, whose interface is up")
    // Who has not its interface has no address either.
    claims.set("ns/c", Self.endpoint("cali1", [9], age: 1))
    #expect(claims.nets(of: "cali1") == [Self.net(9)])
    #expect(claims.nets(of: "cali2") == [Self.net(2), Self.net(3)])
    claims.set("ns/c", nil)
    claims.set("ns/a", nil)
    #expect(claims.problem(of: "ns/b") == nil)
  }

  @Test("of an address, the one whose MAC address is at its interface's other end, however old")
  func addressesByMAC() {
    var claims = claims([
      "ns/old": Self.endpoint("cali1", [1], mac: 0, age: 0),
      "ns/young": Self.endpoint("cali2", [1], mac: 1, age: 1),
    ])
    claims.place("cali1", .workloads(isUp: true, otherEnd: Self.macs[0]))
    claims.place("cali2", .workloads(isUp: true, otherEnd: nil))
    #expect(claims.nets(of: "cali1") == [Self.net(1)])
    #expect(
      claims.problem(of: "ns/young")
        == "not routed to 'cali2': 10.65.0.1 belongs to ns/old, whose MAC address its interface's "
        + "other end has")
    // Nothing speaks for the old one, and something against the young one.
    claims.place("cali1", .workloads(isUp: true, otherEnd: nil))
    claims.place("cali2", .workloads(isUp: true, otherEnd: Self.macs[0]))
    #expect(claims.nets(of: "cali1") == [Self.net(1)])
    #expect(
      claims.problem(of: "ns/young")
        == "not routed to 'cali2': 10.65.0.1 belongs to ns/old, as the other end of 'cali2' has "
        + "another MAC address")
    claims.place("cali2", .workloads(isUp: true, otherEnd: Self.macs[1]))
    #expect(claims.nets(of: "cali2") == [Self.net(1)])
    // An interface that is down leads nowhere, whoever is there.
    claims.place("cali2", .workloads(isUp: false, otherEnd: Self.macs[1]))
    #expect(claims.nets(of: "cali1") == [Self.net(1)])
  }

  @Test(
    "an interface that is no workload's by its name or by the kernel is nobody's",
    arguments: ["eth0", "lo", "", "..", "all", "default", "cal", "Cali1", "cali0123456789ab"])
  func names(name: String) {
    var claims = claims(["ns/a": Self.endpoint(name, [1])])
    claims.place(name, .workloads(isUp: true, otherEnd: nil))
    #expect(claims.owner(of: name) == nil)
    #expect(claims.nets(of: name) == [])
    #expect(
      claims.problem(of: "ns/a")?.hasPrefix("interface '\(name)' is not a workload's: ") == true)
  }

  @Test("an interface that becomes the host's is nobody's until it is not any more")
  func hosts() {
    var claims = claims(["ns/a": Self.endpoint("cali1", [1]), "ns/b": Self.endpoint("cali2", [1])])
    #expect(claims.nets(of: "cali1") == [Self.net(1)])
    claims.place("cali1", .hosts("it is part of br0"))
    #expect(claims.owner(of: "cali1") == nil)
    #expect(claims.nets(of: "cali2") == [Self.net(1)])
    #expect(
      claims.problem(of: "ns/a") == "interface 'cali1' is not a workload's: it is part of br0")
    claims.place("cali1", .missing)
    #expect(claims.nets(of: "cali1") == [Self.net(1)])
  }

  @Test(
    "an address that is the host's or that no workload can have is nobody's",
    arguments: [
      "0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "169.254.169.254", "::", "::1",
      "fe80::1", "ff02::1", "10.65.0.0/24", "192.0.2.1",
    ])
  func hostAddresses(text: String) throws {
    let net = try #require(CIDR(text))
    var endpoint = DesiredEndpoint(interfaceName: "cali1", ipv4Nets: [Self.net(1)])
    if net.family == .v4 { endpoint.ipv4Nets.append(net) } else { endpoint.ipv6Nets.append(net) }
    var claims = claims(["ns/a": endpoint])
    let own = try #require(IPAddress("192.0.2.1"))
    claims.setHostAddresses([own: "is the host's own on eth0"])
    #expect(claims.nets(of: "cali1") == [Self.net(1)])
    #expect(claims.problem(of: "ns/a")?.contains("\(net.address) ") == true)
    claims.setHostAddresses([:])
    #expect(claims.nets(of: "cali1").contains(net) == (net.address == own))
  }

  @Test("what is no claim touches no interface, and what is touches those concerned")
  func touches() {
    let first = Self.endpoint("cali1", [1, 2], mac: 0, age: 0)
    var claims = claims(["ns/a": first, "ns/b": Self.endpoint("cali2", [2], age: 1)])
    _ = claims.takeTouched()
    var policed = first
    policed.tiers.normal = [DesiredTier(name: "default")]
    policed.profiles = ["other"]
    policed.allowedSourcePrefixes = [Self.net(9)]
    claims.set("ns/a", policed)
    #expect(claims.takeTouched() == [])
    #expect(claims.endpoints["ns/a"] == policed)
    let changes = [
      Self.endpoint("cali3", [1, 2], mac: 0, age: 0), Self.endpoint("cali1", [1], mac: 0, age: 0),
      Self.endpoint("cali1", [1, 2], mac: 1, age: 0), Self.endpoint("cali1", [1, 2], age: 0),
      Self.endpoint("cali1", [1, 2], mac: 0, age: 1),
    ]
    for change in changes {
      claims.set("ns/a", change)
      // The address that both claim may be the other's now.
      #expect(claims.takeTouched().isSuperset(of: ["cali1", "cali2"]), "\(change)")
      claims.set("ns/a", first)
      _ = claims.takeTouched()
    }
  }

  @Test("an endpoint's new policies are in force though it claims what it claimed")
  func policies() {
    var changed = Self.endpoint("cali1", [1])
    changed.tiers.normal = [DesiredTier(name: "default", ingress: [Scene.policy])]
    var (table, fresh) = (
      PolicyTable(DataplaneConfiguration()), PolicyTable(DataplaneConfiguration())
    )
    var (claims, others) = (
      EndpointClaims(prefixes: ["cali"]), EndpointClaims(prefixes: ["cali"])
    )
    table.apply([.endpoint("ns/a", Self.endpoint("cali1", [1]))], &claims)
    claims.apply(.endpoint("ns/a", changed))
    #expect(claims.takeTouched() == [])
    table.apply([.endpoint("ns/a", changed)], &claims)
    fresh.apply([.endpoint("ns/a", changed)], &others)
    #expect(table.model == fresh.model)
  }

  // MARK: - In any order

  /// Everything that is decided, for all interfaces and endpoints.
  private struct Decisions: Hashable {
    var owners: [String: EndpointID] = [:]
    var nets: [String: [CIDR]] = [:]
    var problems: [EndpointID: String] = [:]

    mutating func update(_ interfaces: some Sequence<String>, from claims: EndpointClaims) {
      for interface in interfaces {
        owners[interface] = claims.owner(of: interface)
        let found = claims.nets(of: interface)
        nets[interface] = found.isEmpty ? nil : found
        for key in claims.claimants(of: interface) { problems[key] = claims.problem(of: key) }
      }
    }
  }

  /// What is claimed and what the kernel says, as it is now.
  private struct Now {
    static let interfaces = ["cali1", "cali2", "cali3", "eth0"]
    static let keys: [EndpointID] = ["a/1", "a/2", "b/1", "b/2", .host("c")]
    var endpoints: [EndpointID: DesiredEndpoint] = [:]
    var places: [String: EndpointClaims.Place] = [:]
    var hostAddresses: [IPAddress: String] = [:]

    /// One thing happens.
    mutating func change(_ dice: inout SplitMix64) -> Event {
      switch dice.below(10) {
      case 0..<5:
        let key = dice.pick(Self.keys)
        let endpoint = EndpointClaimsTests.endpoint(
          dice.pick(Self.interfaces), dice.some([1, 2, 3], atMost: 2),
          mac: dice.pick([nil, 0, 1]), age: dice.pick([nil, 0, 1]))
        endpoints[key] = endpoint
        return .endpoint(key, endpoint)
      case 5, 6:
        let key = dice.pick(Self.keys)
        // A deletion may be told of what has never been there.
        endpoints[key] = nil
        return .endpoint(key, nil)
      case 7, 8:
        let interface = dice.pick(Self.interfaces)
        let place: EndpointClaims.Place = dice.pick([
          .missing, .hosts("it is part of br0"), .workloads(isUp: true, otherEnd: nil),
          .workloads(isUp: dice.chance(50), otherEnd: dice.pick(EndpointClaimsTests.macs)),
        ])
        places[interface] = place
        return .place(interface, place)
      default:
        hostAddresses = dice.chance(50) ? [:] : [EndpointClaimsTests.net(1).address: "is its own"]
        return .hostAddresses(hostAddresses)
      }
    }

    /// All of it as events, in any order.
    func events(_ dice: inout SplitMix64) -> [Event] {
      let endpoints = self.endpoints.sorted { $0.key < $1.key }.map { Event.endpoint($0, $1) }
      return [.hostAddresses(hostAddresses)] + endpoints.shuffled(using: &dice)
        + places.sorted { $0.key < $1.key }.map { Event.place($0, $1) }.shuffled(using: &dice)
    }
  }

  private enum Event {
    case endpoint(EndpointID, DesiredEndpoint?)
    case place(String, EndpointClaims.Place)
    case hostAddresses([IPAddress: String])
  }

  @Test("follows from what is there now, in whatever order it came; and nothing changes untold")
  func order() {
    var dice = SplitMix64(for: "claims in any order")
    for _ in 0..<300 {
      var now = Now()
      var claims = EndpointClaims(prefixes: ["cali"])
      var known = Decisions()
      for _ in 0..<30 {
        switch now.change(&dice) {
        case .endpoint(let key, let endpoint):
          claims.set(key, endpoint)
          if endpoint == nil { known.problems[key] = nil }
          // An interface is looked at when somebody new claims it.
          for (interface, place) in now.places { claims.place(interface, place) }
        case .place(let interface, let place): claims.place(interface, place)
        case .hostAddresses(let addresses): claims.setHostAddresses(addresses)
        }
        known.update(claims.takeTouched(), from: claims)
        var fresh = EndpointClaims(prefixes: ["cali"])
        for event in now.events(&dice) {
          switch event {
          case .endpoint(let key, let endpoint): fresh.set(key, endpoint)
          case .place(let interface, let place): fresh.place(interface, place)
          case .hostAddresses(let addresses): fresh.setHostAddresses(addresses)
          }
        }
        var all = Decisions()
        all.update(Now.interfaces, from: fresh)
        #expect(known == all, "seed \(dice.seed)")
        if known != all { return }
      }
    }
  }

  @Test("the dispatch is the same in whatever order endpoints and interfaces came")
  func dispatch() {
    var dice = SplitMix64(for: "dispatch in any order")
    struct Tables {
      var table = PolicyTable(DataplaneConfiguration())
      var claims = EndpointClaims(prefixes: ["cali"])

      mutating func apply(_ event: Event) {
        var changes: [DesiredChange] = []
        switch event {
        case .endpoint(let key, let endpoint?): changes = [.endpoint(key, endpoint)]
        case .endpoint(let key, nil): changes = [.endpointRemoved(key)]
        case .place(let interface, let place): claims.place(interface, place)
        case .hostAddresses(let addresses): claims.setHostAddresses(addresses)
        }
        table.apply(changes, &claims)
      }
    }
    for _ in 0..<60 {
      var now = Now()
      var known = Tables()
      for _ in 0..<25 {
        known.apply(now.change(&dice))
        for (interface, place) in now.places { known.apply(.place(interface, place)) }
        var fresh = Tables()
        for event in now.events(&dice) { fresh.apply(event) }
        #expect(known.table.model == fresh.table.model, "seed \(dice.seed)")
        if known.table.model != fresh.table.model { return }
      }
    }
  }
}
