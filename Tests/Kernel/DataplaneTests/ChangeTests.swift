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

@Suite("Changes under traffic", .serialized, .needsRoot)
struct ChangeTests {
  @Test("members that come and go disturb nobody else's packets")
  func members() async throws {
    let scene = try await Scene()
    let dataplane = try scene.dataplane()
    try await dataplane.start()
    // Web is let in as a host and guest as one of a network; both stay in all the time.
    let hosts = [CIDR(host: Scene.web.ipv4), CIDR(host: Scene.web.ipv6)]
    let narrow = try #require(CIDR("10.65.0.6/31"))
    let wide = try #require(CIDR("10.65.0.4/30"))
    _ = await dataplane.apply([Scene.set(hosts + [narrow])] + Scene.changes.dropFirst())
    let flows = [
      Scene.udp(Scene.web, Scene.db), Scene.udp(Scene.guest, Scene.db),
      Scene.udp(Scene.web, Scene.db, family: .v6), Scene.udp(Scene.guest, Scene.db, family: .v6),
      Scene.udp(Scene.web, Scene.db, port: 81),
    ]
    // Traffic for as long as there are changes, and some more.
    let chunk = 200
    var sent = 0
    var arrived = flows.map { _ in 0 }
    let isOver = Flag()
    async let end: Void = Self.churn(dataplane, narrow, wide, isOver)
    while await !isOver.isSet || sent == 0 {
      let counts = try await scene.lab.stream(flows, count: chunk, controls: Scene.controls)
      for (index, count) in counts.enumerated() { arrived[index] += count }
      sent += chunk
    }
    await end
    print("\(sent) packets of each flow while members changed, arrived: \(arrived)")
    #expect(arrived == [sent, sent, sent, 0, 0])
  }

  private actor Flag {
    private(set) var isSet = false
    func set() { isSet = true }
  }

  /// Hosts come and go, and a network that holds the sender becomes wider and narrow again.
  private static func churn(
    _ dataplane: Dataplane, _ narrow: CIDR, _ wide: CIDR, _ isOver: Flag
  ) async {
    for round: UInt32 in 0..<200 {
      let others = (0..<20).map {
        IPSetMember.net(CIDR(host: IPAddress(v4: 0x0b00_0000 + round * 20 + $0)))
      }
      for (added, removed) in [
        (others + [.net(wide)], [.net(narrow)]), ([.net(narrow)], others + [.net(wide)]),
      ] {
        let change = DesiredChange.setMembers(Scene.friends, added: added, removed: removed)
        #expect(await dataplane.apply([change]).failure == nil)
      }
    }
    await isOver.set()
  }

  @Test("a rule that changes leaves the others' counters as they are")
  func counters() async throws {
    let scene = try await Scene()
    let dataplane = try scene.dataplane()
    try await dataplane.start()
    func change(_ transport: IPProtocol) -> DesiredChange {
      var destination = DesiredMatch()
      destination.ports = [PortRange(99)]
      return Scene.rules(
        DesiredRule(.allow, transport: transport),
        DesiredRule(.deny, transport: .udp, destination: destination))
    }
    _ = await dataplane.apply(Scene.changes + [change(.sctp)])
    let probes = [Scene.udp(Scene.web, Scene.db), Scene.udp(Scene.guest, Scene.db, port: 99)]
    #expect(try await scene.arrive(probes) == [true, false])
    func counts() throws -> [UInt64] {
      let socket = try NFTablesSocket(in: scene.namespace)
      let chain = Names.policy(Scene.policy, .ingress)
      return try socket.rules(of: ChainModel.table, chain: chain).flatMap { rule in
        rule.expressions.compactMap {
          if case .counter(let packets, _) = $0 { packets } else { nil }
        }
      }
    }
    // Web's rule has one variant for each family.
    #expect(try counts() == [1, 0, 0, 1])
    _ = await dataplane.apply([change(.udplite)])
    #expect(try counts() == [1, 0, 0, 1])
    // One goes, and one comes: the ends stay.
    _ = await dataplane.apply([Scene.rules()])
    #expect(try counts() == [1, 0])
  }

