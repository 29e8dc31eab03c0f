// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources
import TestSupport
import Testing
import ValueTree

@Suite("The book's manifests")
struct BookTests {
  @Test(
    "are accepted as printed",
    arguments: [
      (Book.ipPool, "IPPool(my.ippool)"),
      (Book.networkPolicy, "NetworkPolicy(myproject/allow-tcp-6379)"),
      (Book.globalNetworkPolicy, "GlobalNetworkPolicy(allow-tcp-6379)"),
      (Book.tier, "Tier(internal-access)"),
      (Book.felixConfiguration, "FelixConfiguration(default)"),
      (Book.felixConfigurationOfNode, "FelixConfiguration(node.myhost)"),
      (Book.bgpConfiguration, "BGPConfiguration(default)"),
      (Book.bgpPeer, "BGPPeer(bgppeer-global-1)"),
    ])
  func accepted(yaml: String, key: String) throws {
    let resources = try read(yaml)
    #expect(resources.map { "\($0.key)" } == [key])
  }

  @Test("say what they are printed to say")
  func content() throws {
    let pool = try #require(try read(Book.ipPool).first as? IPPool)
    #expect(pool.spec.cidr == "10.1.0.0/16")
    #expect(pool.spec.ipipMode == .crossSubnet)
    #expect(pool.spec.natOutgoing)
    #expect(pool.spec.effectiveBlockSize == 26)

    let policy = try #require(try read(Book.networkPolicy).first as? NetworkPolicy)
    #expect(policy.tier == "default")
    #expect(policy.spec.types == [.ingress, .egress])
    #expect(policy.spec.ingress.first?.transport?.ipProtocol == .tcp)
    #expect(policy.spec.ingress.first?.destination.ports == [6379])

    let felix = try #require(try read(Book.felixConfigurationOfNode).first as? FelixConfiguration)
    #expect(felix.spec.dropActionOverride == "LogAndDrop")
    #expect(felix.spec.defaultEndpointToHostAction == "Return")

    let peer = try #require(try read(Book.bgpPeer).first as? BGPPeer)
    #expect(peer.spec.peerAddress?.address.description == "192.20.30.40")
    #expect(peer.spec.asNumber?.value == 64567)
  }

  @Test("the workload endpoint's two parts are refused, each stray field with its place")
  func workloadEndpoint() {
    #expect(
      complaints(Book.workloadEndpoint) == [
        "f.yaml:6:1: \(Self.stray): labels (labels belongs under metadata)",
        "f.yaml:14:1: \(Self.stray): containerID (containerID belongs under spec)",
        "f.yaml:15:1: \(Self.stray): pod (pod belongs under spec)",
        "f.yaml:16:1: \(Self.stray): endpoint (endpoint belongs under spec)",
        "f.yaml:17:1: \(Self.stray): interfaceName (interfaceName belongs under spec)",
        "f.yaml:18:1: \(Self.stray): mac (mac belongs under spec)",
        "f.yaml:19:1: \(Self.stray): ipNetworks (ipNetworks belongs under spec)",
        "f.yaml:21:1: \(Self.stray): profiles (profiles belongs under spec)",
        "f.yaml:23:1: \(Self.stray): ports (ports belongs under spec)",
      ])
  }

  static let stray = "field in document is not recognized or is in the wrong location"

  @Test("the workload endpoint in one piece has a field twice")
  func workloadEndpointJoined() {
    let found = complaints(Book.workloadEndpointJoined)
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("f.yaml:16:3: spec.endpoint: ") == true, "\(found)")
  }

  @Test("the workload endpoint with its fields in place has a subnet for an address")
  func workloadEndpointNetwork() {
    #expect(
      complaints(Book.workloadEndpointInPlace) == [
        "f.yaml:19:5: spec.ipNetworks[0]: IP network contains multiple addresses "
          + "(is '192.168.0.0/16')"
      ])
  }

  @Test("the workload endpoint is accepted when it is put right")
  func workloadEndpointRight() throws {
    let yaml = Book.workloadEndpointInPlace.replacing("192.168.0.0/16", with: "192.168.0.7/32")
    let endpoint = try #require(try read(yaml).first as? WorkloadEndpoint)
    #expect(endpoint.metadata.labels["app"] == "frontend")
    #expect(endpoint.spec.ports.map(\.transport) == ["tcp", "udp"])
    #expect(endpoint.spec.ipNetworks == ["192.168.0.7/32"])
  }

  @Test("the host endpoint's labels stand outside its metadata")
  func hostEndpoint() throws {
    #expect(
      complaints(Book.hostEndpoint) == [
        "f.yaml:5:1: \(Self.stray): labels (labels belongs under metadata)"
      ])
    let right = Book.hostEndpoint.replacing(
      "labels:\n  type: development", with: "  labels:\n    type: development")
    let endpoint = try #require(try read(right).first as? HostEndpoint)
    #expect(endpoint.metadata.labels == ["type": "development"])
    #expect(endpoint.spec.ports.map(\.port) == [9090, 7071])
  }

  @Test("what is not ours is refused by name")
  func strangers() {
    #expect(
      complaints(Book.pod) == [
        "f.yaml:2:1: kind: unknown resource type (Pod) and/or version (v1)"
      ])
    #expect(
      complaints(Book.kubernetesNetworkPolicy) == [
        "f.yaml:2:1: kind: a NetworkPolicy of networking.k8s.io/v1 belongs to the Kubernetes API: "
          + "manage it with kubectl"
      ])
  }
}
