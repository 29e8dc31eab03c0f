// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing
import ValueTree

/// An object and what Calico says of it (facts §1.2 to §1.4).
struct DefinitionCase: Sendable, CustomTestStringConvertible {
  let kind: Kind
  let name: String
  let spec: Value
  let isValid: Bool
  /// Why programs alone refuse it; nil where definitions do too.
  let onlyInPrograms: String?
  var testDescription: String { "\(kind.rawValue) \(name) \(JSON.encode(spec))" }

  static func valid(_ kind: Kind, _ spec: Value, name: String = "x") -> DefinitionCase {
    DefinitionCase(kind: kind, name: name, spec: spec, isValid: true, onlyInPrograms: nil)
  }

  static func wrong(
    _ kind: Kind, _ spec: Value, name: String = "x", onlyInPrograms reason: String? = nil
  ) -> DefinitionCase {
    DefinitionCase(kind: kind, name: name, spec: spec, isValid: false, onlyInPrograms: reason)
  }

  /// Cases of one rule, in each of the kinds of policy that have such rules.
  static func rules(
    _ list: String, valid: [Value] = [], wrong: [Value] = [], kinds: [Kind] = policyKinds,
    onlyInPrograms reason: String? = nil
  ) -> [DefinitionCase] {
    kinds.flatMap { kind in
      valid.map { .valid(kind, .object([.init(list, [$0])])) }
        + wrong.map { .wrong(kind, .object([.init(list, [$0])]), onlyInPrograms: reason) }
    }
  }

  static let policyKinds: [Kind] = [
    .globalNetworkPolicy, .networkPolicy, .stagedGlobalNetworkPolicy, .stagedNetworkPolicy,
  ]

  static let all = pools + sets + rules + policies + bgp + hosts + others

  private static let syntax = "no expression of a server reads brackets inside brackets"
  private static let cost = "the rule costs more than a server allows in lists of this length"

  // §1.2 IPPool, §1.3 IPPool (CEL)
  static let pools: [DefinitionCase] =
    [
      "10.0.0.0/16", "10.0.0.0/26", "fd00::/64", "fd00::/122", "2001:DB8::/48",
      "169.253.0.0/16", "169.255.0.0/16", "fec0::/10",
    ].map { .valid(.ipPool, ["cidr": .string($0)]) }
    + [
      "10.3.0.0/99", "10.3.0.0/33", "10.3.0.0/", "10.3.0/24", "10.3.0.256/24", "ten", "",
      "10.03.0.0/16", "fd00::/129", "fd00::1::/64", "fd00:::/64", "10.0.0.0/-1", "10.0.0.1/16",
      "fd00::1/64", "169.254.0.0/16", "169.254.3.0/24", "169.0.0.0/8", "fe80::/64", "fe00::/8",
      "febf::/16", "0.0.0.0/0", "::/0", "10.0.0.0/27", "fd00::/123", "10.0.0.0", "fd00::",
      "1.2.3.4:80",
    ].map { .wrong(.ipPool, ["cidr": .string($0)]) }
    + [
      .valid(.ipPool, ["cidr": "10.0.0.0/28", "blockSize": 28]),
      .wrong(.ipPool, ["cidr": "10.0.0.0/24", "blockSize": 23]),
      .wrong(.ipPool, ["cidr": "10.0.0.0/16", "blockSize": 19]),
      .wrong(.ipPool, ["cidr": "10.0.0.0/16", "blockSize": 33]),
      .wrong(.ipPool, ["cidr": "fd00::/64", "blockSize": 26]),
      .valid(.ipPool, ["cidr": "10.0.0.0/16", "nodeSelector": "a == 'global()'"]),
      .wrong(.ipPool, ["cidr": "10.0.0.0/16", "nodeSelector": "global()"]),
      .wrong(.ipPool, ["cidr": "10.0.0.0/16", "nodeSelector": "a == 'x' && global()"]),
      .wrong(
        .ipPool,
        ["cidr": "10.0.0.0/16", "namespaceSelector": "global()", "allowedUses": ["Workload"]]),
      .wrong(.ipPool, ["cidr": "10.0.0.0/16", "nodeSelector": "a =="], onlyInPrograms: syntax),
      .wrong(.ipPool, ["cidr": "fd00::/64", "ipipMode": "Always"]),
      .wrong(.ipPool, ["cidr": "10.0.0.0/16", "ipipMode": "Always", "vxlanMode": "Always"]),
    ]