  @Test("the end of an endpoint ends its connections, whoever has its address then")
  func connections() async throws {
    let scene = try await Scene()
    let dataplane = try scene.dataplane()
    try await dataplane.start()
    _ = await dataplane.apply(Scene.changes)
    let socket = try ConntrackSocket(in: scene.namespace)
    func connections() throws -> Int {
      try socket.entries().count {
        [$0.original.source, $0.original.destination].contains(Scene.db.ipv4)
      }
    }
    let there = LabProbe(.udp, from: Scene.web.ipv4, port: 40000, to: Scene.db.ipv4, port: 80)
    try await scene.lab.exchange(there)
    #expect(try connections() == 1)
    // The rule is gone, and what is established goes on.
    _ = await dataplane.apply([Scene.rules(), Scene.set([])])
    #expect(try await scene.lab.again(there, controls: Scene.controls))
    // Another endpoint takes the address before the first one goes.
    let heir = DesiredEndpoint(
      interfaceName: Scene.db.interface, ipv4Nets: [CIDR(host: Scene.db.ipv4)],
      tiers: DesiredTiers(normal: [DesiredTier(name: "default", ingress: [Scene.policy])]),
      profiles: [Scene.open])
    _ = await dataplane.apply([.endpoint("shop/heir", heir), .endpointRemoved(Scene.db.key)])
    #expect(try connections() == 0)
    #expect(try await scene.lab.again(there, controls: Scene.controls) == false)
    // What the heir may have goes on, whatever else changes.
    let friends = [CIDR(host: Scene.web.ipv4)]
    _ = await dataplane.apply([Scene.set(friends)])
    try await scene.lab.exchange(there)
    #expect(try connections() == 1)
    _ = await dataplane.apply([Scene.set(friends + [CIDR(host: Scene.guest.ipv4)])])
    #expect(try connections() == 1)
  }

  @Test("an address that the host takes from an endpoint keeps the host's connections")
  func hostsConnections() async throws {
    let host = try Host()
    let dataplane = try host.namespace.dataplane()
    try await dataplane.start()
    #expect(await dataplane.apply([.endpoint("ns/pod", Host.pod), .inSync]).pending == [:])
    try host.script("ip addr add 10.65.0.9/32 dev eth0")
    try host.namespace.run("bash", "-c", "echo > /dev/udp/10.65.0.9/53")
    let socket = try ConntrackSocket(in: NetworkNamespace(name: host.namespace.name))
    let address = try #require(Host.pod.ipv4Nets.first).address
    #expect(try socket.entries().count { $0.involves(address) } == 1)
    #expect(
      await dataplane.hostChanged().refused == [
        "ns/pod": "not routed to 'calipod': 10.65.0.9 is the host's own on eth0"
      ])
    #expect(try socket.entries().count { $0.involves(address) } == 1)
  }

  @Test("a full set of the denied lets nobody through")
  func fullDeniedSet() async throws {
    let scene = try await Scene()
    let dataplane = try scene.dataplane()
    try await dataplane.start()
    _ = await dataplane.apply(Scene.changes)
    // The same table with room for two of each family.
    let listing = try await scene.nft("list", "table", "inet", "calico")
    #expect(listing.contains("size 65536"))
    let small =
      "delete table inet calico\n" + listing.replacing("size 65536", with: "size 2")
    try await NamespaceCommand.run(["nft", "-f", "-"], in: scene.namespace, input: small)
    let sources = (1...6).map { IPAddress(v4: 0xc000_0200 | $0) }
    let probes = sources.map {
      LabProbe(.udp, from: $0, port: 40000, to: Scene.db.ipv4, port: 80)
    }
    #expect(try await scene.arrive(probes) == probes.map { _ in false })
    let socket = try NFTablesSocket(in: scene.namespace)
    #expect(
      try socket.elements(of: ChainModel.table, set: BaseRenderer.deniedSet(.v4)).count == 2)
    #expect(try await scene.isRight())
  }
}
