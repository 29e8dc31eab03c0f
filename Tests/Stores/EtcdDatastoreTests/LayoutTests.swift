// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import HostSystem
import Resources
import TestSupport
import Testing
import ValueTree

@testable import EtcdDatastore

@Suite("The layout of keys") struct LayoutTests {
  private func affinity(
    _ node: String, _ cidr: String, _ type: BlockAffinitySpec.Owner = .host
  ) -> BlockAffinity {
    BlockAffinity(
      name: "x", spec: BlockAffinitySpec(node: node, cidr: cidr, state: .confirmed, type: type))
  }

  @Test("is that of Calico") func keys() throws {
    let root = "/calico/resources/v3/projectcalico.org"
    var block = IPAMBlock(name: "10-0-0-64-26")
    block.spec.cidr = "10.0.0.64/26"
    var block6 = IPAMBlock(name: "fd00--40-122")
    block6.spec.cidr = "fd00::40/122"
    var handle = IPAMHandle(name: "a/b%")
    handle.spec.handleID = "a/b%"
    let expected: [(any Resource, String)] = [
      (IPPool(name: "my.ippool"), "\(root)/ippools/my.ippool"),
      (NetworkPolicy(name: "p", namespace: "ns"), "\(root)/networkpolicies/ns/p"),
      (GlobalNetworkPolicy(name: "p"), "\(root)/globalnetworkpolicies/p"),
      (FelixConfiguration(name: "node.a"), "\(root)/felixconfigurations/node.a"),
      (ClusterInformation(name: "default"), "\(root)/clusterinformations/default"),
      (CalicoNodeStatus(name: "s"), "\(root)/caliconodestatuses/s"),
      (
        WorkloadEndpoint(name: "n1-k8s-p-eth0", namespace: "ns"),
        "\(root)/workloadendpoints/ns/n1-k8s-p-eth0"
      ),
      (sample("ns", "a/b%", ""), "\(root)/networksets/ns/a%2fb%25"),
      (block, "/calico/ipam/v2/assignment/ipv4/block/10.0.0.64-26"),
      (block6, "/calico/ipam/v2/assignment/ipv6/block/fd00::40-122"),
      (affinity("n1", "10.0.0.64/26"), "/calico/ipam/v2/host/n1/ipv4/block/10.0.0.64-26"),
      (
        affinity("lb", "10.0.0.64/26", .virtual),
        "/calico/ipam/v2/virtual/lb/ipv4/block/10.0.0.64-26"
      ),
      (handle, "/calico/ipam/v2/handle/a%2fb%25"),
      (IPAMConfiguration(name: "default"), "/calico/ipam/v2/config"),
    ]
    for (resource, key) in expected {
      #expect(try KeyLayout.key(of: resource) == key)
      guard case .object(let name, _) = KeyLayout.name(of: key, kind: resource.key.kind) else {
        Issue.record("\(key) names nothing")
        continue
      }
      if resource.key.kind != .blockAffinity { #expect(name == resource.key) }
      #expect(KeyLayout.candidates(name).contains(key), "\(key)")
    }
  }

  @Test("leaves out what is no object") func strangers() {
    func name(_ key: String, _ kind: Kind) -> KeyLayout.StoredName? {
      KeyLayout.name(of: key, kind: kind)
    }
    #expect(name("/calico/ipam/v2/host/node1", .blockAffinity) == nil)
    #expect(name("/calico/ipam/v2/host/node1/ipv4/other/10.0.0.0-26", .blockAffinity) == nil)
    #expect(name("/calico/ipam/v2/host/node1/ipv6/block/10.0.0.0-26", .blockAffinity) == nil)
    let root = KeyLayout.resources
    for stray in ["networkpolicies/a", "networkpolicies/a/b/c", "networkpolicies//b"] {
      guard case .stray = name(root + stray, .networkPolicy) else {
        Issue.record("\(stray)")
        continue
      }
    }
    guard case .stray = name("/calico/ipam/v2/assignment/ipv4/block/x", .ipamBlock) else {
      Issue.record("a block without a CIDR")
      return
    }
  }

  @Test("finds affinities whose names begin with a node's, whatever the node is called")
  func affinities() throws {
    let nodes = ["node", "node-1", "node1", "ip-10-0-0-1", "ip", "ip-10", "a-fd00", "n_x"]
    let cidrs = ["10.0.0.64/26", "fd00::40/122", "0.0.0.0/26", "fd00:1:2:3:4:5:6:40/122"]
    var stored: [(key: String, name: String)] = []
    for node in nodes {
      for cidr in cidrs {
        for type in [BlockAffinitySpec.Owner.host, .virtual] {
          let key = try KeyLayout.key(of: affinity(node, cidr, type))
          guard case .object(let name, _) = KeyLayout.name(of: key, kind: .blockAffinity) else {
            Issue.record("\(key)")
            continue
          }
          stored.append((key, name.name))
          #expect(KeyLayout.candidates(name).contains(key))
        }
      }
    }
    for prefix in Set(stored.flatMap { pair in pair.name.indices.map { pair.name[..<$0] } }) {
      let ranges = KeyLayout.ranges(of: ListQuery(.blockAffinity, namePrefix: String(prefix)))
      for (key, name) in stored where name.hasPrefix(prefix) {
        let bytes = Array(key.utf8)
        let count = ranges.count {
          !bytes.lexicographicallyPrecedes($0.start) && bytes.lexicographicallyPrecedes($0.end)
        }
        #expect(count == 1, "\(prefix) finds \(key) \(count) times")
      }
    }
  }

  @Test("reads names as they were written") func escapes() {
    let seed = SplitMix64.seed(for: "names in keys")
    var random = SplitMix64(seed: seed)
    for _ in 0..<2000 {
      let characters = ["%", "/", "2", "5", "f", "F", "a", ".", "-", "é"]
      let name = (0..<6).map { _ in characters.randomElement(using: &random) ?? "" }.joined()
      let escaped = KeyLayout.escaped(name)
      #expect(!escaped.contains("/"))
      #expect(KeyLayout.unescaped(escaped[...]) == name)
    }
  }

  @Test(
    "reads the URLs of servers",
    arguments: [
      ("http://127.0.0.1:2379", "http://127.0.0.1:2379"), ("https://a.b", "https://a.b:2379"),
      ("https://[::1]:1234/", "https://[::1]:1234"), ("a:1", "http://a:1"),
      ("HTTPS://A:1", "https://A:1"), ("ftp://a", nil), ("http://", nil), ("http://a:0", nil),
      ("http://a:65536", nil), ("http://a/b", nil), ("http://[zz]:1", nil), ("http://a:b:c", nil),
    ])
  func endpoints(_ text: String, _ expected: String?) {
    #expect(EtcdEndpoint(text, secureByDefault: false)?.description == expected)
  }
}