  // §1.2 NetworkSet, IPReservation
  static let sets: [DefinitionCase] = [
    (.globalNetworkSet, "nets"), (.networkSet, "nets"), (.ipReservation, "reservedCIDRs"),
  ].flatMap { (kind: Kind, field: String) -> [DefinitionCase] in
    [
      "10.0.0.1", "10.0.0.1/24", "fd00::1", "fd00::/64", "0.0.0.0/0", "::/0",
    ].map { .valid(kind, .object([.init(field, ["192.0.2.1", .string($0)])])) }
      + [
        "10.0.0.0/99", "10.0.0", "fd00::/129", "10.0.0.1-10.0.0.9", "fd00::1%eth0", "", "cafe",
      ].map { .wrong(kind, .object([.init(field, ["192.0.2.1", .string($0)])])) }
  }

  private static func ports(_ port: Value, _ transport: Value? = "TCP") -> Value {
    var rule: Value = ["action": "Allow", "destination": ["ports": [port]]]
    if let transport { rule["protocol"] = transport }
    return rule
  }

  private static func with(_ field: String, _ value: Value, action: Value = "Allow") -> Value {
    .object([.init("action", action), .init(field, value)])
  }

  // §1.3 Policy rules, ports and protocols
  static let rules: [DefinitionCase] =
    rules(
      "ingress",
      valid: [
        ports(80), ports(1), ports(65535), ports("80"), ports("80:90"), ports("http"),
        ports("a-b.c_d"), ports(80, "udp"), ports(80, "SCTP"), ports(80, 6), ports(80, 132),
        ["action": "Allow", "protocol": "TCP", "source": ["notPorts": ["1:2", 3]]],
        with("protocol", "UDPLite"), with("protocol", 255), with("notProtocol", "icmp"),
        with("source", ["nets": ["10.0.0.0/8", "192.0.2.1"]]),
        with("source", ["nets": ["fd00::/8"], "notNets": ["fd00::1"]]),
        ["action": "Allow", "ipVersion": 6, "source": ["nets": ["fd00::/8"]]],
        with("source", ["namespaceSelector": "global()"]),
        with("source", ["namespaceSelector": "(global())"]),
        with("source", ["selector": "a == 'global()'"]),
        with("http", ["paths": [["exact": "/a"], ["prefix": "/b"]], "methods": ["GET"]]),
      ],
      wrong: [
        ports(80, nil), ports("80:90", nil), ports("80", nil), ports(80, "ICMP"), ports(80, 1),
        ports(80, "UDPLite"), ports("http", "ICMP"),
        ["action": "Allow", "notProtocol": "ICMP", "source": ["ports": [80]]],
        ["action": "Allow", "source": ["notPorts": [80]]],
        ["action": "Allow", "destination": ["ports": ["http", 80]]],
        ports(0), ports(65536), ports(-1), ports("0"), ports("65536"), ports("1:65536"),
        ports("80-90"), ports("80:"), ports(":80"), ports("80:90:91"), ports("a b"), ports(""),
        ports("80, 81"), ports("ht:tp"),
        with("protocol", "TPC"), with("protocol", ""), with("protocol", 0), with("protocol", 256),
        with("notProtocol", "any"), with("notProtocol", 999),
        with("source", ["nets": ["10.3.0.0/99"]]), with("source", ["nets": ["fd00::/129"]]),
        with("destination", ["notNets": ["10.0.0.300"]]), with("source", ["nets": ["cafe"]]),
        with("source", ["nets": ["10.0.0.0/8", "fd00::/8"]]),
        with("source", ["nets": ["10.0.0.0/8"], "notNets": ["fd00::/8"]]),
        [
          "action": "Allow", "source": ["nets": ["10.0.0.0/8"]],
          "destination": ["nets": ["fd00::/8"]],
        ],
        ["action": "Allow", "ipVersion": 4, "source": ["nets": ["fd00::/8"]]],
        ["action": "Allow", "ipVersion": 6, "destination": ["notNets": ["10.0.0.0/8"]]],
        with("source", ["notNets": ["0.0.0.0/0"]]), with("source", ["notNets": ["::/0"]]),
        with("source", ["selector": "global()"]), with("source", ["notSelector": "!global()"]),
        with("source", ["serviceAccounts": ["selector": "global()"]]),
        with("source", ["namespaceSelector": "global() || all()"]),
        with("destination", ["services": ["name": "s", "namespace": "n"]]),
        with("http", ["methods": ["GET"]], action: "Deny"),
        with("http", ["paths": [["exact": "/a", "prefix": "/a"]]]), with("http", ["paths": [[:]]]),
        ["action": "Allow", "protocol": "Tcp", "icmp": ["type": 8]],
        ["action": "Allow", "protocol": "ICMP", "icmp": ["code": 0]],
        ["action": "Allow", "protocol": "Icmp", "ipVersion": 6],
      ])
    + rules(
      "egress",
      valid: [with("destination", ["services": ["name": "s", "namespace": "n"]])],
      wrong: [
        ports(80, nil), with("source", ["services": ["name": "s", "namespace": "n"]]),
        with("http", ["methods": ["GET"]]),
        with("destination", ["services": ["name": "s", "namespace": "n"], "ports": [80]]),
      ])
    + rules(
      "egress", wrong: [with("destination", ["services": ["name": "s"]])],
      kinds: [.globalNetworkPolicy, .stagedGlobalNetworkPolicy])
    + rules("ingress", wrong: [ports("90:80")], onlyInPrograms: cost)
    + rules("ingress", wrong: [with("source", ["selector": "a ="])], onlyInPrograms: syntax)

