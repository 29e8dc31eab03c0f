// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import Resources
import Testing
import ValueTree

@testable import KubernetesDatastore

@Suite("Pods, namespaces, service accounts and nodes") struct CoreConversionTests {
  private func pod(_ change: (inout KubePod) -> Void = { _ in }) -> KubePod {
    var pod = KubePod()
    pod.metadata = meta("nginx-8586cf59-rv5gm", "web", labels: ["app": "nginx"])
    pod.spec.nodeName = "node-1"
    pod.spec.serviceAccountName = "robot"
    pod.status.phase = "Running"
    change(&pod)
    return pod
  }

  private func endpoint(_ change: (inout KubePod) -> Void = { _ in }) throws -> WorkloadEndpoint? {
    PodConversion(interfacePrefix: "cali").endpoint(of: try received(pod(change)))
  }

  @Test("a pod is an endpoint with the names that follow from it") func podNames() throws {
    let endpoint = try #require(
      try endpoint {
        $0.metadata.annotations["cni.projectcalico.org/containerID"] = "abc"
        $0.metadata.labels["projectcalico.org/namespace"] = "another"
        $0.metadata.labels["projectcalico.org/serviceaccount"] = "another"
      })
    #expect(
      endpoint.key.description
        == "WorkloadEndpoint(web/node--1-k8s-nginx--8586cf59--rv5gm-eth0)")
    #expect(endpoint.metadata.uid == "a18d4f2e-7c1f-4a8e-9d58-2f3b6a0c4e71")
    #expect(endpoint.metadata.resourceVersion == "42")
    #expect(
      endpoint.metadata.labels == [
        "app": "nginx", "projectcalico.org/namespace": "web",
        "projectcalico.org/orchestrator": "k8s", "projectcalico.org/serviceaccount": "robot",
      ])
    // The interface of the book's example.
    #expect(endpoint.spec.interfaceName == "cali09f9c3884e9")
    #expect(endpoint.spec.profiles == ["kns.web", "ksa.web.robot"])
    #expect(endpoint.spec.containerID == "abc" && endpoint.spec.pod == "nginx-8586cf59-rv5gm")
    #expect(endpoint.spec.node == "node-1" && endpoint.spec.endpoint == "eth0")
    #expect(endpoint.spec.ipNetworks.isEmpty)
    #expect(endpoint.validate().isEmpty)
  }

  @Test("what a pod claims to belong to is left out of its endpoint's labels, and noted")
  func claims() throws {
    let endpoint = try #require(
      try endpoint {
        $0.metadata.labels["pcns.projectcalico.org/name"] = "another"
        $0.metadata.labels["pcsa.role"] = "admin"
        $0.metadata.labels["projectcalico.org/name"] = "another"
        $0.metadata.labels["projectcalico.org/orchestrator"] = "another"
        // Claims what is so.
        $0.metadata.labels["projectcalico.org/namespace"] = "web"
        $0.metadata.labels["projectcalico.org/serviceaccount"] = "robot"
        // Nobody notes anything in the place of the conversion.
        $0.metadata.annotations["projectcalico.org/claimed-labels"] = "app"
      })
    #expect(
      endpoint.metadata.labels == [
        "app": "nginx", "projectcalico.org/namespace": "web",
        "projectcalico.org/orchestrator": "k8s", "projectcalico.org/serviceaccount": "robot",
      ])
    #expect(
      endpoint.metadata.annotations == [
        "projectcalico.org/claimed-labels":
          "pcns.projectcalico.org/name,pcsa.role,projectcalico.org/name,"
          + "projectcalico.org/orchestrator"
      ])
    let truthful = try #require(try self.endpoint())
    #expect(truthful.metadata.annotations.isEmpty)
    let long = try #require(
      try self.endpoint {
        $0.spec.serviceAccountName = String(repeating: "a", count: 64)
        $0.metadata.labels["projectcalico.org/serviceaccount"] = "admin"
      })
    #expect(long.metadata.labels["projectcalico.org/serviceaccount"] == nil)
    #expect(
      long.metadata.annotations["projectcalico.org/claimed-labels"]
        == "projectcalico.org/serviceaccount")
  }

  @Test("a pod without a node or with the node's network is none") func noEndpoint() throws {
    #expect(try endpoint { $0.spec.nodeName = "" } == nil)
    #expect(try endpoint { $0.spec.hostNetwork = true } == nil)
  }

  @Test("a service account's name that is too long for a label is none") func longAccount() throws {
    let name = String(repeating: "a", count: 64)
    let endpoint = try #require(try endpoint { $0.spec.serviceAccountName = name })
    #expect(endpoint.metadata.labels["projectcalico.org/serviceaccount"] == nil)
    #expect(endpoint.spec.profiles == ["kns.web", "ksa.web.\(name)"])
  }

  @Test("a pod's addresses come from the best source that has any") func addresses() throws {
    func networks(_ change: (inout KubePod) -> Void) throws -> [String]? {
      try endpoint(change)?.spec.ipNetworks
    }
    func ip(_ text: String) -> KubePodIP {
      var ip = KubePodIP()
      ip.ip = text
      return ip
    }
    let all: (inout KubePod) -> Void = { pod in
      pod.status.podIps = [ip("10.0.0.1"), ip("fd00::1")]
      pod.status.podIp = "10.0.0.2"
      pod.metadata.annotations = [
        "cni.projectcalico.org/podIPs": "10.0.0.3/32,fd00::3/128",
        "cni.projectcalico.org/podIP": "10.0.0.4/32", "vpc.amazonaws.com/pod-ips": "10.0.0.5",
      ]
    }
    #expect(try networks(all) == ["10.0.0.1/32", "fd00::1/128"])
    #expect(
      try networks {
        all(&$0)
        $0.status.podIps = []
      } == ["10.0.0.2/32"])
    let noted: (inout KubePod) -> Void = {
      all(&$0)
      $0.status.podIps = [ip("")]
      $0.status.podIp = ""
    }
    #expect(try networks(noted) == ["10.0.0.3/32", "fd00::3/128"])
    #expect(
      try networks {
        noted(&$0)
        $0.metadata.annotations["cni.projectcalico.org/podIPs"] = ""
      } == ["10.0.0.4/32"])
    #expect(
      try networks { $0.metadata.annotations["vpc.amazonaws.com/pod-ips"] = "10.0.0.5" }
        == ["10.0.0.5/32"])
    #expect(try networks { $0.status.podIp = "not an address" } == [])
    #expect(
      try networks { $0.metadata.annotations["cni.projectcalico.org/podIP"] = "10.0.0.0/8" } == [])
  }

  @Test("a pod that has ended, or whose network is gone, has no addresses") func finished() throws {
    for phase in ["Failed", "Succeeded", "Completed"] {
      let ended = try endpoint {
        $0.status.phase = phase
        $0.status.podIp = "10.0.0.1"
      }
      #expect(ended?.spec.ipNetworks == [])
    }
    func deleted(_ annotation: String?) throws -> [String]? {
      try endpoint {
        $0.status.podIp = "10.0.0.1"
        $0.metadata.deletionTimestamp.seconds = 1
        $0.metadata.annotations["cni.projectcalico.org/podIP"] = annotation
      }?.spec.ipNetworks
    }
    #expect(try deleted("") == [])
    #expect(try deleted(nil) == ["10.0.0.1/32"])
    #expect(try deleted("10.0.0.1/32") == ["10.0.0.1/32"])
  }

  @Test("a pod's ports are those with a name or on the host") func ports() throws {
    func port(_ name: String, _ number: Int32, _ host: Int32 = 0, _ transport: String = "")
      -> KubeContainerPort
    {
      var port = KubeContainerPort()
      port.name = name
      port.containerPort = number
      port.hostPort = host
      port.`protocol` = transport
      return port
    }
    let endpoint = try #require(
      try endpoint { pod in
        var first = KubeContainer()
        first.ports = [port("web", 80), port("", 81), port("bad", 0), port("x", 70_000)]
        var second = KubeContainer()
        second.ports = [port("", 53, 5353, "UDP")]
        pod.spec.containers = [first, second]
      })
    #expect(endpoint.spec.ports.map(\.port) == [80, 53])
    #expect(endpoint.spec.ports.map(\.transport) == ["TCP", "UDP"])
    #expect(endpoint.spec.ports.map(\.hostPort) == [0, 5353])
  }

  @Test("init containers that keep running have ports, and others and unknown protocols have none")
  func sidecars() throws {
    func container(_ name: String, _ transport: String, _ policy: String = "") -> KubeContainer {
      var port = KubeContainerPort()
      port.name = name
      port.containerPort = 80
      port.`protocol` = transport
      var container = KubeContainer()
      container.ports = [port]
      if !policy.isEmpty { container.restartPolicy = policy }
      return container
    }
    let endpoint = try #require(
      try endpoint { pod in
        pod.spec.containers = [container("main", "TCP", "Always"), container("odd", "QUIC")]
        pod.spec.initContainers = [
          container("setup", "TCP"), container("side", "UDP", "Always"),
          container("once", "TCP", "OnFailure"),
        ]
      })
    #expect(endpoint.spec.ports.map(\.name) == ["main", "side"])
    #expect(
      LeftOut.items(in: endpoint.metadata) == [
        LeftOut(
          "spec.containers[1].ports[0].protocol", "must be TCP, UDP or SCTP, is \"QUIC\": left out")
      ])
    #expect(endpoint.validate().isEmpty)
  }

  @Test("floating addresses lead to the pod's address of their family") func floating() throws {
    func endpoint(_ text: String, _ addresses: [String] = ["10.0.0.1", "10.0.0.2"]) throws
      -> WorkloadEndpoint
    {
      try #require(
        try self.endpoint {
          $0.status.podIps = addresses.map { address in
            var ip = KubePodIP()
            ip.ip = address
            return ip
          }
          $0.metadata.annotations["cni.projectcalico.org/floatingIPs"] = text
        })
    }
    func nats(_ endpoint: WorkloadEndpoint) -> [String] {
      endpoint.spec.ipNATs.map { "\($0.internalIP)/\($0.externalIP)" }
    }
    let both = try endpoint(
      "[\"192.0.2.1\", \"2001:db8::1\", \"192.0.2.1\"]", ["10.0.0.1", "fd00::1"])
    #expect(nats(both) == ["10.0.0.1/192.0.2.1", "fd00::1/2001:db8::1"])
    #expect(both.validate().isEmpty && both.metadata.annotations.isEmpty)
    let partly = try endpoint("[\"192.0.2.1\", \"x\", \"2001:db8::1\", 7]")
    #expect(nats(partly) == ["10.0.0.1/192.0.2.1"])
    #expect(LeftOut.items(in: partly.metadata).count == 3)
    let unread = try endpoint("192.0.2.1")
    #expect(nats(unread).isEmpty && LeftOut.items(in: unread.metadata).count == 1)
    let early = try endpoint("[\"192.0.2.1\"]", [])
    #expect(nats(early).isEmpty && early.metadata.annotations.isEmpty)
  }

  @Test(
    "limits of a pod's traffic are kept in their bounds, and none stands without what it needs",
    arguments: [
      // What is asked for, what becomes of it, and how often something is said.
      ("Bandwidth=1.5M", "Bandwidth=1500000 Burst=4294967296", 0),
      ("Bandwidth=1", "Bandwidth=1000 Burst=4294967296", 1),
      ("Bandwidth=-5 Burst=1k", "Bandwidth=1000 Burst=1000", 1),
      ("Bandwidth=2P", "Bandwidth=1000000000000000 Burst=4294967296", 1),
      ("Bandwidth=1M Burst=999", "Bandwidth=1000000 Burst=1000", 1),
      ("Bandwidth=1M Burst=1T", "Bandwidth=1000000 Burst=34359738360", 1),
      ("Bandwidth=1M Burst=x", "Bandwidth=1000000 Burst=4294967296", 1),
      ("Burst=1M", "", 1), ("Peakrate=1M", "", 1), ("Minburst=1M", "", 1), ("PacketBurst=5", "", 1),
      ("Bandwidth=1M Peakrate=1M", "Bandwidth=1000000 Burst=4294967296", 1),
      ("Bandwidth=1k Peakrate=1", "Bandwidth=1000 Burst=4294967296 Peakrate=1010", 1),
      (
        "Bandwidth=1P Peakrate=2P",
        "Bandwidth=1000000000000000 Burst=4294967296 Peakrate=1010000000000000", 1
      ),
      (
        "Bandwidth=1M Peakrate=2M Minburst=1",
        "Bandwidth=1000000 Burst=4294967296 Peakrate=2000000 Minburst=1000", 1
      ),
      (
        "Bandwidth=1M Peakrate=2M Minburst=1G",
        "Bandwidth=1000000 Burst=4294967296 Peakrate=2000000 Minburst=100000000", 1
      ),
      ("Bandwidth=1M Peakrate=9 Minburst=1k", "Bandwidth=1000000 Burst=4294967296", 3),
      ("PacketRate=0 PacketBurst=20k", "PacketRate=1 PacketBurst=10000", 2),
      ("PacketRate=10k", "PacketRate=10000", 0), ("PacketRate=ten PacketBurst=5", "", 2),
      ("MaxConnections=0", "MaxConnections=1", 1),
      ("MaxConnections=4294967296", "MaxConnections=4294967295", 1),
    ])
  func limits(_ asked: String, _ expected: String, _ said: Int) throws {
    for way in ["ingress", "egress"] {
      let endpoint = try #require(
        try endpoint { pod in
          for item in asked.split(separator: " ") {
            let parts = item.split(separator: "=")
            pod.metadata.annotations["qos.projectcalico.org/\(way)\(parts[0])"] = String(parts[1])
          }
        })
      let encoded = endpoint.spec.qosControls?.encode()
      var found: [String] = []
      for name in [
        "Bandwidth", "Burst", "Peakrate", "Minburst", "PacketRate", "PacketBurst", "MaxConnections",
      ] {
        if let value = encoded?["\(way)\(name)"] { found.append("\(name)=\(JSON.encode(value))") }
      }
      #expect(found.joined(separator: " ") == expected)
      #expect(LeftOut.items(in: endpoint.metadata).count == said)
    }
  }

  @Test(
    "a mark is a number of six bits or a name in capitals",
    arguments: [
      ("ef", "\"EF\""), ("AF41", "\"AF41\""), ("cs7", "\"CS7\""), ("0", "0"), ("63", "63"),
      ("64", nil), ("-1", nil), ("AF44", nil), ("x", nil),
    ] as [(String, String?)])
  func mark(_ text: String, _ expected: String?) throws {
    let endpoint = try #require(
      try endpoint { $0.metadata.annotations["qos.projectcalico.org/dscp"] = text })
    #expect(endpoint.spec.qosControls?.dscp.map { JSON.encode($0.encode()) } == expected)
    #expect(LeftOut.items(in: endpoint.metadata).isEmpty == (expected != nil))
  }

  @Test("annotations limit a pod's traffic and let it send from other addresses") func annotations()
    throws
  {
    let endpoint = try #require(
      try endpoint {
        $0.metadata.annotations = [
          "qos.projectcalico.org/ingressBandwidth": "1.5M", "kubernetes.io/egress-bandwidth": "1Gi",
          "kubernetes.io/ingress-bandwidth": "7", "qos.projectcalico.org/egressPacketRate": "x",
          "qos.projectcalico.org/dscp": "EF",
          "cni.projectcalico.org/allowedSourcePrefixes": "[\"10.9.0.0/16\"]",
        ]
      })
    #expect(endpoint.spec.qosControls?.ingressBandwidth == 1_500_000)
    #expect(endpoint.spec.qosControls?.egressBandwidth == 1 << 30)
    #expect(endpoint.spec.qosControls?.egressPacketRate == nil)
    #expect(endpoint.spec.qosControls?.dscp == "EF")
    #expect(endpoint.spec.allowSpoofedSourcePrefixes == ["10.9.0.0/16"])
    let wrong = try #require(
      try self.endpoint {
        $0.metadata.annotations["cni.projectcalico.org/allowedSourcePrefixes"] =
          "[\"10.9.0.0/16\", 7]"
      })
    #expect(wrong.spec.allowSpoofedSourcePrefixes.isEmpty && wrong.spec.qosControls == nil)
  }

  @Test(
    "quantities are read as Kubernetes writes them",
    arguments: [
      ("0", 0), ("1500", 1500), ("1.5k", 1500), ("10Ki", 10_240), ("2e3", 2000), ("100m", 1),
      ("-1", -1), ("", nil), ("1X", nil), ("1e99", .max), ("1P", 1_000_000_000_000_000),
      ("99999999999999999999", .max), ("nan", nil), ("inf", nil), ("0.07k", 70),
      ("4.35k", 4350), (".5k", 500), ("1.", 1), ("+5", 5), (".", nil), ("e3", nil), ("1e", nil),
      ("1E", 1_000_000_000_000_000_000), ("9Ei", .max), ("1.0000000000000000001", 2),
      ("2e-3", 1), ("1e-99999", 1), ("0e99999", 0), ("1 k", nil), ("-0.5", -1), ("1.2.3", nil),
    ] as [(String, Int?)])
  func quantities(_ text: String, _ value: Int?) {
    #expect(Quantity.value(text) == value)
  }

  @Test("a namespace is a profile that allows everything and hands on its labels") func namespace()
    throws
  {
    var namespace = KubeNamespace()
    namespace.metadata = meta("web", labels: ["team": "a", "kubernetes.io/metadata.name": "web"])
    let profile = ProfileConversion.profile(of: try received(namespace))
    #expect(profile.key.description == "Profile(kns.web)")
    #expect(profile.metadata.uid == "85b1f274-3ef8-4a71-9d1a-f4dc5630728e")
    #expect(profile.spec.ingress == [Rule(.allow)] && profile.spec.egress == [Rule(.allow)])
    #expect(
      profile.spec.labelsToApply == [
        "pcns.team": "a", "pcns.kubernetes.io/metadata.name": "web",
        "pcns.projectcalico.org/name": "web",
      ])
    #expect(profile.validate().isEmpty)
  }

  @Test("a service account is a profile without rules") func account() throws {
    var account = KubeServiceAccount()
    account.metadata = meta("robot.x", "web", labels: ["a": "b"])
    let profile = ProfileConversion.profile(of: try received(account))
    #expect(profile.key.description == "Profile(ksa.web.robot.x)")
    #expect(profile.metadata.uid == "85b1f274-3ef8-4a71-9d1a-f4dc5630728e")
    #expect(profile.spec.ingress.isEmpty && profile.spec.egress.isEmpty)
    #expect(
      profile.spec.labelsToApply == ["pcsa.a": "b", "pcsa.projectcalico.org/name": "robot.x"])
  }

  private func node() throws -> KubeNode {
    var node = KubeNode()
    node.metadata = meta(
      "n1", labels: ["zone": "a"],
      annotations: [
        "projectcalico.org/IPv4Address": "172.16.0.1/24", "projectcalico.org/ASNumber": "64513",
        "projectcalico.org/IPv4IPIPTunnelAddr": "10.0.0.1",
        "projectcalico.org/RouteReflectorClusterID": "1.0.0.1",
        "projectcalico.org/IPv4VXLANTunnelAddr": "10.0.0.2",
        "projectcalico.org/VXLANTunnelMACAddr": "66:00:00:00:00:01",
        "projectcalico.org/WireguardPublicKey": "key",
        "projectcalico.org/IPv4WireguardInterfaceAddr": "10.0.0.3",
        "projectcalico.org/labels": "{\"own\":\"1\",\"zone\":\"hidden\"}",
        "somebody.else/x": "y",
      ])
    node.spec.podCidr = "10.1.0.0/24"
    var address = KubeNodeAddress()
    address.type = "InternalIP"
    address.address = "172.16.0.1"
    var name = KubeNodeAddress()
    name.type = "Hostname"
    name.address = "n1"
    node.status.addresses = [address, name]
    return try received(node)
  }

  @Test("a node is read from its annotations") func readNode() throws {
    let node = NodeConversion.node(of: try node())
    #expect(node.spec.bgp?.ipv4Address == "172.16.0.1/24")
    #expect(node.spec.bgp?.asNumber?.description == "64513")
    #expect(node.spec.bgp?.ipv4IPIPTunnelAddr == "10.0.0.1")
    #expect(node.spec.bgp?.routeReflectorClusterID == "1.0.0.1")
    #expect(node.spec.ipv4VXLANTunnelAddr == "10.0.0.2")
    #expect(node.spec.vxlanTunnelMACAddr == "66:00:00:00:00:01")
    #expect(node.spec.wireguard?.interfaceIPv4Address == "10.0.0.3")
    #expect(node.status?.wireguardPublicKey == "key" && node.status?.podCIDRs == ["10.1.0.0/24"])
    #expect(node.metadata.labels == ["zone": "a", "own": "1"])
    #expect(node.spec.orchRefs == [OrchRef(nodeName: "n1")])
    #expect(
      node.spec.addresses == [
        NodeAddress(address: "172.16.0.1/24"),
        NodeAddress(address: "172.16.0.1", type: "InternalIP"),
      ])
    #expect(node.metadata.annotations.isEmpty)
  }

  @Test("of a node only what changes is written") func writeNode() throws {
    let source = try node()
    var node = NodeConversion.node(of: source)
    func changes() throws -> String {
      JSON.encode(.object(try NodeConversion.changes(to: node, from: source).get()))
    }
    // A label of its own that Kubernetes' hides is gone with the next write.
    #expect(try changes() == "{\"projectcalico.org/labels\":\"{\\\"own\\\":\\\"1\\\"}\"}")
    node.spec.bgp?.ipv4IPIPTunnelAddr = ""
    node.spec.bgp?.ipv6Address = "fd00::1/64"
    node.spec.ipv4VXLANTunnelAddr = "10.0.0.9"
    node.metadata.labels["own"] = nil
    node.metadata.annotations["note"] = "x"
    #expect(
      try changes()
        == "{\"projectcalico.org/IPv4IPIPTunnelAddr\":null,"
        + "\"projectcalico.org/IPv4VXLANTunnelAddr\":\"10.0.0.9\","
        + "\"projectcalico.org/IPv6Address\":\"fd00::1/64\","
        + "\"projectcalico.org/annotations\":\"{\\\"note\\\":\\\"x\\\"}\","
        + "\"projectcalico.org/labels\":null}")
    node.spec.bgp = nil
    #expect(try changes().contains("\"projectcalico.org/IPv4Address\":null"))
    for labels in [["own": "1"], ["zone": "b"]] {
      node.metadata.labels = labels
      #expect(throws: FieldProblem.self) {
        try NodeConversion.changes(to: node, from: source).get()
      }
    }
  }

  @Test("a name's beginning says of which node endpoints are wanted, unless of several")
  func prefixes() {
    #expect(WorkloadEndpointName.node(ofPrefix: "node--1-k8s-") == "node-1")
    #expect(WorkloadEndpointName.node(ofPrefix: "a-k") == "a")
    for prefix in ["", "a", "a-", "a--", "a--b-", "-k8s"] {
      #expect(WorkloadEndpointName.node(ofPrefix: prefix) == nil, "\(prefix)")
    }
  }
}
