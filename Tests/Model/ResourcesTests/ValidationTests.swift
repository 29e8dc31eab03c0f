// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing
import ValueTree

@Suite("What a single field cannot say")
struct ValidationTests {
  private func check(_ item: ValidationCase) {
    let value: Value = [
      "apiVersion": "projectcalico.org/v3", "kind": .string(item.kind.rawValue),
      "metadata": ["name": "x"], "spec": item.spec,
    ]
    var found: [String] = []
    do {
      _ = try ResourceDocument.decode(Document(value: value))
    } catch {
      found = error.problems.map(\.message)
    }
    #expect(found == item.messages)
  }

  static let pools: [ValidationCase] = [
    ValidationCase(.ipPool, ["cidr": "10.0.0.0/16"]),
    ValidationCase(.ipPool, ["cidr": "10.0.0.1/16"], "IPPool CIDR must be strictly masked"),
    ValidationCase(
      .ipPool, ["cidr": "169.254.0.0/20"],
      "IPPool CIDR overlaps with IPv4 link local range 169.254.0.0/16"),
    ValidationCase(
      .ipPool, ["cidr": "fe80::/64"],
      "IPPool CIDR overlaps with IPv6 link local range fe80::/10"),
    ValidationCase(.ipPool, ["cidr": "10.0.0.0/16", "blockSize": 19], ValidationCase.blockSize),
    ValidationCase(.ipPool, ["cidr": "fd00::/64", "blockSize": 26], ValidationCase.blockSize),
    ValidationCase(.ipPool, ["cidr": "fd00::/64", "blockSize": 128]),
    ValidationCase(.ipPool, ["cidr": "10.0.0.0/27"], ValidationCase.tooSmall),
    ValidationCase(.ipPool, ["cidr": "10.0.0.0/26"]),
    ValidationCase(
      .ipPool, ["cidr": "fd00::/64", "ipipMode": "Always"], "IPIP is not supported on IPv6 pools"),
    ValidationCase(
      .ipPool, ["cidr": "10.0.0.0/16", "ipipMode": "Always", "vxlanMode": "CrossSubnet"],
      "ipipMode and vxlanMode cannot both be enabled"),
    ValidationCase(
      .ipPool,
      [
        "cidr": "10.0.0.0/16", "allowedUses": ["LoadBalancer", "Workload"], "vxlanMode": "Always",
        "disableBGPExport": true, "nodeSelector": "has(a)",
      ],
      "LoadBalancer cannot be combined with Workload or Tunnel allowed uses",
      "LoadBalancer IP pool cannot have IPIP or VXLAN enabled",
      "LoadBalancer IP pools cannot disable BGP export",
      "IP Pool with AllowedUse LoadBalancer must have nodeSelector set to all()"),
    ValidationCase(
      .ipPool, ["cidr": "10.0.0.0/16", "namespaceSelector": "has(a)"],
      "IP Pool with AllowedUse Tunnel cannot have namespaceSelector"),
    ValidationCase(
      .ipPool,
      [
        "cidr": "10.0.0.0/16", "nodeSelector": "global()", "namespaceSelector": "global()",
        "allowedUses": ["Workload"],
      ],
      "global() selector is not valid for IPPool nodeSelector",
      "global() selector is not valid for IPPool namespaceSelector"),
    ValidationCase(.ipPool, ["cidr": "ten"], "must be an IP address or a CIDR"),
  ]

  @Test("pools", arguments: pools)
  func checkPools(item: ValidationCase) { check(item) }