  // §1.2 GlobalNetworkPolicy and its kind, §1.3 GNP (CEL)
  static let policies: [DefinitionCase] = policyKinds.flatMap { kind -> [DefinitionCase] in
    [
      .valid(kind, ["types": ["Ingress", "Egress"], "selector": "a == \"global()\""]),
      .wrong(kind, ["types": ["Ingress", "Ingress"]]),
      .wrong(kind, ["types": ["Egress", "Ingress", "Egress"]]),
      .wrong(kind, ["selector": "global()"]),
      .wrong(kind, ["serviceAccountSelector": "has(a) || global()"]),
      .wrong(kind, ["tier": "no.label"]), .wrong(kind, ["tier": "Upper"]),
      .valid(kind, ["tier": "default"]),
    ]
  }

  // §1.2 BGPPeer, BGPConfiguration, BGPFilter
  static let bgp: [DefinitionCase] =
    ["192.0.2.1", "192.0.2.1:179", "fd00::1", "[fd00::1]:1790"].map {
      .valid(.bgpPeer, ["peerIP": .string($0), "asNumber": 64512])
    }
    + [
      "192.0.2", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:bgp", "[fd00::1]", "[192.0.2.1]:1",
      "fd00::1::2", "peer", "192.0.2.0/24",
    ].map { .wrong(.bgpPeer, ["peerIP": .string($0), "asNumber": 64512]) }
    + [
      .valid(.bgpPeer, ["peerIP": "fd00::1", "reachableBy": "fd00::2"]),
      .wrong(.bgpPeer, ["peerIP": "fd00::1", "reachableBy": "10.0.0.1"]),
      .wrong(.bgpPeer, ["peerIP": "[fd00::1]:179", "reachableBy": "10.0.0.1"]),
      .wrong(.bgpPeer, ["peerIP": "10.0.0.2", "reachableBy": "10.0.0"]),
      .wrong(.bgpPeer, ["nodeSelector": "global()"]),
      .valid(.bgpConfiguration, ["asNumber": 64512], name: "default"),
      .wrong(.bgpConfiguration, ["asNumber": 64512], name: "node.a"),
      .wrong(.bgpConfiguration, ["nodeToNodeMeshEnabled": false], name: "node.a"),
      .wrong(.bgpConfiguration, ["localWorkloadPeeringIPV4": "fd00::1"], name: "default"),
      .wrong(.bgpConfiguration, ["localWorkloadPeeringIPV6": "10.0.0.1"], name: "default"),
      .wrong(
        .bgpConfiguration, ["serviceClusterIPs": [["cidr": "10.0.0.0/99"]]], name: "default"),
      .wrong(
        .bgpConfiguration,
        ["prefixAdvertisements": [["cidr": "10.0.0.0/8", "communities": ["unknown"]]]],
        name: "default", onlyInPrograms: cost),
    ]
    + ["1:2", "65535:65535", "1:2:3", "4294967295:1:1"].map {
      .valid(.bgpConfiguration, community($0), name: "default")
    }
    + ["1:99999", "65536:1", "1:2:3:4", "1", "4294967296:1:1", "a:b"].map {
      .wrong(.bgpConfiguration, community($0), name: "default")
    }
    + [
      .valid(
        .bgpFilter,
        ["importV4": [["action": "Accept", "cidr": "10.0.0.0/8", "matchOperator": "In"]]]),
      .valid(.bgpFilter, ["importV6": [["action": "Reject", "interface": "eth*"]]]),
      .wrong(
        .bgpFilter,
        ["importV4": [["action": "Accept", "cidr": "10.0.0.0/99", "matchOperator": "In"]]]),
      .wrong(
        .bgpFilter,
        ["importV4": [["action": "Accept", "cidr": "fd00::/8", "matchOperator": "In"]]]),
      .wrong(
        .bgpFilter,
        ["exportV6": [["action": "Accept", "cidr": "10.0.0.0/8", "matchOperator": "In"]]]),
      .wrong(
        .bgpFilter,
        [
          "exportV4": [
            [
              "action": "Accept", "cidr": "10.0.0.0/8", "matchOperator": "In",
              "prefixLength": ["max": 33],
            ]
          ]
        ]),
      .wrong(
        .bgpFilter,
        [
          "exportV4": [
            [
              "action": "Accept", "cidr": "10.0.0.0/8", "matchOperator": "In",
              "prefixLength": ["min": 24, "max": 16],
            ]
          ]
        ]),
      .wrong(.bgpFilter, ["importV6": [["action": "Reject", "interface": "et h"]]]),
      .wrong(.bgpFilter, ["importV4": [["action": "Accept", "operations": [[:]]]]]),
    ]

