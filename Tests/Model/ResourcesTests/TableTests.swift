// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing
import ValueTree

@Suite("Tables")
struct TableTests {
  private func resource(_ kind: Kind, _ metadata: Value, _ spec: Value) throws -> any Resource {
    let value: Value = ["metadata": metadata, "spec": spec]
    let stored = try ResourceDocument.decodeStored(value, kind: kind)
    try #require(stored.problems.isEmpty)
    return stored.resource
  }

  private func table(_ resource: any Resource, wide: Bool) -> [[String]] {
    [type(of: resource).headings(wide: wide), resource.row(wide: wide)]
  }

  @Test("pools begin with the book's columns")
  func pools() throws {
    let pool = try resource(.ipPool, ["name": "p"], ["cidr": "10.0.0.0/16", "natOutgoing": true])
    #expect(
      table(pool, wide: false) == [["NAME", "CIDR", "SELECTOR"], ["p", "10.0.0.0/16", "all()"]])
    #expect(
      table(pool, wide: true) == [
        [
          "NAME", "CIDR", "NAT", "IPIPMODE", "VXLANMODE", "DISABLED", "DISABLEBGPEXPORT",
          "SELECTOR", "ASSIGNMENTMODE",
        ],
        ["p", "10.0.0.0/16", "true", "Never", "Never", "false", "false", "all()", "Automatic"],
      ])
  }

  @Test("workload endpoints show workload or pod")
  func workloads() throws {
    let endpoint = try resource(
      .workloadEndpoint, ["name": "w"],
      [
        "pod": "nginx-65899c769f-xvntk", "node": "k8s-n1", "interfaceName": "cali25b3cd8343b",
        "ipNetworks": ["192.168.215.67/32", "fd00::1/128"], "profiles": ["kns.a", "ksa.a.b"],
        "ipNATs": [["internalIP": "192.168.215.67", "externalIP": "192.0.2.1"]],
      ])
    #expect(
      table(endpoint, wide: false) == [
        ["WORKLOAD", "NODE", "NETWORKS", "INTERFACE"],
        [
          "nginx-65899c769f-xvntk", "k8s-n1", "192.168.215.67/32,fd00::1/128", "cali25b3cd8343b",
        ],
      ])
    #expect(
      table(endpoint, wide: true) == [
        ["NAME", "WORKLOAD", "NODE", "NETWORKS", "INTERFACE", "PROFILES", "NATS"],
        [
          "w", "nginx-65899c769f-xvntk", "k8s-n1", "192.168.215.67/32,fd00::1/128",
          "cali25b3cd8343b", "kns.a,ksa.a.b", "192.168.215.67/192.0.2.1",
        ],
      ])
  }

  @Test("a node without an AS number shows the cluster's in parentheses")
  func nodes() throws {
    let node = try resource(.node, ["name": "n"], ["bgp": ["ipv4Address": "10.0.0.1/24"]])
    #expect(table(node, wide: false) == [["NAME"], ["n"]])
    #expect(
      table(node, wide: true) == [
        ["NAME", "ASN", "IPV4", "IPV6"], ["n", "(64512)", "10.0.0.1/24", ""],
      ])
    #expect(node.row(wide: true, in: TableContext(defaultASNumber: 65000))[1] == "(65000)")
    let own = try resource(.node, ["name": "n"], ["bgp": ["asNumber": "0.7"]])
    #expect(own.row(wide: true)[1] == "7")
  }

  @Test("policies show their tier, and wide their order and selector")
  func policies() throws {
    let policy = try resource(
      .globalNetworkPolicy, ["name": "a.x"], ["order": 10.5, "selector": "has(a)"])
    #expect(table(policy, wide: false) == [["NAME", "TIER"], ["a.x", "a"]])
    #expect(
      table(policy, wide: true) == [
        ["NAME", "TIER", "ORDER", "SELECTOR"], ["a.x", "a", "10.5", "has(a)"],
      ])
    let other = try resource(.networkPolicy, ["name": "x"], [:])
    #expect(other.row(wide: true) == ["x", "default", "<nil>", ""])
    let tier = try resource(.tier, ["name": "default"], ["order": 1_000_000])
    #expect(table(tier, wide: false) == [["NAME", "ORDER"], ["default", "1000000"]])
  }

  @Test("BGP's resources show what is unset")
  func bgp() throws {
    let configuration = try resource(.bgpConfiguration, ["name": "default"], [:])
    #expect(
      table(configuration, wide: false) == [
        ["NAME", "LOGSEVERITY", "MESHENABLED", "ASNUMBER"], ["default", "-", "-", "-"],
      ])
    let peer = try resource(.bgpPeer, ["name": "p"], ["peerIP": "192.0.2.1", "asNumber": 64567])
    #expect(
      table(peer, wide: false) == [
        ["NAME", "PEERIP", "NODE", "ASN"], ["p", "192.0.2.1", "(global)", "64567"],
      ])
  }

  @Test("long lists of networks are cut at 80 characters")
  func sets() throws {
    let nets = Value.array((0..<20).map { .string("10.0.\($0).0/24") })
    let set = try resource(.globalNetworkSet, ["name": "s"], ["nets": nets])
    #expect(table(set, wide: false) == [["NAME"], ["s"]])
    let cell = set.row(wide: true)[1]
    #expect(cell.count == 80)
    #expect(cell.hasPrefix("10.0.0.0/24,10.0.1.0/24,"))
    #expect(cell.hasSuffix("..."))
  }

  @Test("every kind has as many cells as headings")
  func shapes() {
    for kind in Kind.allCases {
      for wide in [false, true] {
        let row = kind.type.init().row(wide: wide)
        #expect(row.count == kind.type.headings(wide: wide).count)
        #expect(!row.isEmpty)
      }
    }
  }

  @Test("the rest have the columns of calicoctl")
  func others() {
    #expect(HostEndpoint.headings(wide: true) == ["NAME", "NODE", "INTERFACE", "IPS", "PROFILES"])
    #expect(Profile.headings(wide: true) == ["NAME", "LABELS"])
    #expect(
      IPAMConfiguration.headings(wide: true) == [
        "NAME", "STRICTAFFINITY", "AUTOALLOCATEBLOCKS", "MAXBLOCKSPERHOST",
      ])
    #expect(
      ClusterInformation.headings() == [
        "NAME", "CLUSTERGUID", "CLUSTERTYPE", "CALICOVERSION", "DATASTOREREADY",
      ])
    #expect(FelixConfiguration.headings(wide: true) == ["NAME"])
  }
}