  @Test("a pool's range and block size do not change")
  func poolChanges() {
    let old = IPPool(name: "p", spec: IPPoolSpec(cidr: "10.0.0.0/16"))
    var new = old
    new.spec.blockSize = 26
    #expect(new.problems(replacing: old).isEmpty)
    new.spec.blockSize = 27
    new.spec.cidr = "10.1.0.0/16"
    #expect(
      new.problems(replacing: old).map(\.message) == [
        "CIDR cannot be changed; follow IP pool migration guide to avoid corruption.",
        "Block size cannot be changed; follow IP pool migration guide to avoid corruption.",
      ])
  }

  static let globalPolicies: [ValidationCase] = [
    ValidationCase(.globalNetworkPolicy, ["doNotTrack": true, "applyOnForward": true]),
    ValidationCase(
      .globalNetworkPolicy, ["doNotTrack": true],
      "applyOnForward must be true if either preDNAT or doNotTrack is true"),
    ValidationCase(
      .globalNetworkPolicy,
      [
        "doNotTrack": true, "preDNAT": true, "applyOnForward": true,
        "egress": [["action": "Allow"]], "types": ["Egress"],
      ],
      "preDNAT and doNotTrack cannot both be true", "preDNAT policy cannot have any egress rules",
      "preDNAT policy cannot have 'Egress' type"),
    ValidationCase(
      .globalNetworkPolicy, ["types": ["Ingress", "Ingress"]],
      "'Ingress' type specified more than once"),
    ValidationCase(
      .globalNetworkPolicy, ["selector": "global()"],
      "global() can only be used in an EntityRule namespaceSelector"),
    ValidationCase(.globalNetworkPolicy, ["performanceHints": ["AssumeNeededOnEveryNode"]]),
    ValidationCase(
      .globalNetworkPolicy,
      ["ingress": [["action": "Allow", "source": ["services": ["name": "s"]]]]],
      "must specify a namespace"),
  ]

  @Test("global policies", arguments: globalPolicies)
  func checkGlobalPolicies(item: ValidationCase) { check(item) }

  static let bgp: [ValidationCase] = [
    ValidationCase(.bgpPeer, ["peerIP": "192.0.2.1", "asNumber": 64512, "node": "n"]),
    ValidationCase(.bgpPeer, ["peerIP": "[fd00::1]:1790", "asNumber": "1.10"]),
    ValidationCase(.bgpPeer, ["peerIP": "fd00::1:1790:"], ValidationCase.peerIP),
    ValidationCase(
      .bgpPeer,
      [
        "node": "n", "nodeSelector": "all()", "peerIP": "192.0.2.1", "peerSelector": "all()",
        "asNumber": 1, "keepOriginalNextHop": true, "nextHopMode": "Self",
      ],
      "node and nodeSelector cannot both be set", "peerIP and peerSelector cannot both be set",
      "asNumber must be empty when peerSelector is set",
      "keepOriginalNextHop and nextHopMode cannot both be set; keepOriginalNextHop is deprecated, "
        + "use nextHopMode instead"),
    ValidationCase(
      .bgpPeer,
      ["localWorkloadSelector": "all()", "peerIP": "192.0.2.1", "peerSelector": "a == 'b'"],
      "peerIP and peerSelector cannot both be set",
      "asNumber is required when localWorkloadSelector is set",
      "peerIP must be empty when localWorkloadSelector is set",
      "peerSelector must be empty when localWorkloadSelector is set"),
    ValidationCase(
      .bgpPeer, ["reachableBy": "10.0.0.1"], "reachableBy must be empty when peerIP is empty"),
    ValidationCase(
      .bgpPeer, ["reachableBy": "10.0.0.1", "peerIP": "fd00::1"],
      "ReachableBy and PeerIP address family mismatched"),
    ValidationCase(
      .bgpPeer, ["asNumber": 4_294_967_296],
      "must be an AS number from 0 to 4294967295, or two 16-bit numbers with a dot between"),
    ValidationCase(
      .bgpPeer, ["asNumber": 1.1], "must be an AS number: put the dotted form in quotes"),
    ValidationCase(
      .bgpConfiguration, ["nodeToNodeMeshEnabled": true],
      "Cannot set nodeToNodeMeshEnabled on a non default BGP Configuration: it can only be set on "
        + "the BGPConfiguration 'default'"),
    ValidationCase(
      .bgpConfiguration, ["communities": [["name": "a", "value": "1:2"]]], ValidationCase.unused),
    ValidationCase(
      .bgpConfiguration,
      [
        "communities": [["name": "a", "value": "1:99999"]],
        "prefixAdvertisements": [["cidr": "10.0.0.0/8", "communities": ["a", "1:2:3", "b"]]],
      ],
      "invalid community value or format used.", "community used is invalid or not defined."),
  ]

  @Test("BGP", arguments: bgp)
  func checkBgp(item: ValidationCase) { check(item) }

  @Test("a mesh that is off has no password and no restart time")
  func mesh() {
    #expect(
      complaints(
        .bgpConfiguration, name: "default",
        spec: [
          "nodeToNodeMeshEnabled": false, "nodeMeshMaxRestartTime": "2m",
          "nodeMeshPassword": ["secretKeyRef": ["name": "a", "key": "b"]],
        ]) == [
          "spec.nodeMeshPassword: nodeMeshPassword cannot be set when nodeToNodeMeshEnabled is false",
          "spec.nodeMeshMaxRestartTime: nodeMeshMaxRestartTime cannot be set when "
            + "nodeToNodeMeshEnabled is false",
        ])
  }

  static let endpoints: [ValidationCase] = [
    ValidationCase(
      .hostEndpoint, [:], "node must be specified",
      "at least one of interfaceName or expectedIPs must be specified"),
    ValidationCase(.hostEndpoint, ["node": "n", "interfaceName": "*"]),
    ValidationCase(
      .hostEndpoint, ["node": "n", "interfaceName": "an-interface-name-too-long"],
      "must be 1 to 15 letters, digits, '_', '.' or '-', or *"),
    ValidationCase(
      .hostEndpoint,
      ["node": "n", "expectedIPs": ["10.0.0.1/32"], "ports": [["name": "a", "port": 1]]],
      "must be an IP address", "is required"),
    ValidationCase(
      .workloadEndpoint,
      [
        "ipNetworks": ["10.0.0.1/32", "fd00::/64"], "ipv4Gateway": "fd00::1",
        "ipNATs": [["internalIP": "10.0.0.2", "externalIP": "192.0.2.1"]],
        "ports": [
          ["protocol": "TCP", "port": 80], ["protocol": "tcp", "port": 80, "hostPort": 1],
        ],
      ], "invalid IPv4 gateway address specified"),
    ValidationCase(
      .workloadEndpoint,
      [
        "ipNetworks": ["10.0.0.1/32", "fd00::/64"],
        "ipNATs": [["internalIP": "10.0.0.2", "externalIP": "192.0.2.1"]],
        "ports": [
          ["protocol": "TCP", "port": 80], ["protocol": "tcp", "port": 80, "hostPort": 1],
        ],
      ],
      "IP network contains multiple addresses", "NAT is not in the endpoint networks",
      "WorkloadEndpointPort name must not be empty if no HostPort is specified"),
    ValidationCase(
      .workloadEndpoint, ["ports": [["name": "p", "protocol": "ICMP", "port": 80]]],
      "EndpointPort protocol does not support ports: must be TCP, UDP or SCTP"),
  ]

  @Test("endpoints", arguments: endpoints)
  func checkEndpoints(item: ValidationCase) { check(item) }

  @Test("the built-in tiers keep their order and action")
  func tiers() {
    #expect(complaints(.tier, name: "default", spec: ["order": 1_000_000]).isEmpty)
    #expect(
      complaints(.tier, name: "default", spec: ["order": 5, "defaultAction": "Pass"]) == [
        "spec.order: default tier order must be 1000000 (is '5.0')",
        "spec.defaultAction: The 'default' tier must have default action 'Deny' (is 'Pass')",
      ])
    #expect(
      complaints(.tier, name: "kube-admin", spec: [:]) == [
        "spec.defaultAction: The 'kube-admin' tier must have default action 'Pass' (is 'Deny')"
      ])
    #expect(complaints(.tier, name: "mine", spec: ["order": 5, "defaultAction": "Pass"]).isEmpty)
  }

  static let felix: [ValidationCase] = [
    ValidationCase(
      .felixConfiguration,
      [
        "reportingInterval": "0s", "failsafeInboundHostPorts": [["protocol": "tcp", "port": 22]],
        "kubeNodePortRanges": [30000, "30001:32767"], "natPortRange": "1000:2000",
        "iptablesMarkMask": 0xffff_0000, "logSeverityScreen": "WARNING", "nodeSelector": "all()",
        "routeTableRanges": [["min": 10_000, "max": 20_000]], "interfacePrefix": "cali,tap",
        "bpfConntrackTimeouts": ["tcpEstablished": "1h"], "iptablesBackend": "NFT",
      ]),
    ValidationCase(
      .felixConfiguration,
      [
        "reportingInterval": "30", "healthPort": 70_000, "iptablesMarkMask": 1,
        "logSeverityScreen": "Loud", "natOutgoingAddress": "fd00::1", "interfacePrefix": "cali,",
        "natPortRange": "http", "logActionRateLimit": "0/second",
      ],
      "must be comma-separated prefixes of 1 to 15 letters, digits, '_' or '-'",
      "natOutgoingAddress must be a valid IPv4 address",
      "must be a port or a range \"n:m\" from 0 to 65535",
      "must be a 32-bit mask with at least two bits set", "must be between 0 and 65535",
      ValidationCase.rate,
      "must be one of Trace, Debug, Info, Warning, Error, Fatal",
      "must be a time span such as 90s or 1m30s"),
    ValidationCase(
      .felixConfiguration, ["kubeNodePortRanges": [1, 2, 3, 4, 5, 6, 7, "web"]],
      "node port ranges should not contain named ports",
      "node port ranges list is too long (max 7)"),
    ValidationCase(
      .felixConfiguration,
      ["routeTableRange": ["min": 1, "max": 251], "routeTableRanges": [["min": 2, "max": 1]]],
      "routeTableRange and routeTableRanges cannot both be set",
      "must be a range of route table indices within 1..250",
      "must be a range of route table indices within 1..4294967295"),
    ValidationCase(
      .felixConfiguration, ["routeTableRanges": [["min": 1, "max": 70_000]]],
      "targets too many tables"),
    ValidationCase(
      .felixConfiguration,
      [
        "wireguardInterfaceName": "wireguard.cali1", "logActionRateLimit": "9999/day",
        "healthHost": .string(String(repeating: "h", count: 64)),
      ]),
    ValidationCase(
      .felixConfiguration, ["wireguardInterfaceName": "wireguard.cali10"],
      "must be at most 15 letters, digits, ':', '.', '_', '+' or '-'"),
    ValidationCase(
      .felixConfiguration, ["healthHost": .string(String(repeating: "h", count: 65))],
      "must be at most 64 letters, digits, ':', '.', '_', '+' or '-'"),
    ValidationCase(.felixConfiguration, ["logActionRateLimit": "+5/second"], ValidationCase.rate),
    ValidationCase(.felixConfiguration, ["logActionRateLimit": "10000/day"], ValidationCase.rate),
  ]

  @Test("agents' settings", arguments: felix)
  func checkFelix(item: ValidationCase) { check(item) }

  @Test("settings for all nodes or for one have no selector", arguments: ["default", "node.a"])
  func felixSelector(name: String) {
    #expect(
      complaints(.felixConfiguration, name: name, spec: ["nodeSelector": "all()"]) == [
        "spec.nodeSelector: nodeSelector must not be set on the 'default' or per-node ('node.*') "
          + "FelixConfiguration"
      ])
  }
}