  private static func community(_ value: String) -> Value {
    [
      "communities": [["name": "a", "value": .string(value)]],
      "prefixAdvertisements": [["cidr": "10.0.0.0/8", "communities": ["a"]]],
    ]
  }

  // §1.2 HostEndpoint, §1.4 interface names
  static let hosts: [DefinitionCase] =
    ["eth0", "*", "bond0.100", "a-b_c"].map {
      .valid(.hostEndpoint, ["node": "n", "interfaceName": .string($0)])
    }
    + ["eth 0", "eth*", "an-interface-name-too-long", "eth/0"].map {
      .wrong(.hostEndpoint, ["node": "n", "interfaceName": .string($0)])
    }
    + ["10.0.0.1", "fd00::1"].map {
      .valid(.hostEndpoint, ["node": "n", "expectedIPs": [.string($0)]])
    }
    + ["10.0.0.1/32", "10.0.0.256", "host"].map {
      .wrong(.hostEndpoint, ["node": "n", "expectedIPs": [.string($0)]])
    }
    + [("TCP", true), ("udp", true), (132, true), ("ICMP", false), (1, false), ("TPC", false)].map {
      (transport: Value, isValid: Bool) in
      DefinitionCase(
        kind: .hostEndpoint, name: "x",
        spec: [
          "node": "n", "interfaceName": "eth0",
          "ports": [["name": "p", "protocol": transport, "port": 80]],
        ], isValid: isValid, onlyInPrograms: nil)
    }

  // §1.3 FelixConfiguration and Tier (CEL), §1.4
  static let others: [DefinitionCase] = [
    .valid(.felixConfiguration, ["natOutgoingAddress": "192.0.2.1"]),
    .wrong(.felixConfiguration, ["natOutgoingAddress": "fd00::1"]),
    .wrong(.felixConfiguration, ["natOutgoingAddress": "192.0.2"]),
    .wrong(.felixConfiguration, ["deviceRouteSourceAddress": "fd00::1"]),
    .wrong(.felixConfiguration, ["deviceRouteSourceAddressIPv6": "192.0.2.1"]),
    .wrong(.felixConfiguration, ["externalNodesList": ["10.0.0.0/99"]]),
    .valid(.felixConfiguration, ["routeTableRanges": [["min": 10000, "max": 20000]]]),
    .wrong(.felixConfiguration, ["routeTableRanges": [["min": 0, "max": 20000]]]),
    .wrong(.felixConfiguration, ["routeTableRanges": [["min": 2, "max": 1]]]),
    .wrong(.felixConfiguration, ["routeTableRanges": [["min": 1, "max": 70000]]]),
    .valid(.tier, ["order": 5], name: "mine"),
    .wrong(.tier, ["order": 5], name: "a.b"),
    .wrong(.tier, ["order": 5], name: String(repeating: "a", count: 64)),
    .valid(.clusterInformation, [:], name: "default"),
    .wrong(.clusterInformation, [:], name: "other"),
    .wrong(.ipamConfiguration, [:], name: "other"),
    .wrong(.kubeControllersConfiguration, [:], name: "other"),
  ]
}
