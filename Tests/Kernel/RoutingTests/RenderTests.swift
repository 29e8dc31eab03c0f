// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import DesiredState
import Routing
import TestSupport
import Testing

@Suite("BIRD's configuration")
struct RenderTests {
  let two = BGPDaemonConfiguration.example

  @Test("announces the own block whole and nothing inside it")
  func exportOfOwnBlock() throws {
    let filter = try #require(section("filter calico_export4 {", of: two.render()))
    #expect(
      filter == """
        filter calico_export4 {
          if net ~ [ 10.99.0.0/16+ ] then reject;
          if net = 10.65.0.64/26 then accept;
          if net ~ [ 10.65.0.64/26+ ] then reject;
          if net ~ [ 10.65.0.0/16+ ] then accept;
          reject;
        }
        """)
  }

  @Test("announces of a pool for workloads only what leads to their interfaces")
  func exportOfWorkloads() throws {
    var configuration = two
    configuration.pools = [
      BGPPool(cidr: try #require(CIDR("10.65.0.0/16")), announced: .workloads)
    ]
    configuration.workloadInterfacePrefixes = ["cali", "tap"]
    let filter = try #require(section("filter calico_export4 {", of: configuration.render()))
    #expect(
      filter == """
        filter calico_export4 {
          if net = 10.65.0.64/26 then accept;
          if net ~ [ 10.65.0.64/26+ ] then reject;
          if net ~ [ 10.65.0.0/16+ ] && ifname ~ "cali*" then accept;
          if net ~ [ 10.65.0.0/16+ ] && ifname ~ "tap*" then accept;
          reject;
        }
        """)
    let kernel = try #require(section("filter calico_kernel4 {", of: configuration.render()))
    #expect(kernel.contains("if net ~ [ 10.65.0.0/16+ ] then accept;"))
  }

  @Test("makes the own block unreachable where no workload is")
  func blackhole() throws {
    let text = try #require(section("protocol static calico_blocks4 {", of: two.render()))
    #expect(
      text == """
        protocol static calico_blocks4 {
          ipv4;
          route 10.65.0.64/26 blackhole;
        }
        """)
  }

  @Test("announces a single address by its own route, and makes no route into nothing for it")
  func blockOfOneAddress() throws {
    var configuration = two
    configuration.blocks = [try #require(CIDR("10.65.0.7/32"))]
    let text = configuration.render()
    #expect(
      section("protocol static calico_blocks4 {", of: text) == """
        protocol static calico_blocks4 {
          ipv4;
        }
        """)
    #expect(
      section("filter calico_export4 {", of: text) == """
        filter calico_export4 {
          if net ~ [ 10.99.0.0/16+ ] then reject;
          if net ~ [ 10.65.0.0/16+ ] then accept;
          reject;
        }
        """)
  }

  @Test("waits for the peer whose address is greater as text")
  func passiveSide() throws {
    let text = two.render()
    let greater = try #require(section("protocol bgp Mesh_10_0_0_3 {", of: text))
    let smaller = try #require(section("protocol bgp Mesh_10_0_0_1 {", of: text))
    #expect(greater.contains("passive on;"))
    #expect(!smaller.contains("passive on;"))
  }

  @Test("calls a peer that is configured, whose address is greater too: it need not know of us")
  func activeSide() throws {
    let text = two.render()
    for name in ["Global_10_0_0_9_port_1179", "Node_10_0_0_8"] {
      let session = try #require(section("protocol bgp \(name) {", of: text))
      #expect(!session.contains("passive on;"))
    }
  }

  @Test("has no session towards a family that the node has no address of")
  func noAddress() {
    #expect(!two.render().contains("Mesh_fd00__3"))
  }

  @Test("is the same text for the same values in another order")
  func stable() {
    var other = two
    other.peers.reverse()
    other.pools.reverse()
    other.blocks.reverse()
    #expect(other.render() == two.render())
  }

  @Test("is accepted by BIRD itself, with IPv6 and every kind of session")
  func acceptedByBird() throws {
    var configuration = two
    configuration.ipv6 = IPAddress("fd00::2")
    configuration.listenPort = 1179
    configuration.logLevel = .all
    let folder = TemporaryFolder()
    configuration.logFile = folder.path + "/bird.log"
    let file = folder.path + "/bird.cfg"
    try folder.write(configuration.render(), to: "bird.cfg")
    let (status, output) = try runProgram(["bird", "-p", "-c", file])
    #expect(status == 0, "\(output)")
  }

  @Test("names come back as the sessions that they were made from")
  func namesRoundTrip() throws {
    for peer in two.peers {
      let parsed = try #require(BirdStatus.origin(ofProtocol: peer.protocolName))
      #expect(parsed.0 == peer.origin)
      #expect(parsed.1 == peer.address)
    }
  }

  /// The lines from `head` to the closing brace at the start of a line.
  private func section(_ head: String, of text: String) -> String? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.firstIndex(where: { $0 == head }),
      let last = lines[first...].firstIndex(of: "}")
    else { return nil }
    return lines[first...last].joined(separator: "\n")
  }
}

extension BGPDaemonConfiguration {
  static var example: BGPDaemonConfiguration {
    func address(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(v4: 0) }
    func net(_ text: String) -> CIDR { CIDR(text) ?? CIDR(host: IPAddress(v4: 0)) }
    return BGPDaemonConfiguration(
      routerID: address("10.0.0.2"), asNumber: 64512, ipv4: address("10.0.0.2"), ipv6: nil,
      blocks: [net("10.65.0.64/26"), net("fd00:65::40/122")],
      pools: [
        BGPPool(cidr: net("10.65.0.0/16"), announced: .everything),
        BGPPool(cidr: net("10.99.0.0/16"), announced: .nothing),
        BGPPool(cidr: net("fd00:65::/64"), announced: .everything),
      ],
      peers: [
        BGPNeighbor(origin: .mesh, address: address("10.0.0.1"), asNumber: 64512),
        BGPNeighbor(origin: .mesh, address: address("10.0.0.3"), asNumber: 64512),
        BGPNeighbor(origin: .mesh, address: address("fd00::3"), asNumber: 64512),
        BGPNeighbor(origin: .global, address: address("10.0.0.9"), port: 1179, asNumber: 64567),
        BGPNeighbor(origin: .node, address: address("10.0.0.8"), asNumber: 65001),
      ],
      logFile: "/var/run/calico/bird.log")
  }
}
