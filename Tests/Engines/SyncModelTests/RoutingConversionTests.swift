// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Features
import Resources
import Selectors
import SyncModel
import Testing
import ValueTree

@Suite("Nodes, pools, blocks and BGP, converted")
struct RoutingConversionTests {
  private func cidr(_ text: String) throws -> CIDR { try #require(CIDR(text)) }

  @Test("a node has its addresses with subnets, its AS number and labels")
  func node() {
    var node = Node(name: "n")
    node.metadata.labels = ["rack": "1"]
    var bgp = NodeBGPSpec()
    bgp.ipv4Address = "172.16.0.1/24"
    bgp.ipv6Address = "fd00::1"
    bgp.asNumber = 65001
    bgp.routeReflectorClusterID = "1.0.0.1"
    node.spec.bgp = bgp
    let converted = Converted(node)
    #expect(
      converted.updates == [
        .node(
          "n",
          SyncNode(
            ipv4: InterfaceAddress("172.16.0.1/24"), ipv6: InterfaceAddress("fd00::1/128"),
            asNumber: 65001, routeReflectorClusterID: "1.0.0.1", labels: ["rack": "1"]))
      ])
    #expect(converted.askingFields == ["spec.bgp.routeReflectorClusterID"])
    node.spec.bgp?.ipv4Address = "fd00::2"
    node.spec.bgp?.ipv6Address = "nowhere"
    let wrong = Converted(node)
    #expect(wrong.wrongFields == ["spec.bgp.ipv4Address", "spec.bgp.ipv6Address"])
    #expect(Converted(Node(name: "m")).updates == [.node("m", SyncNode())])
  }

