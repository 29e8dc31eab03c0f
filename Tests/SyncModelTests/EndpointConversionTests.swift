// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
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

  @Test("labels of namespace, orchestrator and service account are ensured")
  func labels() {
    let converted = endpoint {
      $0.metadata.labels = ["app": "x", "projectcalico.org/namespace": "forged"]
      $0.spec.orchestrator = "k8s"
      $0.spec.serviceAccountName = "sa"
    }
    #expect(
      converted.workload?.labels == [
        "app": "x", "projectcalico.org/namespace": "ns", "projectcalico.org/orchestrator": "k8s",
        "projectcalico.org/serviceaccount": "sa",
      ])
    let long = endpoint { $0.spec.serviceAccountName = String(repeating: "s", count: 64) }
    #expect(long.workload?.labels == ["projectcalico.org/namespace": "ns"])
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
    #expect(converted.idleFields == ["spec.ipNATs", "spec.qosControls"])
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
    endpoint.metadata.labels = ["role": "db", "projectcalico.org/namespace": "forged"]
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
    #expect(converted.idleFields == ["spec"])
    #expect(converted.wrongFields == ["metadata.labels", "spec.expectedIPs[1]"])
    #expect(converted.converter.convert(.removed(endpoint.key)) == [.hostEndpoint("h", nil)])
  }

  @Test("a network set of a namespace has its label and inherits from its profile")
  func networkSet() {
    var set = NetworkSet(name: "s", namespace: "ns")
    set.metadata.labels = ["app": "x"]
    set.spec.nets = ["192.0.2.1", "198.51.100.7/24", "bad"]
    var converted = Converted(set)
    #expect(
      converted.networkSet
        == SyncNetworkSet(
          nets: ["192.0.2.1/32", "198.51.100.0/24"].compactMap { CIDR($0) },
          labels: ["app": "x", "projectcalico.org/namespace": "ns"], profiles: ["kns.ns"]))
    #expect(converted.wrongFields == ["spec.nets[2]"])
    let id = NetworkSetID(namespace: "ns", name: "s")
    #expect(converted.converter.convert(.removed(set.key)) == [.networkSet(id, nil)])
  }

  @Test("a global network set is in no namespace, whatever its labels say")
  func globalNetworkSet() {
    var set = GlobalNetworkSet(name: "s")
    set.metadata.labels = ["app": "x", "projectcalico.org/namespace": "ns"]
    let converted = Converted(set)
    #expect(converted.networkSet?.labels == ["app": "x"])
    #expect(converted.networkSet?.profiles == [])
    #expect(converted.wrongFields == ["metadata.labels"])
  }
}
