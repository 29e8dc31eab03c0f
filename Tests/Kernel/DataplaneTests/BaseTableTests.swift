// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import PacketSimulator
import PolicyModel
import Testing

@testable import Dataplane

@Suite("The fixed parts of the table")
struct BaseTableTests {
  private static let outside = Scene.outside

  private static func packet(
    _ source: IPAddress, _ destination: IPAddress, in input: String?, out output: String?,
    port: UInt16 = 80, state: ConnectionState = .new
  ) -> Packet {
    Packet(
      .udp, from: source, port: 40000, to: destination, port: port, in: input, out: output,
      state: state)
  }

  /// From web to the database, or elsewhere.
  private static func fromWeb(
    to destination: IPAddress = Scene.db.ipv4, out: String? = Scene.db.interface,
    port: UInt16 = 80, state: ConnectionState = .new
  ) -> Packet {
    packet(
      Scene.web.ipv4, destination, in: Scene.web.interface, out: out, port: port, state: state)
  }

  private func tableau(
    _ configuration: DataplaneConfiguration = DataplaneConfiguration()
  ) throws -> SimulatedTableau {
    var tableau = try SimulatedTableau(configuration)
    try tableau.apply(Scene.changes)
    return tableau
  }

  @Test("a workload cannot send from an address that is not its own")
  func spoofing() throws {
    let kernel = try tableau().kernel
    let own = Self.packet(
      Scene.guest.ipv4, Scene.web.ipv4, in: Scene.guest.interface, out: Scene.web.interface)
    #expect(try kernel.forward(own).isAccepted)
    for stolen in [Scene.web.ipv4, Scene.db.ipv4, Self.outside] {
      let packet = Self.packet(
        stolen, Scene.web.ipv4, in: Scene.guest.interface, out: Scene.web.interface)
      #expect(try kernel.forward(packet).steps.last?.chain == "prerouting")
      #expect(try !kernel.forward(packet).isAccepted)
    }
    // From elsewhere that is not looked at.
    let packet = Self.packet(Self.outside, Scene.web.ipv4, in: "eth0", out: Scene.web.interface)
    #expect(try kernel.forward(packet).isAccepted)
  }

  @Test("neighbour discovery from a workload reaches its node, from whatever address")
  func neighbours() throws {
    let kernel = try tableau().kernel
    for (type, isAllowed) in [(135, true), (136, true), (133, true), (134, false), (128, false)] {
      let packet = Packet(
        .icmpv6, from: IPAddress(v6: 0), to: IPAddress(v6: 0xff02 << 112 | 1),
        icmpType: UInt8(type), icmpCode: 0, in: Scene.web.interface)
      #expect(try kernel.deliver(packet).isAccepted == isAllowed, "\(type)")
    }
  }

  @Test("an interface that looks like a workload's and is none passes nothing either way")
  func unknownInterface() throws {
    let kernel = try tableau().kernel
    kernel.route = { $0 == Self.outside ? "caliother" : "eth0" }
    let from = Self.packet(Self.outside, Scene.web.ipv4, in: "caliother", out: "eth0")
    #expect(try !kernel.forward(from).isAccepted)
    #expect(try !kernel.deliver(from).isAccepted)
    let to = Self.packet(Scene.web.ipv4, Self.outside, in: "eth0", out: "caliother")
    #expect(try !kernel.forward(to).isAccepted)
    let neither = Self.packet(Scene.web.ipv4, Self.outside, in: "eth0", out: "eth1")
    #expect(try kernel.forward(neither).isAccepted)
  }

  @Test("every interface prefix is guarded") func prefixes() throws {
    var tableau = try tableau()
    try tableau.configure(DataplaneConfiguration(interfacePrefixes: ["cali", "tap"]))
    tableau.kernel.route = { $0 == Self.outside ? "tapother" : "eth0" }
    let from = Self.packet(Self.outside, Scene.web.ipv4, in: "tapother", out: "eth0")
    #expect(try !tableau.kernel.forward(from).isAccepted)
    #expect(try !tableau.kernel.deliver(from).isAccepted)
    let to = Self.packet(Scene.web.ipv4, Self.outside, in: "eth0", out: "tapother")
    #expect(try !tableau.kernel.forward(to).isAccepted)
  }

  @Test("what is established or related goes on; what is invalid goes nowhere unless it may")
  func states() throws {
    var tableau = try tableau()
    let denied = Self.fromWeb(port: 81)
    #expect(try !tableau.kernel.forward(denied).isAccepted)
    for state in [ConnectionState.established, .related] {
      var packet = denied
      packet.state = state
      #expect(try tableau.kernel.forward(packet).isAccepted)
      #expect(try tableau.kernel.deliver(packet).isAccepted)
    }
    #expect(try tableau.kernel.forward(Self.fromWeb()).isAccepted)
    #expect(try !tableau.kernel.forward(Self.fromWeb(state: .invalid)).isAccepted)
    try tableau.configure(DataplaneConfiguration(skipsInvalidCheck: true))
    #expect(try tableau.kernel.forward(Self.fromWeb(state: .invalid)).isAccepted)
  }

