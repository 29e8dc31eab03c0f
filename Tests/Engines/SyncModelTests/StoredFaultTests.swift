// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyModel
import Resources
import SyncModel
import Testing
import ValueTree

@Suite("Faults of what is stored")
struct StoredFaultTests {
  private func read(_ kind: Kind, _ yaml: String, name: String = "x") throws -> any Resource {
    let text = "{metadata: {name: \(name)}, spec: {\(yaml)}}"
    let value = try YAML.documents(Array(text.utf8), file: "f").first?.value ?? .null
    return try ResourceDocument.decodeStored(value, kind: kind).resource
  }

  @Test("are named with the field, also where nothing hangs on it")
  func named() throws {
    let rows: [(Kind, String, String)] = [
      (.ipPool, "cidr: 10.0.0.0/16, blockSize: 8", "spec.blockSize"),
      (.ipPool, "cidr: 10.0.0.1/16", "spec.cidr"),
      (.ipPool, "cidr: 10.0.0.0/16, ipipMode: Always, vxlanMode: Always", "spec.ipipMode"),
      (.ipPool, "cidr: 10.0.0.0/16, nodeSelector: 'has('", "spec.nodeSelector"),
      (.ipPool, "cidr: 10.0.0.0/16, allowedUses: [Tunnel, Tunnel]", "spec.allowedUses[1]"),
      (.node, "bgp: {}", "spec.bgp"), (.node, "bgp: {asNumber: x}", "spec.bgp.asNumber"),
      (.node, "vxlanTunnelMACAddr: x", "spec.vxlanTunnelMACAddr"),
      (.node, "addresses: [{address: 10.0.0.1, type: internalIP}]", "spec.addresses[0].type"),
      (.bgpConfiguration, "asNumber: 64512", "spec.asNumber"),
      (.bgpConfiguration, "ignoredInterfaces: ['eth*']", "spec.ignoredInterfaces[0]"),
      (.bgpConfiguration, "nodeMeshMaxRestartTime: -1s", "spec.nodeMeshMaxRestartTime"),
      (.bgpPeer, "peerIP: somewhere", "spec.peerIP"),
      (.felixConfiguration, "iptablesRefreshInterval: '90'", "spec.iptablesRefreshInterval"),
      (.felixConfiguration, "logSeverityScreen: Loud", "spec.logSeverityScreen"),
      (.ipamBlock, "cidr: 10.0.0.0/99", "spec.cidr"),
      (.tier, "order: x", "spec.order"),
      (.hostEndpoint, "interfaceName: eth0", "spec.node"),
      (.workloadEndpoint, "pod: a-", "spec.pod"),
      (.globalNetworkPolicy, "types: [Ingress, Ingress]", "spec.types"),
      (
        .globalNetworkPolicy, "ingress: [{action: Deny, http: {methods: [GET]}}]",
        "spec.ingress[0].http"
      ),
      (.globalNetworkPolicy, "preDNAT: true", "spec.applyOnForward"),
      (.profile, "labelsToApply: {'-': a}", "spec.labelsToApply.-"),
    ]
    for (kind, yaml, field) in rows {
      let resource = try read(kind, yaml)
      let converted = Converted(resource)
      let found = converted.converter.problems.filter { $0.field == field }
      #expect(found.count == 1, "\(kind) \(yaml): \(converted.converter.problems)")
      #expect(found.first?.key == resource.key)
      #expect(found.first?.reason.isEmpty == false)
    }
  }

  @Test("are said once, with what is allowed and what is made of them")
  func words() throws {
    func said(_ kind: Kind, _ yaml: String) throws -> [String] {
      Converted(try read(kind, yaml)).converter.problems.map { "\($0)" }
    }
    let nodes = try said(.node, "bgp: {asNumber: [1]}")
    #expect(nodes.count == 1)
    #expect(nodes.first?.hasPrefix("Node(x) spec.bgp.asNumber: must be ") == true, "\(nodes)")
    #expect(nodes.first?.hasSuffix("and counts as not given") == true, "\(nodes)")
    // Conversion has its own words for what it looks at.
    #expect(
      try said(.globalNetworkSet, "nets: [10.0.0.0/99]") == [
        "GlobalNetworkSet(x) spec.nets[0]: must be an IP address or a CIDR, is '10.0.0.0/99'"
      ])
    // What could not be read is no field of a newer version.
    let converted = Converted(
      try read(.globalNetworkPolicy, "ingress: [{action: Allow, source: {nets: 5}, new: 1}]"))
    #expect(converted.wrongFields == ["spec.ingress[0].source.nets"])
    #expect(converted.askingFields == ["spec.ingress[0].new"])
  }

  @Test("have an end, however much is wrong")
  func bounded() throws {
    var set = GlobalNetworkSet(name: "x")
    set.spec.nets = Array(repeating: String(repeating: "é", count: 5000), count: 5000)
    let problems = Converted(set).converter.problems
    #expect(problems.count == 101)
    #expect(problems.contains { $0.field == "object" && $0.reason == "4900 more" })
    #expect(problems.allSatisfy { "\($0)".utf8.count < 2000 })

    var policy = GlobalNetworkPolicy(name: "x")
    var rule = Rule(.allow)
    rule.unknown = (0..<200).map { UnknownMember("field\($0)", 1) }
    policy.spec.ingress = Array(repeating: rule, count: 100)
    let converted = Converted(policy)
    let asks = try #require(converted.converter.asks.first)
    #expect(asks.asks.count == Asks.limit && asks.more == [nil: 19_900])
    #expect(converted.policy?.ingress.allSatisfy { ($0.neverMatches?.count ?? 0) < 500 } == true)
  }

  @Test("are taken back with the object, and with what was wrong")
  func lifetime() throws {
    var converter = SyncConverter()
    let pool = try read(.ipPool, "cidr: 10.0.0.0/16, blockSize: 8")
    _ = converter.convert(.set(pool))
    #expect(converter.problems(in: pool.key).map(\.field) == ["spec.blockSize"])
    _ = converter.convert(.set(try read(.ipPool, "cidr: 10.0.0.0/16")))
    #expect(converter.problems == [])
    _ = converter.convert(.set(pool))
    _ = converter.convert(.removed(pool.key))
    #expect(converter.problems == [])
  }
}