  @Test("a pool is known by its network, and says what it asks for")
  func pool() throws {
    var pool = IPPool(name: "pool", spec: IPPoolSpec(cidr: "10.0.0.0/16"))
    pool.spec.natOutgoing = true
    pool.spec.ipipMode = .crossSubnet
    pool.spec.disableBGPExport = true
    pool.spec.disabled = true
    var converted = Converted(pool)
    #expect(
      converted.updates == [
        .pool(
          try cidr("10.0.0.0/16"),
          SyncPool(
            ipip: .crossSubnet, natOutgoing: true, disabled: true, disableBGPExport: true))
      ])
    #expect(
      converted.converter.asks.first?.asks.map(\.feature) == [
        .ipipCrossSubnet, .natOutgoing, .disableBGPExport,
      ])
    pool.spec = IPPoolSpec(cidr: "10.0.0.0/16")
    _ = converted.converter.convert(.set(pool))
    #expect(converted.askingFields == [])
    pool.spec.vxlanMode = .always
    #expect(Converted(pool).askingFields == ["spec.vxlanMode"])
  }

  @Test("a pool that changes its network, or loses it, takes the old one back")
  func poolMoves() throws {
    var converter = SyncConverter()
    let (old, new) = (try cidr("10.0.0.0/16"), try cidr("10.1.0.0/16"))
    var pool = IPPool(name: "pool", spec: IPPoolSpec(cidr: "10.0.0.0/16"))
    _ = converter.convert(.set(pool))
    pool.spec.cidr = "10.1.0.0/16"
    #expect(converter.convert(.set(pool)) == [.pool(old, nil), .pool(new, SyncPool())])
    pool.spec.cidr = "nonsense"
    #expect(converter.convert(.set(pool)) == [.pool(new, nil)])
    #expect(converter.problems.map(\.field) == ["spec.cidr"])
    #expect(converter.convert(.removed(pool.key)) == [])
    #expect(converter.problems == [])
  }

  @Test("of two pools with one network the first by name counts, whoever came first")
  func poolClash() throws {
    var a = IPPool(name: "a", spec: IPPoolSpec(cidr: "10.0.0.0/16"))
    a.spec.natOutgoing = true
    let b = IPPool(name: "b", spec: IPPoolSpec(cidr: "10.0.0.1/16"))
    let network = try cidr("10.0.0.0/16")
    for order in [[a, b], [b, a]] {
      var converter = SyncConverter()
      var last: [SyncUpdate] = []
      for pool in order { last = converter.convert(.set(pool)) }
      #expect(last == [.pool(network, SyncPool(natOutgoing: true))])
      #expect(converter.convert(.removed(a.key)) == [.pool(network, SyncPool())])
      #expect(converter.convert(.removed(b.key)) == [.pool(network, nil)])
    }
  }

  @Test("a block has its node, and the addresses that other nodes use")
  func block() throws {
    var block = IPAMBlock(name: "10-0-0-0-30")
    block.spec.cidr = "10.0.0.0/30"
    block.spec.affinity = "host:n1"
    block.spec.attributes = [
      AllocationAttribute(handleID: "a", secondary: ["node": "n1"]),
      AllocationAttribute(handleID: "b", secondary: ["node": "n2"]),
      AllocationAttribute(handleID: "c"),
    ]
    block.spec.allocations = [0, 1, nil, 2]
    var converted = Converted(block)
    let network = try cidr("10.0.0.0/30")
    let borrowed = [IPAddress(v4: 0x0a00_0001): "n2"]
    #expect(converted.updates == [.block(network, SyncBlock(node: "n1", borrowed: borrowed))])

    block.spec.affinity = "virtual:lb"
    let both = [IPAddress(v4: 0x0a00_0000): "n1", IPAddress(v4: 0x0a00_0001): "n2"]
    #expect(
      Converted(block).updates == [.block(network, SyncBlock(node: nil, borrowed: both))])

    block.spec.deleted = true
    #expect(converted.converter.convert(.set(block)) == [.block(network, nil)])
    #expect(converted.converter.convert(.removed(block.key)) == [])
  }

  @Test("allocations that are none are left out and named")
  func brokenBlock() throws {
    var block = IPAMBlock(name: "b")
    block.spec.cidr = "10.0.0.0/31"
    block.spec.affinity = "host:"
    block.spec.attributes = [AllocationAttribute(handleID: "a", secondary: ["node": "n"])]
    block.spec.allocations = [7, -1, 0]
    let converted = Converted(block)
    #expect(
      converted.updates == [.block(try cidr("10.0.0.0/31"), SyncBlock(node: nil))])
    #expect(
      converted.wrongFields
        == ["spec.allocations[0]", "spec.allocations[1]", "spec.allocations[2]"])
  }

  @Test("a BGP peer is converted and reported as not done")
  func bgpPeer() {
    var peer = BGPPeer(name: "p")
    peer.spec.node = "n"
    peer.spec.peerIP = "[fd00::1]:1179"
    peer.spec.asNumber = 65002
    var converted = Converted(peer)
    #expect(
      converted.updates == [
        .bgpPeer(
          "p",
          SyncBGPPeer(node: "n", address: IPAddress("fd00::1"), port: 1179, asNumber: 65002))
      ])
    #expect(converted.askingFields == ["spec"])
    #expect(converted.converter.convert(.removed(peer.key)) == [.bgpPeer("p", nil)])
    peer.spec.peerIP = "nobody"
    #expect(Converted(peer).wrongFields == ["spec.peerIP"])
  }

  @Test("configurations say what is used of them, and what BIRD does without is reported")
  func configurations() throws {
    var bgp = BGPConfiguration(name: "default")
    bgp.spec.asNumber = 65000
    let plain = Converted(bgp)
    #expect(plain.updates == [.bgpConfiguration("default", SyncBGPConfiguration(asNumber: 65000))])
    #expect(plain.askingFields == [])
    bgp.spec.ignoredInterfaces = ["eth1"]
    #expect(Converted(bgp).askingFields == ["spec.ignoredInterfaces"])

    var felix = FelixConfiguration(name: "node.n1")
    felix.spec.healthPort = 9199
    felix.spec.ipv6Support = false
    felix.spec.interfacePrefix = "tap"
    felix.spec.nodeSelector = "has(rack)"
    var converted = Converted(felix)
    let wanted = SyncFelixConfiguration(
      nodeSelector: try Selector("has(rack)"),
      parameters: ["HealthPort": "9199", "Ipv6Support": "false", "InterfacePrefix": "tap"])
    #expect(converted.updates == [.felixConfiguration("node.n1", wanted)])
    #expect(
      converted.converter.convert(.removed(felix.key)) == [.felixConfiguration("node.n1", nil)])

    felix.spec.nodeSelector = "has(("
    guard case .felixConfiguration(_, let odd?) = Converted(felix).updates.first else {
      Issue.record("not converted")
      return
    }
    #expect(odd.nodeSelector == nil && odd.parameters == wanted.parameters)
  }

  @Test(
    "a node's address that nobody can speak to is left out and named",
    arguments: [
      "0.0.0.0", "0.0.0.1/8", "127.0.0.1", "224.0.0.5/24", "255.255.255.255", "::", "::1",
      "ff02::1",
      "fe80::1/64", "::ffff:10.0.0.1", "fd00::1\n", "10.0.0.1\"", "10.0.0.256", "ten",
    ])
  func unusableAddress(_ text: String) {
    var node = Node(name: "n")
    var bgp = NodeBGPSpec()
    let isV6 = text.contains(":")
    bgp.ipv4Address = isV6 ? "10.0.0.1" : text
    bgp.ipv6Address = isV6 ? text : "fd00::1"
    node.spec.bgp = bgp
    let converted = Converted(node)
    let left = SyncNode(
      ipv4: isV6 ? InterfaceAddress("10.0.0.1") : nil,
      ipv6: isV6 ? nil : InterfaceAddress("fd00::1"))
    #expect(converted.updates == [.node("n", left)])
    #expect(converted.wrongFields == [isV6 ? "spec.bgp.ipv6Address" : "spec.bgp.ipv4Address"])
  }

  @Test("AS number 0 counts as none, on a node and in the cluster's configuration")
  func noASNumber() {
    var node = Node(name: "n")
    node.spec.bgp = NodeBGPSpec()
    node.spec.bgp?.asNumber = 0
    #expect(Converted(node).updates == [.node("n", SyncNode())])
    #expect(Converted(node).wrongFields == ["spec.bgp.asNumber"])
    var bgp = BGPConfiguration(name: "default")
    bgp.spec.asNumber = 0
    bgp.spec.listenPort = 1790
    let left = SyncBGPConfiguration(listenPort: 1790)
    #expect(Converted(bgp).updates == [.bgpConfiguration("default", left)])
    #expect(Converted(bgp).wrongFields == ["spec.asNumber"])
  }

  @Test("a port or severity that is none counts as not given", arguments: [0, -1, 65536, .max])
  func noPort(_ port: Int) {
    var bgp = BGPConfiguration(name: "node.n")
    bgp.spec.listenPort = port
    bgp.spec.logSeverityScreen = "loud"
    bgp.spec.asNumber = 65001
    let left = SyncBGPConfiguration(asNumber: 65001)
    #expect(Converted(bgp).updates == [.bgpConfiguration("node.n", left)])
    #expect(
      Converted(bgp).wrongFields == ["spec.asNumber", "spec.listenPort", "spec.logSeverityScreen"])
  }

  @Test("what cannot be read of a stored node or configuration is named, and the rest is used")
  func unreadable() throws {
    let value: Value = [
      "metadata": ["name": "n"],
      "spec": [
        "bgp": ["asNumber": 99_999_999_999, "ipv4Address": "10.0.0.1/24", "ipv6Address": 6]
      ],
    ]
    let node = try ResourceDocument.decodeStored(value, kind: .node).resource
    let converted = Converted(node)
    #expect(
      converted.updates == [.node("n", SyncNode(ipv4: InterfaceAddress("10.0.0.1/24")))])
    #expect(converted.wrongFields == ["spec.bgp.asNumber", "spec.bgp.ipv6Address"])
    let stored: Value = [
      "metadata": ["name": "default"],
      "spec": ["asNumber": "many", "listenPort": "x", "nodeToNodeMeshEnabled": false, "new": 1],
    ]
    let bgp = Converted(try ResourceDocument.decodeStored(stored, kind: .bgpConfiguration).resource)
    guard case .bgpConfiguration("default", let spec) = bgp.updates.first else {
      Issue.record("\(bgp.updates)")
      return
    }
    #expect(spec?.meshEnabled == false)
    #expect(spec?.asNumber == nil)
    #expect(bgp.wrongFields == ["spec.asNumber", "spec.listenPort"])
    #expect(bgp.askingFields == ["spec.new", "spec.nodeToNodeMeshEnabled"])
  }

  @Test(
    "a pool or block that can be no network of pods is left out and named",
    arguments: [
      "0.0.0.0/0", "::/0", "224.0.0.0/24", "127.0.0.0/24", "fe80::/64", "ff00::/8", "10.0.0.0/33",
      "10.0.0.0\"/24",
    ])
  func oddNetworks(_ text: String) {
    let pool = Converted(IPPool(name: "p", spec: IPPoolSpec(cidr: text)))
    #expect(pool.updates == [])
    #expect(pool.wrongFields == ["spec.cidr"])
    var block = IPAMBlock(name: "b")
    block.spec.cidr = text
    block.spec.affinity = "host:n"
    let converted = Converted(block)
    #expect(converted.updates == [])
    #expect(converted.wrongFields == ["spec.cidr"])
  }

  @Test("a block is of the sizes that IPAM makes", arguments: ["10.0.0.0/19", "fd00::/115"])
  func hugeBlock(_ text: String) {
    var block = IPAMBlock(name: "b")
    block.spec.cidr = text
    block.spec.affinity = "host:n"
    let converted = Converted(block)
    #expect(converted.updates == [])
    #expect(converted.wrongFields == ["spec.cidr"])
  }

  @Test("IPAM's own records give nothing")
  func ipamRecords() {
    #expect(Converted(BlockAffinity(name: "a")).updates == [])
    #expect(Converted(IPAMHandle(name: "h")).updates == [])
    #expect(Converted(IPAMConfiguration(name: "default")).updates == [])
  }
}