  @Test("allowed traffic from a workload to its node fares as it is configured")
  func toHost() throws {
    var tableau = try tableau()
    let packet = Self.fromWeb(to: Self.outside, out: nil)
    #expect(try !tableau.kernel.deliver(packet).isAccepted)
    for action in [DataplaneConfiguration.EndpointToHostAction.accept, .return] {
      try tableau.configure(DataplaneConfiguration(endpointToHostAction: action))
      #expect(try tableau.kernel.deliver(packet).isAccepted)
    }
    // The node itself is not policed.
    let from = Self.packet(Self.outside, Scene.db.ipv4, in: nil, out: Scene.db.interface, port: 81)
    #expect(try tableau.kernel.emit(from).isAccepted)
    #expect(try !tableau.kernel.forward(Self.fromWeb(port: 81)).isAccepted)
  }

  @Test("denied packets are dropped or rejected, and counted by policy and source")
  func denied() throws {
    var tableau = try tableau()
    #expect(try tableau.kernel.forward(Self.fromWeb(port: 81)).verdict == .drop)
    try tableau.configure(DataplaneConfiguration(denyAction: .reject))
    #expect(try tableau.kernel.forward(Self.fromWeb(port: 81)).verdict == .reject)
    let set = tableau.kernel.ruleset.tables[ChainModel.table]?.sets["denied4"]
    let elements = set?.all ?? []
    #expect(elements.map { $0.counter?.packets } == [2])
    #expect(elements.first.map { Array($0.key.suffix(4)) } == Scene.web.ipv4.networkBytes)
  }

  @Test("only traffic from a pool with natOutgoing to outside of all pools is masqueraded")
  func masquerade() throws {
    var tableau = try tableau()
    func pool(_ text: String, _ masquerade: Bool) throws -> DesiredChange {
      .pool(try #require(CIDR(text)), DesiredPool(masquerade: masquerade))
    }
    let away = Self.fromWeb(to: Self.outside, out: "eth0")
    let near = Self.fromWeb(to: IPAddress(v4: 0x0a42_0001), out: "eth0")
    func effects(_ packet: Packet) throws -> [PacketOutcome.Effect] {
      try tableau.kernel.forward(packet).effects
    }
    #expect(try effects(away) == [])
    try tableau.apply([try pool("10.65.0.0/16", true), try pool("10.66.0.0/16", false)])
    #expect(try effects(away) == [.masquerade(NFTMasquerade())])
    #expect(try effects(near) == [])
    try tableau.apply([.pool(try #require(CIDR("10.66.0.0/16")), nil)])
    #expect(try effects(near) == [.masquerade(NFTMasquerade())])
    let ports = PortRange(first: 2000, last: 3000)
    try tableau.configure(DataplaneConfiguration(natPortRange: ports))
    #expect(
      try effects(away)
        == [.masquerade(NFTMasquerade(ports: NFTNat.Bounds(from: .r2, through: .r3)))])
    let address = IPAddress(v4: 0xc0a8_0001)
    try tableau.configure(DataplaneConfiguration(natOutgoingAddress: address))
    #expect(
      try effects(away)
        == [.nat(NFTNat(.source, .ipv4, addresses: NFTNat.Bounds(from: .r1)))])
    try tableau.apply([try pool("10.65.0.0/16", false)])
    #expect(try effects(away) == [])
  }

  @Test("a Log rule logs, to the kernel's log and to NFLOG, and goes on")
  func log() throws {
    var tableau = try tableau()
    try tableau.apply([
      .policy(
        Scene.policy,
        DesiredPolicy(tier: "default", ingress: [DesiredRule(.log), DesiredRule(.allow)]))
    ])
    let outcome = try tableau.kernel.forward(Self.fromWeb(port: 81))
    #expect(outcome.isAccepted)
    #expect(
      outcome.effects == [
        .log(NFTLog(.kernel(level: 5), prefix: "calico-packet: ")),
        .log(NFTLog(.group(1), prefix: "calico-packet: ")),
      ])
  }

  @Test("tunnels that hide what is in them may not be sent, unless they may")
  func tunnels() throws {
    var tableau = try tableau()
    let vxlan = Self.fromWeb(to: Scene.guest.ipv4, out: Scene.guest.interface, port: 4789)
    var ipip = vxlan
    ipip.transport = IPProtocol(rawValue: 4)
    #expect(try !tableau.kernel.forward(vxlan).isAccepted)
    #expect(try !tableau.kernel.forward(ipip).isAccepted)
    try tableau.configure(DataplaneConfiguration(refusedVXLANPort: nil, refusesIPIP: false))
    #expect(try tableau.kernel.forward(vxlan).isAccepted)
    #expect(try tableau.kernel.forward(ipip).isAccepted)
  }

  @Test("a policy and a profile that are missing deny")
  func missing() throws {
    var tableau = try tableau()
    #expect(try tableau.kernel.forward(Self.fromWeb()).isAccepted)
    try tableau.apply([.policyRemoved(Scene.policy)])
    #expect(try !tableau.kernel.forward(Self.fromWeb()).isAccepted)
    let toGuest = Self.fromWeb(to: Scene.guest.ipv4, out: Scene.guest.interface)
    #expect(try tableau.kernel.forward(toGuest).isAccepted)
    try tableau.apply([.profileRemoved(Scene.open)])
    #expect(try !tableau.kernel.forward(toGuest).isAccepted)
  }
}
