// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Routing
import SyncModel
import Testing

@testable import NetworkEngine

@Suite("BGP from what the cluster says")
struct BGPPlanTests {
  func state(_ updates: [SyncUpdate]) -> NetworkEngine {
    var state = NetworkEngine(node: "n1", routerID: .nodeAddress, logFile: "/run/bird.log")
    for update in updates { state.apply(update) }
    return state
  }

  func made(_ updates: [SyncUpdate]) -> BGPDaemonConfiguration? { state(updates).configuration }

  /// One update that matters.
  func apply(_ update: SyncUpdate, to state: inout NetworkEngine) {
    let matters = state.takes(update)
    #expect(matters)
  }

  let nodes: [SyncUpdate] = [
    .node("n1", SyncNode(ipv4: InterfaceAddress("10.0.0.1/24"))),
    .node(
      "n2", SyncNode(ipv4: InterfaceAddress("10.0.0.2/24"), ipv6: InterfaceAddress("fd00::2/64"))),
    .node("n3", SyncNode(ipv4: InterfaceAddress("10.0.0.3/24"), asNumber: 65001)),
  ]

  @Test("waits until the node has an address, and says so")
  func noAddress() {
    var known = state([.node("n1", SyncNode())])
    let plan = known.settle()
    #expect(
      plan
        == .wait("this node has no address that BGP can use: see spec.bgp of Node(n1)"))
    var unknown = state([])
    let other = unknown.settle()
    #expect(
      other == .wait("this node, n1, is not in the datastore, or cannot be read there"))
  }

  @Test("makes a mesh with every other node, in the families that both have")
  func mesh() throws {
    let configuration = try #require(made(nodes))
    #expect(configuration.peers.map(\.protocolName) == ["Mesh_10_0_0_2", "Mesh_10_0_0_3"])
    #expect(configuration.peers.map(\.asNumber) == [64512, 65001])
    #expect(configuration.asNumber == 64512)
    #expect(configuration.routerID == IPAddress("10.0.0.1"))
  }

  @Test("has no mesh when it is off or the node is a route reflector")
  func noMesh() throws {
    let off = SyncBGPConfiguration(asNumber: 64999, meshEnabled: false)
    let without = try #require(made(nodes + [.bgpConfiguration("default", off)]))
    #expect(without.peers.isEmpty)
    #expect(without.asNumber == 64999)
    let reflector = SyncNode(
      ipv4: InterfaceAddress("10.0.0.2/24"), routeReflectorClusterID: "1.0.0.1")
    let rest = try #require(made(nodes + [.node("n2", reflector)]))
    #expect(rest.peers.map(\.protocolName) == ["Mesh_10_0_0_3"])
  }

  @Test("announces the own blocks and only exported pools, and forgets what is gone")
  func blocks() throws {
    let own = try #require(CIDR("10.1.0.0/26"))
    let other = try #require(CIDR("10.1.0.64/26"))
    let pool = try #require(CIDR("10.1.0.0/16"))
    var state = state(
      nodes + [
        .block(own, SyncBlock(node: "n1")), .block(other, SyncBlock(node: "n2")),
        .pool(pool, SyncPool(disableBGPExport: true)),
      ])
    let configuration = try #require(state.configuration)
    #expect(configuration.blocks == [own])
    #expect(configuration.pools == [BGPPool(cidr: pool, announced: .nothing)])
    let ownChanges = state.takes(.block(own, nil))
    #expect(ownChanges)
    #expect(try #require(state.configuration).blocks.isEmpty)
    let otherChanges = state.takes(.block(other, nil))
    #expect(!otherChanges)
  }

  @Test("keeps the routes of a disabled pool's pods, and announces nothing else of it")
  func disabledPool() throws {
    let own = try #require(CIDR("10.1.0.0/26"))
    let pool = try #require(CIDR("10.1.0.0/16"))
    let disabled = try #require(
      made(
        nodes + [.block(own, SyncBlock(node: "n1")), .pool(pool, SyncPool(disabled: true))]))
    #expect(disabled.blocks == [own])
    #expect(disabled.pools == [BGPPool(cidr: pool, announced: .workloads)])
  }

  @Test("keeps the routes of blocks whose pool is gone, unless a node's address is in one")
  func strayBlocks() throws {
    let own = try #require(CIDR("10.1.0.0/26"))
    let other = try #require(CIDR("10.1.0.64/26"))
    let nobodys = try #require(CIDR("10.1.0.128/26"))
    let network = try #require(CIDR("10.0.0.0/26"))
    let pool = try #require(CIDR("10.1.0.0/16"))
    let lan = try #require(CIDR("10.0.0.0/24"))
    var state = state(
      nodes + [
        .pool(pool, SyncPool()), .block(own, SyncBlock(node: "n1")),
        .block(other, SyncBlock(node: "n2")), .block(nobodys, SyncBlock(node: nil)),
      ])
    #expect(try #require(state.configuration).pools.map(\.cidr) == [pool])
    apply(.pool(pool, nil), to: &state)
    let orphaned = try #require(state.configuration)
    #expect(orphaned.blocks == [own])
    #expect(
      orphaned.pools
        == [own, other, nobodys].map { BGPPool(cidr: $0, announced: .workloads) })
    #expect(state.found == [])
    // Another's block outside of all pools is no longer without meaning here.
    apply(.block(other, nil), to: &state)
    #expect(try #require(state.configuration).pools.map(\.cidr) == [own, nobodys])

    apply(.block(network, SyncBlock(node: "n1")), to: &state)
    let careful = try #require(state.configuration)
    #expect(careful.blocks == [own])
    #expect(careful.pools.map(\.cidr) == [own, nobodys])
    #expect(
      state.found == [
        "IPAMBlock(10-0-0-0-26) spec.cidr: is outside of all pools and holds the address of node n1: "
          + "no routes for '10.0.0.0/26'"
      ])
    // In a pool that is the nodes' network too, that is nothing special.
    apply(.pool(lan, SyncPool()), to: &state)
    #expect(try #require(state.configuration).blocks == [network, own])
    #expect(state.found == [])
  }

  @Test("nothing follows from what BIRD is not told: addresses in use, labels, what was known")
  func irrelevant() throws {
    let own = try #require(CIDR("10.1.0.0/26"))
    let stray = try #require(CIDR("10.9.0.0/26"))
    let pool = try #require(CIDR("10.1.0.0/16"))
    let address = try #require(IPAddress("10.1.0.7"))
    let spec = SyncBGPConfiguration(asNumber: 64999)
    let blocks = [own, stray].map { SyncUpdate.block($0, SyncBlock(node: "n1")) }
    let known =
      nodes + blocks + [
        .pool(pool, SyncPool()), .bgpConfiguration("default", spec),
        .bgpConfiguration("node.n2", SyncBGPConfiguration()),
      ]
    var state = state(known)
    let before = state.settle()
    let labelled = SyncNode(ipv4: InterfaceAddress("10.0.0.1/24"), labels: ["rack": "1"])
    for update in known + [
      .block(own, SyncBlock(node: "n1", borrowed: [address: "n2"])),
      .block(stray, SyncBlock(node: "n1", borrowed: [address: "n2"])),
      .node("n1", labelled), .pool(pool, SyncPool(natOutgoing: true)),
      .bgpConfiguration("default", spec), .bgpConfiguration("node.n2", nil),
      .node("n9", nil), .block(CIDR(host: address), nil), .pool(CIDR(host: address), nil),
    ] {
      let matters = state.takes(update)
      #expect(!matters, "\(update)")
    }
    #expect(state.nodes["n1"]?.labels == ["rack": "1"])
    let after = state.settle()
    #expect(before == after)
    apply(.node("n1", nil), to: &state)
    apply(.block(stray, SyncBlock(node: "n2")), to: &state)
    apply(.pool(pool, SyncPool(disabled: true)), to: &state)
    apply(.bgpConfiguration("default", nil), to: &state)
  }

  @Test("of nodes with one address peers with the first by name, and names the others")
  func sharedAddresses() throws {
    func node(_ v4: String, _ v6: String? = nil) -> SyncNode {
      SyncNode(ipv4: InterfaceAddress(v4), ipv6: v6.flatMap { InterfaceAddress($0) })
    }
    let updates: [SyncUpdate] = [
      .node("n1", node("10.0.0.1/24", "fd00::1/64")), .node("a", node("10.0.0.1", "fd00::a")),
      .node("c", node("10.0.0.2/24")), .node("b", node("10.0.0.2", "fd00::b")),
      .node("d", node("10.0.0.4", "fd00::b")),
    ]
    for order in [updates, updates.reversed()] {
      let state = state(order)
      let configuration = try #require(state.configuration)
      #expect(
        configuration.peers.map(\.protocolName)
          == ["Mesh_10_0_0_2", "Mesh_10_0_0_4", "Mesh_fd00__a", "Mesh_fd00__b"])
      #expect(
        state.found == [
          "Node(a) spec.bgp.ipv4Address: is the address of node n1 too: no BGP session for "
            + "'10.0.0.1'",
          "Node(c) spec.bgp.ipv4Address: is the address of node b too: no BGP session for '10.0.0.2'",
          "Node(d) spec.bgp.ipv6Address: is the address of node b too: no BGP session for 'fd00::b'",
        ])
    }
  }

  @Test("speaks to each node on the port that it listens on")
  func ports() throws {
    func port(_ number: UInt16) -> SyncBGPConfiguration {
      SyncBGPConfiguration(listenPort: number)
    }
    let configuration = try #require(
      made(
        nodes + [
          .bgpConfiguration("default", port(1000)), .bgpConfiguration("node.n1", port(1001)),
          .bgpConfiguration("node.n2", port(1002)),
        ]))
    #expect(configuration.listenPort == 1001)
    #expect(configuration.peers.map(\.port) == [1002, 1000])
  }

  @Test("takes the router ID from where it is told")
  func routerID() throws {
    func identifier(_ id: NetworkEngine.RouterID, _ node: SyncNode) throws -> IPAddress {
      var state = NetworkEngine(node: "n1", routerID: id, logFile: "/run/bird.log")
      state.apply(.node("n1", node))
      return try #require(state.configuration).routerID
    }
    let both = SyncNode(
      ipv4: InterfaceAddress("10.0.0.1"), ipv6: InterfaceAddress("fd00::1"))
    let only6 = SyncNode(ipv6: InterfaceAddress("fd00::1"))
    let fixed = try #require(IPAddress("192.0.2.7"))
    #expect(try identifier(.nodeAddress, both) == IPAddress("10.0.0.1"))
    #expect(try identifier(.fixed(fixed), both) == fixed)
    #expect(try identifier(.hash, both) == identifier(.nodeAddress, only6))
    #expect(try identifier(.hash, both) != IPAddress("10.0.0.1"))
  }
}

extension NetworkEngine {
  /// Takes an update; whether that may change what BIRD is to do.
  mutating func takes(_ update: SyncUpdate) -> Bool {
    isRoutingDirty = false
    apply(update)
    return isRoutingDirty
  }

  /// What BIRD is to run with; nil when it is to wait.
  var configuration: BGPDaemonConfiguration? {
    var state = self
    return if case .run(let configuration) = state.settle() { configuration } else { nil }
  }

  /// What is left out.
  var found: [String] {
    var state = self
    _ = state.settle()
    return state.problems.map(\.description)
  }
}
