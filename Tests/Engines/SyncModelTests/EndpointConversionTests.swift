// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyModel
import Resources
import SyncModel
import Testing

@Suite("Endpoints and network sets, converted")
struct EndpointConversionTests {
  private func endpoint(_ change: (inout WorkloadEndpoint) -> Void = { _ in }) -> Converted {
    var endpoint = WorkloadEndpoint(name: "node-k8s-pod-eth0", namespace: "ns")
    endpoint.spec.node = "node"
    endpoint.spec.interfaceName = "cali12345"
    change(&endpoint)
    return Converted(endpoint)
  }

  @Test("a workload endpoint has addresses, MAC, profiles and allowed sources")
  func fields() {
    let converted = endpoint {
      $0.spec.ipNetworks = ["10.0.0.1/32", "fd00::1"]
      $0.spec.mac = "ee:ee:ee:ee:ee:ee"
      $0.spec.serviceAccountName = "sa"
      $0.spec.profiles = ["kns.ns", "ksa.ns.sa"]
      $0.spec.allowSpoofedSourcePrefixes = ["192.0.2.1/24"]
    }
    #expect(converted.workload?.node == "node")
    #expect(converted.workload?.interfaceName == "cali12345")
    #expect(converted.workload?.nets.map(\.description) == ["10.0.0.1/32", "fd00::1/128"])
    #expect(converted.workload?.mac?.description == "ee:ee:ee:ee:ee:ee")
    #expect(converted.workload?.profiles == ["kns.ns", "ksa.ns.sa"])
    #expect(
      converted.workload?.allowedSourcePrefixes.map(\.description) == ["192.0.2.0/24"])
    #expect(converted.converter.problems.isEmpty)
  }

  @Test(
    "of when an endpoint was stored only what compares as a text is taken",
    arguments: [
      ("2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z"), ("2024-05-06T07:08:09+02:00", nil),
      ("2024-05-06T07:08:09.5Z", nil), ("2024-05-06 07:08:09Z", nil), ("yesterday", nil), ("", nil),
      (nil, nil),
    ])
  func created(text: String?, expected: String?) {
    #expect(endpoint { $0.metadata.creationTimestamp = text }.workload?.created == expected)
  }

  /// A label with every reserved name, none of which is true of anything here.
  static let claims = [
    "pcns.projectcalico.org/name": "other", "pcns.env": "prod",
    "pcsa.projectcalico.org/name": "admin", "pcsa.role": "admin",
    "projectcalico.org/name": "other", "projectcalico.org/orchestrator": "other",
    "projectcalico.org/serviceaccount": "admin",
  ]

  @Test("labels say to what namespace, orchestrator and service account an endpoint belongs")
  func labels() {
    let converted = endpoint {
      $0.metadata.labels = [
        "app": "x", "projectcalico.org/namespace": "ns", "projectcalico.org/orchestrator": "k8s",
      ]
      $0.spec.orchestrator = "k8s"
      $0.spec.serviceAccountName = "sa"
    }
    #expect(
      converted.workload?.labels == [
        "app": "x", "projectcalico.org/namespace": "ns", "projectcalico.org/orchestrator": "k8s",
        "projectcalico.org/serviceaccount": "sa", "pcns.projectcalico.org/name": "ns",
        "pcsa.projectcalico.org/name": "sa",
      ])
    // What was stored and is true is nobody's mistake.
    #expect(converted.wrongFields == [])
  }

  @Test("a service account's name that is too long for a label's value is only the account's own")
  func longAccount() {
    let name = String(repeating: "s", count: 64)
    for claimed in [[:], ["projectcalico.org/serviceaccount": "admin"]] {
      let long = endpoint {
        $0.metadata.labels = claimed
        $0.spec.serviceAccountName = name
      }
      #expect(
        long.workload?.labels == [
          "projectcalico.org/namespace": "ns", "pcns.projectcalico.org/name": "ns",
          "pcsa.projectcalico.org/name": name,
        ])
      #expect(long.wrongFields == (claimed.isEmpty ? [] : ["metadata.labels"]))
    }
    let longest = endpoint { $0.spec.serviceAccountName = String(name.dropLast()) }
    #expect(
      longest.workload?.labels["projectcalico.org/serviceaccount"] == String(name.dropLast()))
  }

  @Test("reserved labels that an endpoint claims are left out and named once")
  func claimedLabels() {
    let converted = endpoint {
      $0.metadata.labels = Self.claims
      $0.metadata.labels["projectcalico.org/namespace"] = "other"
      $0.metadata.labels["app"] = "x"
      // Near to a reserved name is not reserved.
      $0.metadata.labels["pcns"] = "x"
      $0.metadata.labels["projectcalico.org/names"] = "x"
    }
    #expect(
      converted.workload?.labels == [
        "app": "x", "pcns": "x", "projectcalico.org/names": "x",
        "projectcalico.org/namespace": "ns", "pcns.projectcalico.org/name": "ns",
      ])
    #expect(converted.wrongFields == ["metadata.labels"])
    let reason = converted.converter.problems.first?.reason ?? ""
    #expect(reason.hasPrefix("\"pcns.env\", \"pcns.projectcalico.org/name\", "))
    #expect(reason.contains(" and 4 more: "))

    let single = endpoint { $0.metadata.labels = ["pcsa.role\n": "admin"] }
    #expect(single.workload?.labels["pcsa.role\n"] == nil)
    #expect(single.converter.problems.first?.reason.hasPrefix("\"pcsa.role\\n\": ") == true)
  }

  @Test("reserved labels that a pod claims are named, though the endpoint made of it has them not")
  func claimsOfPod() {
    let converted = endpoint {
      $0.metadata.annotations["projectcalico.org/claimed-labels"] = "pcns.env,pcsa.role"
    }
    #expect(
      converted.workload?.labels == [
        "projectcalico.org/namespace": "ns", "pcns.projectcalico.org/name": "ns",
      ])
    #expect(converted.wrongFields == ["metadata.labels"])
    #expect(
      converted.converter.problems.first?.reason.hasPrefix("\"pcns.env\", \"pcsa.role\": ") == true)
  }

  @Test("an endpoint inherits labels of its own namespace and service account, of no other")
  func labelProfiles() {
    func converted(_ profiles: [String], account: String = "sa") -> Converted {
      endpoint {
        $0.spec.profiles = profiles
        $0.spec.serviceAccountName = account
      }
    }
    let usual = converted(["kns.ns", "ksa.ns.sa"])
    #expect(usual.workload?.labelProfiles == ["kns.ns", "ksa.ns.sa"])
    #expect(usual.wrongFields == [])
    let fewer = converted(["extra"])
    #expect(fewer.workload?.labelProfiles == ["extra", "kns.ns", "ksa.ns.sa"])
    #expect(fewer.workload?.profiles == ["extra"])
    #expect(fewer.wrongFields == [])
    let others = converted(["kns.other", "a", "ksa.ns.admin", "kns.ns", "ksa.ns.sa.x"])
    #expect(others.workload?.labelProfiles == ["a", "kns.ns", "ksa.ns.sa"])
    #expect(others.workload?.profiles.count == 5)
    #expect(others.wrongFields == ["spec.profiles[0]", "spec.profiles[2]", "spec.profiles[4]"])
    let none = converted(["kns.ns", "ksa.ns.sa"], account: "")
    #expect(none.workload?.labelProfiles == ["kns.ns"])

    var host = HostEndpoint(name: "h")
    host.spec.node = "n"
    host.spec.interfaceName = "eth0"
    host.spec.profiles = ["kns.ns", "a", "ksa.ns.sa"]
    #expect(Converted(host).host?.labelProfiles == ["a"])
    #expect(Converted(host).host?.profiles == ["kns.ns", "a", "ksa.ns.sa"])
    #expect(Converted(host).wrongFields == ["spec.profiles[0]", "spec.profiles[2]"])
  }

  @Test("named ports are kept, those for the host only are not")
  func ports() {
    let converted = endpoint {
      var named = WorkloadEndpointPort()
      (named.name, named.transport, named.port) = ("dns", "udp", 53)
      var hostOnly = WorkloadEndpointPort()
      (hostOnly.port, hostOnly.hostPort) = (80, 8080)
      var wrong = named
      wrong.transport = "icmp"
      var high = named
      high.port = 70000
      $0.spec.ports = [named, hostOnly, wrong, high]
    }
    #expect(
      converted.workload?.ports == [SyncEndpointPort(name: "dns", transport: .udp, port: 53)])
    #expect(converted.wrongFields == ["spec.ports[2].protocol", "spec.ports[3]"])
  }

  @Test("what is wrong with an endpoint is left out and named; it stays policed")
  func wrongFields() {
    let converted = endpoint {
      $0.spec.ipNetworks = ["10.0.0.0/24", "nonsense", "10.0.0.1"]
      $0.spec.mac = "zz"
      $0.spec.allowSpoofedSourcePrefixes = ["everywhere"]
    }
    #expect(
      converted.wrongFields == [
        "spec.allowSpoofedSourcePrefixes[0]", "spec.ipNetworks[0]", "spec.ipNetworks[1]",
        "spec.mac",
      ])
    #expect(converted.workload?.nets.map(\.description) == ["10.0.0.1/32"])
    #expect(converted.workload?.interfaceName == "cali12345")
    for name in ["cali 1", "cali/1", "cali\"1", String(repeating: "c", count: 16)] {
      let converted = endpoint { $0.spec.interfaceName = name }
      #expect(converted.workload?.interfaceName == "")
      #expect(converted.wrongFields == ["spec.interfaceName"])
    }
  }

  @Test("address translation and traffic limits are reported as not done")
  func idle() {
    let converted = endpoint {
      $0.spec.ipNATs = [IPNAT()]
      $0.spec.qosControls = QoSControls()
    }
    #expect(converted.askingFields == ["spec.ipNATs", "spec.qosControls"])
  }

  @Test("an endpoint that goes is taken back")
  func removal() {
    var converted = endpoint()
    let key = ResourceKey(kind: .workloadEndpoint, namespace: "ns", name: "node-k8s-pod-eth0")
    let id = WorkloadEndpointID(namespace: "ns", name: "node-k8s-pod-eth0")
    #expect(converted.updates == [.workloadEndpoint(id, converted.workload)])
    #expect(converted.converter.convert(.removed(key)) == [.workloadEndpoint(id, nil)])
  }

  @Test("a host endpoint counts for selectors, and its policing is reported as not done")
  func host() {
    var endpoint = HostEndpoint(name: "h")
    endpoint.metadata.labels = Self.claims
    endpoint.metadata.labels["role"] = "db"
    endpoint.metadata.labels["projectcalico.org/namespace"] = "forged"
    endpoint.spec.node = "node"
    endpoint.spec.interfaceName = "eth0"
    endpoint.spec.expectedIPs = ["172.16.0.1", "10.0.0.0/8"]
    endpoint.spec.profiles = ["p"]
    var port = EndpointPort()
    (port.name, port.port) = ("ssh", 22)
    endpoint.spec.ports = [port]
    var converted = Converted(endpoint)
    #expect(
      converted.host
        == SyncHostEndpoint(
          node: "node", interfaceName: "eth0", addresses: [IPAddress(v4: 0xac10_0001)],
          labels: ["role": "db"], profiles: ["p"],
          ports: [SyncEndpointPort(name: "ssh", transport: .tcp, port: 22)]))
    #expect(converted.askingFields == ["spec"])
    #expect(converted.wrongFields == ["metadata.labels", "spec.expectedIPs[1]"])
    #expect(converted.converter.convert(.removed(endpoint.key)) == [.hostEndpoint("h", nil)])
  }

  @Test("a network set of a namespace has its label and inherits from its profile")
  func networkSet() {
    var set = NetworkSet(name: "s", namespace: "ns")
    set.metadata.labels = Self.claims
    set.metadata.labels["app"] = "x"
    set.spec.nets = ["192.0.2.1", "198.51.100.7/24", "bad"]
    var converted = Converted(set)
    #expect(
      converted.networkSet
        == SyncNetworkSet(
          nets: ["192.0.2.1/32", "198.51.100.0/24"].compactMap { CIDR($0) },
          labels: [
            "app": "x", "projectcalico.org/namespace": "ns", "pcns.projectcalico.org/name": "ns",
          ], profiles: ["kns.ns"]))
    #expect(converted.wrongFields == ["metadata.labels", "spec.nets[2]"])
    let id = NetworkSetID(namespace: "ns", name: "s")
    #expect(converted.converter.convert(.removed(set.key)) == [.networkSet(id, nil)])
  }

  @Test("a global network set is in no namespace, whatever its labels say")
  func globalNetworkSet() {
    var set = GlobalNetworkSet(name: "s")
    set.metadata.labels = Self.claims
    set.metadata.labels["app"] = "x"
    set.metadata.labels["projectcalico.org/namespace"] = "ns"
    let converted = Converted(set)
    #expect(converted.networkSet?.labels == ["app": "x"])
    #expect(converted.networkSet?.profiles == [])
    #expect(converted.wrongFields == ["metadata.labels"])
  }
}
