// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources
import Routing
import SyncModel
import Testing

@testable import NodeAgent

@Suite("BGP from what the cluster says")
struct RoutingStateTests {
  func state(_ updates: [SyncUpdate]) -> RoutingState {
    var state = RoutingState(node: "n1", routerID: nil, logFile: "/run/bird.log")
    for update in updates { _ = state.apply(update) }
    return state
  }

  let nodes: [SyncUpdate] = [
    .node("n1", SyncNode(ipv4: InterfaceAddress("10.0.0.1/24"))),
    .node(
      "n2", SyncNode(ipv4: InterfaceAddress("10.0.0.2/24"), ipv6: InterfaceAddress("fd00::2/64"))),
    .node("n3", SyncNode(ipv4: InterfaceAddress("10.0.0.3/24"), asNumber: 65001)),
  ]

  @Test("waits until the node has an address")
  func noAddress() {
    #expect(state([.node("n1", SyncNode())]).configuration() == nil)
    #expect(state([]).configuration() == nil)
  }

  @Test("makes a mesh with every other node, in the families that both have")
  func mesh() throws {
    let configuration = try #require(state(nodes).configuration())
    #expect(configuration.peers.map(\.protocolName) == ["Mesh_10_0_0_2", "Mesh_10_0_0_3"])
    #expect(configuration.peers.map(\.asNumber) == [64512, 65001])
    #expect(configuration.asNumber == 64512)
    #expect(configuration.routerID == IPAddress("10.0.0.1"))
  }

  @Test("has no mesh when it is off or the node is a route reflector")
  func noMesh() throws {
    var off = BGPConfigurationSpec()
    off.nodeToNodeMeshEnabled = false
    off.asNumber = 64999
    let without = try #require(state(nodes + [.bgpConfiguration("default", off)]).configuration())
    #expect(without.peers.isEmpty)
    #expect(without.asNumber == 64999)
    let reflector = SyncNode(
      ipv4: InterfaceAddress("10.0.0.2/24"), routeReflectorClusterID: "1.0.0.1")
    let rest = try #require(state(nodes + [.node("n2", reflector)]).configuration())
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
    let configuration = try #require(state.configuration())
    #expect(configuration.blocks == [own])
    #expect(configuration.pools == [BGPPool(cidr: pool, exported: false)])
    let ownChanges = state.apply(.block(own, nil))
    #expect(ownChanges)
    #expect(try #require(state.configuration()).blocks.isEmpty)
    let otherChanges = state.apply(.block(other, nil))
    #expect(!otherChanges)
  }
}
