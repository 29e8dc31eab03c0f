// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import StoreRig
import TestSupport
import Testing
import ValueTree

@testable import EtcdDatastore

@Suite("What stands in etcd", .serialized, .timeLimit(.minutes(2))) struct StoredFormTests {
  private static func resource(_ manifest: String) throws -> any Resource {
    var resource = try ResourceDocument.decode(
      YAML.documents(Array(manifest.utf8), file: "book")[0])
    resource.applyDefaults()
    return resource
  }

  private static let root = "/calico/resources/v3/projectcalico.org"

  /// Key and value of each object of the book (compatibility §1.5). UID and time stand for what the
  /// store gives.
  private static let book: [(manifest: String, key: String, value: String)] = [
    (
      Book.ipPool, "\(root)/ippools/my.ippool",
      #"{"kind":"IPPool","apiVersion":"projectcalico.org/v3","metadata":{"name":"my.ippool","uid":"UID","creationTimestamp":"TIME"},"spec":{"cidr":"10.1.0.0/16","ipipMode":"CrossSubnet","vxlanMode":"Never","natOutgoing":true,"blockSize":26,"nodeSelector":"all()","allowedUses":["Workload","Tunnel"],"assignmentMode":"Automatic"}}"#
    ),
    (
      Book.networkPolicy, "\(root)/networkpolicies/myproject/allow-tcp-6379",
      #"{"kind":"NetworkPolicy","apiVersion":"projectcalico.org/v3","metadata":{"name":"allow-tcp-6379","namespace":"myproject","uid":"UID","creationTimestamp":"TIME"},"spec":{"tier":"default","ingress":[{"action":"Allow","protocol":"TCP","source":{"selector":"app == 'frontend'"},"destination":{"ports":[6379]}}],"egress":[{"action":"Allow","source":{},"destination":{}}],"selector":"app == 'database'","types":["Ingress","Egress"]}}"#
    ),
    (
      Book.globalNetworkPolicy, "\(root)/globalnetworkpolicies/allow-tcp-6379",
      #"{"kind":"GlobalNetworkPolicy","apiVersion":"projectcalico.org/v3","metadata":{"name":"allow-tcp-6379","uid":"UID","creationTimestamp":"TIME"},"spec":{"tier":"default","ingress":[{"action":"Allow","protocol":"TCP","source":{"selector":"app == 'frontend'"},"destination":{"ports":[6379]}}],"egress":[{"action":"Allow","source":{},"destination":{}}],"selector":"app == 'database'","types":["Ingress","Egress"]}}"#
    ),
    (
      Book.tier, "\(root)/tiers/internal-access",
      #"{"kind":"Tier","apiVersion":"projectcalico.org/v3","metadata":{"name":"internal-access","uid":"UID","creationTimestamp":"TIME"},"spec":{"order":100,"defaultAction":"Deny"}}"#
    ),
    (
      Book.felixConfiguration, "\(root)/felixconfigurations/default",
      #"{"kind":"FelixConfiguration","apiVersion":"projectcalico.org/v3","metadata":{"name":"default","uid":"UID","creationTimestamp":"TIME"},"spec":{"ipipEnabled":true,"logSeverityScreen":"Info","reportingInterval":"0s","prometheusMetricsEnabled":true,"prometheusMetricsPort":9081}}"#
    ),
    (
      Book.bgpConfiguration, "\(root)/bgpconfigurations/default",
      #"{"kind":"BGPConfiguration","apiVersion":"projectcalico.org/v3","metadata":{"name":"default","uid":"UID","creationTimestamp":"TIME"},"spec":{"logSeverityScreen":"Info","nodeToNodeMeshEnabled":false}}"#
    ),
    (
      Book.bgpPeer, "\(root)/bgppeers/bgppeer-global-1",
      #"{"kind":"BGPPeer","apiVersion":"projectcalico.org/v3","metadata":{"name":"bgppeer-global-1","uid":"UID","creationTimestamp":"TIME"},"spec":{"peerIP":"192.20.30.40","asNumber":64567}}"#
    ),
    (
      Book.felixConfigurationOfNode, "\(root)/felixconfigurations/node.myhost",
      #"{"kind":"FelixConfiguration","apiVersion":"projectcalico.org/v3","metadata":{"name":"node.myhost","uid":"UID","creationTimestamp":"TIME"},"spec":{"defaultEndpointToHostAction":"Return","dropActionOverride":"LogAndDrop"}}"#
    ),
    (
      Book.hostEndpointInPlace, "\(root)/hostendpoints/dev-vm1-interface",
      #"{"kind":"HostEndpoint","apiVersion":"projectcalico.org/v3","metadata":{"name":"dev-vm1-interface","uid":"UID","creationTimestamp":"TIME","labels":{"type":"development"}},"spec":{"node":"dev1","interfaceName":"eth0","expectedIPs":["192.168.0.1","192.168.0.2"],"ports":[{"name":"web","protocol":"TCP","port":9090},{"name":"healthcheck","protocol":"TCP","port":7071}]}}"#
    ),
  ]

  /// The members in one order, because that says nothing.
  private static func sorted(_ value: Value) -> Value {
    switch value {
    case .object(let members):
      .object(
        members.map { .init($0.key, sorted($0.value)) }.sorted { $0.key < $1.key })
    case .array(let items): .array(items.map { sorted($0) })
    case .double(let number) where number == number.rounded(): .int(Int64(number))
    default: value
    }
  }

  @Test("is what Calico would write of the book's objects, and nothing else") func bytes()
    async throws
  {
    let rig = try await EtcdRig()
    let store = try await EtcdDatastore.open(rig.options())
    for (manifest, key, expected) in Self.book {
      let created = try await store.create(Self.resource(manifest))
      let text = try rig.server.value(of: key)
      let filled = expected.replacing("UID", with: created.metadata.uid ?? "-")
        .replacing("TIME", with: created.metadata.creationTimestamp ?? "-")
      #expect(try Self.sorted(JSON.parse(text)) == Self.sorted(JSON.parse(filled)), "\(text)")
    }
    var ipam: [(any Resource, key: String, value: String)] = []
    var block = IPAMBlock(name: "10-1-0-0-30")
    block.spec.cidr = "10.1.0.0/30"
    block.spec.affinity = "host:node1"
    block.spec.affinityClaimTime = "2026-11-26T10:00:00Z"
    block.spec.allocations = [0, nil, nil, nil]
    block.spec.unallocated = [1, 2, 3]
    block.spec.attributes = [.init(handleID: "h", secondary: ["pod": "p"])]
    block.spec.sequenceNumber = 1
    block.spec.sequenceNumberForAllocation = ["0": 1]
    ipam.append(
      (
        block, "/calico/ipam/v2/assignment/ipv4/block/10.1.0.0-30",
        #"{"cidr":"10.1.0.0/30","affinity":"host:node1","affinity_claim_time":"2026-11-26T10:00:00Z","allocations":[0,null,null,null],"unallocated":[1,2,3],"attributes":[{"handle_id":"h","secondary":{"pod":"p"}}],"sequenceNumber":1,"sequenceNumberForAllocation":{"0":1},"deleted":false}"#
      ))
    let affinity = BlockAffinity(
      name: "node1-10-1-0-0-30",
      spec: BlockAffinitySpec(node: "node1", cidr: "10.1.0.0/30", state: .pending))
    ipam.append(
      (
        affinity, "/calico/ipam/v2/host/node1/ipv4/block/10.1.0.0-30",
        #"{"state":"pending","deleted":false}"#
      ))
    var handle = IPAMHandle(name: "k8s-pod-network.Ab")
    handle.spec.handleID = "k8s-pod-network.Ab"
    handle.spec.block = ["10.1.0.0/30": 1]
    ipam.append(
      (handle, "/calico/ipam/v2/handle/k8s-pod-network.Ab", #"{"block":{"10.1.0.0/30":1}}"#))
    var configuration = IPAMConfiguration(name: "default")
    configuration.spec.strictAffinity = true
    configuration.spec.maxBlocksPerHost = 4
    ipam.append(
      (
        configuration, "/calico/ipam/v2/config",
        #"{"strict_affinity":true,"auto_allocate_blocks":true,"maxBlocksPerHost":4}"#
      ))
    for (resource, key, expected) in ipam {
      _ = try await store.create(resource)
      #expect(try rig.server.value(of: key) == expected)
      let read = try await store.get(resource.key)
      #expect(read.encode()["spec"] == resource.encode()["spec"])
    }
    let expected = Self.book.map(\.key) + ipam.map(\.key)
    #expect(try rig.server.keys().sorted() == expected.sorted())
    await store.close()
  }

  /// A key, what stands there, and a change of one field as text.
  private struct Dumped: Sendable {
    var key: String
    var value: String
    var from: String
    var to: String
    var name: ResourceKey
    var change: @Sendable (inout any Resource) -> Void
  }

  private static func change<R: Resource>(
    _ type: R.Type, _ body: @escaping @Sendable (inout R) -> Void
  ) -> @Sendable (inout any Resource) -> Void {
    { resource in
      guard var typed = resource as? R else { return }
      body(&typed)
      resource = typed
    }
  }

  /// As Calico 3.1 left it: defaults written out, nothing that came later.
  private static let old: [Dumped] = [
    Dumped(
      key: "\(root)/ippools/default-ipv4-ippool",
      value:
        #"{"kind":"IPPool","apiVersion":"projectcalico.org/v3","metadata":{"name":"default-ipv4-ippool","uid":"6a1d5a4e-6a3e-11e8-b8f6-080027f2e5c5","creationTimestamp":"2018-06-07T10:12:13Z"},"spec":{"cidr":"192.168.0.0/16","ipipMode":"Always","natOutgoing":true,"disabled":false}}"#,
      from: #""disabled":false"#, to: #""disabled":true"#,
      name: ResourceKey(kind: .ipPool, name: "default-ipv4-ippool"),
      change: change(IPPool.self) { $0.spec.disabled = true }),
    Dumped(
      key: "\(root)/globalnetworkpolicies/default.allow-dns",
      value:
        #"{"kind":"GlobalNetworkPolicy","apiVersion":"projectcalico.org/v3","metadata":{"name":"default.allow-dns","uid":"6a1d5a4e-6a3e-11e8-b8f6-080027f2e5c6","creationTimestamp":null},"spec":{"order":100,"ingress":[{"action":"Allow","protocol":"UDP","source":{},"destination":{"ports":[53]}}],"selector":"all()","types":["Ingress"]}}"#,
      from: #""order":100"#, to: #""order":101"#,
      name: ResourceKey(kind: .globalNetworkPolicy, name: "allow-dns"),
      change: change(GlobalNetworkPolicy.self) { $0.spec.order = 101 }),
    Dumped(
      key: "\(root)/nodes/node1",
      value:
        #"{"kind":"Node","apiVersion":"projectcalico.org/v3","metadata":{"name":"node1","uid":"6a1d5a4e-6a3e-11e8-b8f6-080027f2e5c7","creationTimestamp":"2018-06-07T10:12:13Z"},"spec":{"bgp":{"ipv4Address":"10.0.0.1/24","ipv4IPIPTunnelAddr":"192.168.0.1"},"orchRefs":[{"nodeName":"node1","orchestrator":"k8s"}]}}"#,
      from: "10.0.0.1/24", to: "10.0.0.2/24", name: ResourceKey(kind: .node, name: "node1"),
      change: change(Node.self) { $0.spec.bgp?.ipv4Address = "10.0.0.2/24" }),
    Dumped(
      key: "/calico/ipam/v2/assignment/ipv4/block/192.168.0.0-30",
      value:
        #"{"cidr":"192.168.0.0/30","affinity":"host:node1","strictAffinity":false,"allocations":[0,null,null,null],"unallocated":[1,2,3],"attributes":[{"handle_id":"h1","secondary":null}]}"#,
      from: #""unallocated":[1,2,3]"#, to: #""unallocated":[2,3]"#,
      name: ResourceKey(kind: .ipamBlock, name: "192-168-0-0-30"),
      change: change(IPAMBlock.self) { $0.spec.unallocated = [2, 3] }),
    Dumped(
      key: "/calico/ipam/v2/handle/h1", value: #"{"block":{"192.168.0.0/30":1}}"#,
      from: ":1}", to: ":2}", name: ResourceKey(kind: .ipamHandle, name: "h1"),
      change: change(IPAMHandle.self) { $0.spec.block["192.168.0.0/30"] = 2 }),
    Dumped(
      key: "/calico/ipam/v2/host/node1/ipv4/block/192.168.0.0-30", value: #"{"state":"pending"}"#,
      from: "pending", to: "confirmed",
      name: ResourceKey(kind: .blockAffinity, name: "node1-192-168-0-0-30"),
      change: change(BlockAffinity.self) { $0.spec.state = .confirmed }),
    Dumped(
      key: "/calico/ipam/v2/config",
      value: #"{"strict_affinity":false,"auto_allocate_blocks":true}"#,
      from: #""strict_affinity":false"#, to: #""strict_affinity":true"#,
      name: ResourceKey(kind: .ipamConfiguration, name: "default"),
      change: change(IPAMConfiguration.self) { $0.spec.strictAffinity = true }),
  ]

  /// As today's Calico leaves it, and a later one: with what we do not know, in an order of its own.
  private static let new: [Dumped] = [
    Dumped(
      key: "\(root)/networkpolicies/ns/allow-web",
      value:
        #"{"kind":"NetworkPolicy","apiVersion":"projectcalico.org/v3","metadata":{"name":"allow-web","namespace":"ns","uid":"0b7a9b7c-1111-4222-8333-0123456789ab","creationTimestamp":"2026-08-01T00:00:00Z","annotations":{"a":"b"},"future":1},"spec":{"types":["Ingress"],"tier":"default","order":1000,"ingress":[{"action":"Allow","destination":{"domains":["example.com"],"ports":[80,"8000:8100","web"]},"source":{"futureMatch":{"x":[1,null]}},"protocol":"TCP"},{"action":"Pass"}],"futureSpec":true,"selector":"all()"},"status":{"seen":2}}"#,
      from: #""action":"Pass""#, to: #""action":"Deny""#,
      name: ResourceKey(kind: .networkPolicy, namespace: "ns", name: "allow-web"),
      change: change(NetworkPolicy.self) { $0.spec.ingress[1].action = .deny }),
    Dumped(
      key: "\(root)/felixconfigurations/default",
      value:
        #"{"apiVersion":"projectcalico.org/v3","kind":"FelixConfiguration","metadata":{"uid":"0b7a9b7c-1111-4222-8333-0123456789ac","name":"default","creationTimestamp":"2026-08-01T00:00:00Z"},"spec":{"logSeverityScreen":"Info","futureParameter":"Enabled","reportingInterval":"0s","floatingIPs":"Disabled"}}"#,
      from: #""logSeverityScreen":"Info""#, to: #""logSeverityScreen":"Debug""#,
      name: ResourceKey(kind: .felixConfiguration, name: "default"),
      change: change(FelixConfiguration.self) { $0.spec.logSeverityScreen = "Debug" }),
    Dumped(
      key: "/calico/ipam/v2/assignment/ipv6/block/fd00::-126",
      value:
        #"{"cidr":"fd00::/126","affinity":"virtual:load-balancer","affinity_claim_time":"2026-08-01T00:00:00Z","allocations":[null,0,null,null],"unallocated":[2,3,0],"attributes":[{"handle_id":"h2","secondary":{"node":"n"},"future":{"a":1}}],"sequenceNumber":7,"sequenceNumberForAllocation":{"1":7},"deleted":false,"future":[]}"#,
      from: #""sequenceNumber":7"#, to: #""sequenceNumber":8"#,
      name: ResourceKey(kind: .ipamBlock, name: "fd00---126"),
      change: change(IPAMBlock.self) { $0.spec.sequenceNumber = 8 }),
    Dumped(
      key: "/calico/ipam/v2/virtual/load-balancer/ipv6/block/fd00::-126",
      value: #"{"state":"confirmed","deleted":false,"uid":"x"}"#, from: "false", to: "true",
      name: ResourceKey(kind: .blockAffinity, name: "load-balancer-fd00---126"),
      change: change(BlockAffinity.self) { $0.spec.deleted = true }),
  ]

  @Test("is read, changed in one field and written with nothing else different", arguments: [0, 1])
  func dumps(_ which: Int) async throws {
    let dump = which == 0 ? Self.old : Self.new
    let rig = try await EtcdRig()
    let store = try await EtcdDatastore.open(rig.options())
    for item in dump { try rig.server.put(item.key, item.value) }
    let keys = try rig.server.keys()
    for item in dump {
      var resource = try await store.get(item.name)
      item.change(&resource)
      _ = try await store.update(resource)
      let expected = item.value.replacing(item.from, with: item.to)
      let written = try rig.server.value(of: item.key)
      #expect(written == expected)
      // Once more, by one who has not read it before.
      let other = try await EtcdDatastore.open(rig.options())
      let list = try await other.list(ListQuery(item.name.kind))
      #expect(list.malformed.isEmpty)
      let again = try #require(list.items.first { $0.key == item.name })
      _ = try await other.update(again)
      #expect(try rig.server.value(of: item.key) == expected)
      await other.close()
    }
    #expect(try rig.server.keys() == keys)
    await store.close()
  }

  @Test("may be an affinity that says nothing, or a block of old") func veryOld() async throws {
    let rig = try await EtcdRig()
    let store = try await EtcdDatastore.open(rig.options())
    try rig.server.put("/calico/ipam/v2/host/node1", "")
    try rig.server.put("/calico/ipam/v2/host/node1/ipv4/block/10.0.0.0-26", "")
    let affinity = try #require(try await store.all(BlockAffinity.self).first)
    #expect(affinity.spec.state == .confirmed && affinity.spec.node == "node1")
    #expect(affinity.spec.cidr == "10.0.0.0/26")
    let key = "/calico/ipam/v2/assignment/ipv4/block/10.0.0.0-30"
    try rig.server.put(
      key,
      #"{"cidr":"10.0.0.0/30","hostAffinity":"node1","allocations":[],"unallocated":[],"attributes":[]}"#
    )
    var block = try await store.get(IPAMBlock.self, "10-0-0-0-30")
    #expect(block.spec.affinity == "host:node1")
    block.spec.unallocated = [0]
    block = try await store.updated(block)
    #expect(try rig.server.value(of: key).contains(#""hostAffinity":"node1""#))
    block.spec.affinity = nil
    _ = try await store.update(block)
    #expect(try await store.get(IPAMBlock.self, "10-0-0-0-30").spec.affinity == nil)
    await store.close()
  }

  @Test("is what is listed and watched, whoever wrote it") func strangers() async throws {
    let rig = try await EtcdRig()
    let store = try await EtcdDatastore.open(rig.options())
    let root = Self.root
    _ = try await store.create(sample("good", "1"))
    let strangers = [
      ("\(root)/globalnetworksets/broken", "{"), ("\(root)/globalnetworksets/empty", ""),
      ("\(root)/globalnetworksets/list", "[]"),
      ("\(root)/globalnetworksets/other", #"{"metadata":{"name":"x"}}"#),
      ("\(root)/globalnetworksets/deep/er", "{}"),
      ("\(root)/globalnetworksets/typed", #"{"metadata":{"name":"typed"},"spec":{"nets":7}}"#),
      ("\(root)/unknownkinds/a", "{}"), ("/calico/other", "x"), ("/elsewhere", "x"),
    ]
    for (key, value) in strangers { try rig.server.put(key, value) }
    let query = ListQuery(.globalNetworkSet)
    let list = try await store.list(query)
    // A set of which a field is wrong is what it is without.
    #expect(list.items.map(\.key.name) == ["good", "typed"])
    #expect(
      Set(list.malformed.map(\.key.name)) == ["broken", "empty", "list", "other", "deep/er"])
    let syncer = Syncer(store, kinds: [.globalNetworkSet])
    let running = Task { await syncer.run() }
    let batch = try #require(await syncer.next())
    #expect(batch.changes.map(\.key.name) == ["good", "typed"])
    #expect(syncer.health.malformed == 5)
    var events = EventReader(try await store.watch(query, from: list.revision))
    try rig.server.put("\(root)/globalnetworksets/good", "{")
    #expect(try await events.next() == "malformed good")
    try rig.server.run("del", "\(root)/globalnetworksets/deep/er")
    #expect(try await events.next() == "deleted deep/er")
    // A policy under both of its names is one.
    let policies = "\(root)/globalnetworkpolicies"
    let policyQuery = ListQuery(.globalNetworkPolicy)
    let start = try await store.list(policyQuery).revision
    for (name, order) in [("default.p", 1), ("p", 2)] {
      try rig.server.put(
        "\(policies)/\(name)", #"{"metadata":{"name":"\#(name)"},"spec":{"order":\#(order)}}"#)
    }
    let both = try await store.all(GlobalNetworkPolicy.self)
    #expect(both.map(\.spec.order) == [2])
    try rig.server.run("del", "\(policies)/p")
    #expect(try await store.all(GlobalNetworkPolicy.self).map(\.spec.order) == [1])
    var last: Double?
    for try await event in try await store.watch(policyQuery, from: start) {
      guard case .set(let resource) = event, let policy = resource as? GlobalNetworkPolicy else {
        continue
      }
      last = policy.spec.order
      if last == 1 { break }
    }
    #expect(last == 1)
    running.cancel()
    await running.value
    await store.close()
  }
}
