// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources
import Testing
import ValueTree

@Suite("Names")
struct NameTests {
  @Test("of policies are a label, with a tier's name before it or not")
  func policies() {
    for name in ["x", "tier.x", "default.x"] {
      #expect(complaints(.globalNetworkPolicy, name: name, spec: [:]).isEmpty, "\(name)")
    }
    #expect(
      complaints(.networkPolicy, name: "knp.default.a.b", namespace: "n", spec: [:]).isEmpty)
    for name in ["a.b.c", "X", "-a", "a_b", ".a", "a."] {
      #expect(complaints(.globalNetworkPolicy, name: name, spec: [:]).count == 1, "\(name)")
    }
    #expect(
      complaints(.globalNetworkPolicy, name: "a.B", spec: [:]) == [
        "metadata.name: name must consist of lower case alphanumeric characters or '-' "
          + "(regex: [a-z0-9]([-a-z0-9]*[a-z0-9])?) (is 'a.B')"
      ])
  }

  @Test("of policies say the tier where the spec does not, and must agree where it does")
  func tiers() {
    #expect(GlobalNetworkPolicy(name: "a.x").tier == "a")
    #expect(GlobalNetworkPolicy(name: "x").tier == "default")
    #expect(NetworkPolicy(name: "knp.default.x").tier == "default")
    #expect(complaints(.globalNetworkPolicy, name: "a.x", spec: ["tier": "a"]).isEmpty)
    #expect(complaints(.globalNetworkPolicy, name: "x", spec: ["tier": "a"]).isEmpty)
    #expect(
      complaints(.globalNetworkPolicy, name: "a.x", spec: ["tier": "b"]) == [
        "spec.tier: must be the tier that the policy's name begins with, 'a' (is 'b')"
      ])
  }

  @Test("default.x and x name one policy")
  func defaultTier() {
    #expect(GlobalNetworkPolicy(name: "default.x").key == GlobalNetworkPolicy(name: "x").key)
    #expect(
      ResourceKey(kind: .networkPolicy, namespace: "n", name: "default.x").name == "x")
    #expect(ResourceKey(kind: .globalNetworkPolicy, name: "a.x").name == "a.x")
    #expect(ResourceKey(kind: .tier, name: "default.x").name == "default.x")
    #expect(PolicyName("knp.default.x").short == "knp.default.x")
    #expect(PolicyName("knp.default.x").isFromKubernetes)
  }

  @Test("of other resources are DNS names")
  func general() {
    #expect(
      complaints(.hostEndpoint, name: "a.b-c", spec: ["node": "n", "interfaceName": "e"]).isEmpty)
    #expect(
      complaints(.globalNetworkSet, name: "A", spec: [:]) == [
        "metadata.name: name must consist of lower case alphanumeric characters, '-' or '.' "
          + "(regex: [a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*) (is 'A')"
      ])
    let long = String(repeating: "a", count: 254)
    #expect(
      complaints(.globalNetworkSet, name: long, spec: [:]) == [
        "metadata.name: is too long: at most 253 characters (is '\(long)')"
      ])
    #expect(complaints(.globalNetworkSet, name: "", spec: [:]) == ["metadata.name: is required"])
    #expect(complaints(.tier, name: "a.b", spec: [:]).count == 1)
    #expect(complaints(.tier, name: String(repeating: "a", count: 64), spec: [:]).count == 1)
  }

  @Test("there is only one of some kinds")
  func singletons() {
    #expect(complaints(.clusterInformation, name: "default", spec: [:]).isEmpty)
    #expect(
      complaints(.clusterInformation, name: "x", spec: [:]) == [
        "metadata.name: must be default (is 'x')"
      ])
  }

  @Test("namespaces are for kinds that have them")
  func namespaces() {
    #expect(
      complaints(.tier, namespace: "n", spec: [:]) == [
        "metadata.namespace: Tier is not namespaced (is 'n')"
      ])
    #expect(
      complaints(.networkSet, namespace: "N", spec: [:]) == [
        "metadata.namespace: must be a valid DNS label (is 'N')"
      ])
  }

  @Test("labels are those of Kubernetes")
  func labels() {
    for key in ["a", "A.b_c-d", "example.com/a"] {
      #expect(
        complaints(.tier, metadata: ["labels": .object([.init(key, "v")])], spec: [:]).isEmpty)
    }
    for key in ["", "-a", "a/b/c", "UPPER.com/a", "/a", "a/", String(repeating: "a", count: 64)] {
      #expect(
        complaints(.tier, metadata: ["labels": .object([.init(key, "v")])], spec: [:]).count == 1,
        "\(key)")
    }
    for value in ["-v", "a b", String(repeating: "a", count: 64)] {
      #expect(
        complaints(.tier, metadata: ["labels": ["a": .string(value)]], spec: [:]).count == 1,
        "\(value)")
    }
    #expect(complaints(.tier, metadata: ["labels": ["a": ""]], spec: [:]).isEmpty)
    #expect(
      complaints(
        .globalNetworkSet, metadata: ["labels": ["projectcalico.org/namespace": "n"]], spec: [:])
        == ["metadata.labels: projectcalico.org/namespace is not a valid label name"])
  }

  @Test("annotations have 256 KiB in all")
  func annotations() {
    func found(_ count: Int) -> [String] {
      let text = Value.string(String(repeating: "x", count: count))
      return complaints(.tier, metadata: ["annotations": ["a": text]], spec: [:])
    }
    #expect(found(262_143).isEmpty)
    #expect(
      found(262_144) == [
        "metadata.annotations: must have at most 262144 bytes, has 262145"
      ])
  }

  @Test("of kinds are known in any case, by plural and by short name")
  func kinds() throws {
    for (word, kind) in [
      ("workLoadEndpoints", Kind.workloadEndpoint), ("wep", .workloadEndpoint), ("POOLS", .ipPool),
      ("np", .networkPolicy), ("policies", .networkPolicy), ("gnp", .globalNetworkPolicy),
      ("hep", .hostEndpoint), ("nodes", .node), ("blockaffinities", .blockAffinity),
      ("ipamconfig", .ipamConfiguration), ("globalnetworkpolicies", .globalNetworkPolicy),
    ] {
      #expect(Kind(alias: word) == kind, "\(word)")
    }
    #expect(Kind(alias: "pods") == nil)
    // No word means two kinds.
    let words = Kind.allCases.flatMap { [$0.rawValue.lowercased(), $0.plural] + $0.aliases }
    #expect(Set(words).count == words.count)
    for kind in Kind.allCases { #expect(kind.type.kind == kind) }
  }

  @Test("of keys show the namespace")
  func keys() {
    let key = ResourceKey(kind: .networkPolicy, namespace: "ns", name: "name")
    #expect("\(key)" == "NetworkPolicy(ns/name)")
    #expect("\(ResourceKey(kind: .ipPool, namespace: "ns", name: "p"))" == "IPPool(p)")
    #expect(ResourceKey(kind: .ipPool, name: "b") < ResourceKey(kind: .tier, name: "a"))
    #expect(
      ResourceKey(kind: .networkSet, namespace: "a", name: "z")
        < ResourceKey(kind: .networkSet, namespace: "b", name: "a"))
  }

  @Test("of workload endpoints double the dashes of their parts")
  func workloadEndpoints() throws {
    let name = try #require(WorkloadEndpointName(node: "node-1", workload: "web-5gs43"))
    #expect("\(name)" == "node--1-k8s-web--5gs43-eth0")
    #expect(WorkloadEndpointName("node--1-k8s-web--5gs43-eth0") == name)
    let odd = try #require(
      WorkloadEndpointName(node: "a--b", orchestrator: "cni", workload: "c", endpoint: "e-0"))
    #expect(WorkloadEndpointName(odd.description) == odd)
    #expect(WorkloadEndpointName(node: "a-", workload: "b") == nil)
    #expect(WorkloadEndpointName(node: "", workload: "b") == nil)
    for text in [
      "", "a", "a-k8s-b", "a-k8s-b-eth0-x", "-a-k8s-b-eth0", "a-k8s-b-", "a---b-k8s-c-e",
    ] {
      #expect(WorkloadEndpointName(text) == nil, "\(text)")
    }
    #expect("\(name)".hasPrefix(WorkloadEndpointName.prefix(node: "node-1", orchestrator: "k8s")))
  }

  @Test("of IPAM's records are made of node and CIDR")
  func ipam() throws {
    let v4 = try #require(CIDR("10.0.0.64/26"))
    let v6 = try #require(CIDR("fd00::40/122"))
    #expect(IPAMBlock.name(of: v4) == "10-0-0-64-26")
    #expect(IPAMBlock.name(of: v6) == "fd00--40-122")
    #expect(BlockAffinity.name(node: "n1", cidr: v4) == "n1-10-0-0-64-26")
  }
}
