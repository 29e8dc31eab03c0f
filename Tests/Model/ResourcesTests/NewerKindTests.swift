// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing
import ValueTree

@Suite("The kinds that came after the book")
struct NewerKindTests {
  private func messages(_ item: ValidationCase) -> [String] {
    let value: Value = [
      "apiVersion": "projectcalico.org/v3", "kind": .string(item.kind.rawValue),
      "metadata": ["name": .string(item.kind.singletonName ?? "x")], "spec": item.spec,
    ]
    do {
      _ = try ResourceDocument.decode(Document(value: value))
      return []
    } catch {
      return error.problems.map(\.message)
    }
  }

  static let filters: [ValidationCase] = [
    ValidationCase(.bgpFilter, [:]),
    ValidationCase(
      .bgpFilter,
      [
        "exportV4": [
          ["action": "Accept", "matchOperator": "In", "cidr": "77.0.0.0/16"],
          ["action": "Reject", "interface": "*.calico", "source": "RemotePeers"],
        ],
        "importV6": [
          [
            "action": "Accept", "matchOperator": "NotEqual", "cidr": "fd00::/64",
            "prefixLength": ["min": 64, "max": 128], "peerType": "eBGP", "priority": 100,
            "communities": ["values": ["1:2:3"]], "asPathPrefix": [65000, "0.7"],
            "operations": [
              ["addCommunity": ["value": "65000:1"]], ["prependASPath": ["prefix": [65000]]],
              ["setPriority": ["value": 1]],
            ],
          ]
        ],
      ]),
    ValidationCase(
      .bgpFilter, ["importV4": [["action": "Accept", "cidr": "10.0.0.0/8"]]],
      "cidr and matchOperator must both be set or both be empty"),
    ValidationCase(
      .bgpFilter,
      ["importV4": [["action": "Accept", "matchOperator": "In", "prefixLength": ["min": 8]]]],
      "cidr and matchOperator must both be set or both be empty",
      "cidr is required when prefixLength is set"),
    ValidationCase(
      .bgpFilter,
      ["exportV6": [["action": "Reject", "operations": [["setPriority": ["value": 5]]]]]],
      "operations may only be used with action Accept"),
    ValidationCase(
      .bgpFilter,
      [
        "exportV4": [
          [
            "action": "Accept", "matchOperator": "In", "cidr": "fd00::/64",
            "prefixLength": ["min": 33, "max": 32],
          ]
        ]
      ], "must be between 0 and 32", "min value cannot be greater than max value",
      "must be an IPv4 CIDR"),
    ValidationCase(
      .bgpFilter, ["exportV4": [["action": "Accept", "operations": [[:]]]]],
      "must have exactly one of addCommunity, prependASPath and setPriority"),
    ValidationCase(
      .bgpFilter,
      [
        "exportV4": [
          [
            "interface": "an-interface-name-too-long", "action": "Accept",
            "communities": ["values": ["1:2", "1:99999"]],
            "operations": [
              ["prependASPath": ["prefix": []]],
              ["setPriority": ["value": 0]],
            ],
          ]
        ]
      ], "must be 1 to 15 letters, digits, '_', '.', '-' or '*'",
      "invalid community value or format used.", "must have exactly 1 item, has 2",
      "must have 1 to 10 items, has 0", "must be between 1 and 2147483646"),
    ValidationCase(
      .bgpFilter, ["exportV4": [["matchOperator": "Near"]]],
      "must be one of Equal, NotEqual, In, NotIn", "is required"),
  ]

  @Test("BGP filters", arguments: filters)
  func checkFilters(item: ValidationCase) { #expect(messages(item) == item.messages) }

  static let others: [ValidationCase] = [
    ValidationCase(.ipReservation, ["reservedCIDRs": ["10.0.0.0/30", "fd00::1"]]),
    ValidationCase(
      .ipReservation, ["reservedCIDRs": ["10.0.0.0/33"]],
      "must be an IP address or a CIDR: behind the / stands the length of the prefix, a number "
        + "from 0 to 32"),
    ValidationCase(
      .calicoNodeStatus,
      ["node": "n", "classes": ["Agent", "BGP", "Routes"], "updatePeriodSeconds": 0]),
    ValidationCase(
      .calicoNodeStatus, ["node": "n", "classes": ["Weather"], "updatePeriodSeconds": 86_401],
      "must be one of Agent, BGP, Routes", "must be between 0 and 86400"),
    ValidationCase(
      .kubeControllersConfiguration,
      [
        "logSeverityScreen": "Info", "healthChecks": "Enabled", "etcdV3CompactionPeriod": "10m",
        "prometheusMetricsPort": 0,
        "controllers": [
          "node": [
            "reconcilerPeriod": "5m", "syncLabels": "Enabled", "leakGracePeriod": "15m",
            "hostEndpoint": [
              "autoCreate": "Disabled",
              "templates": [
                [
                  "generateName": "hep", "interfaceCIDRs": ["10.0.0.0/8"],
                  "interfacePattern": "eth.*", "nodeSelector": "has(a)", "labels": ["a": "b"],
                ]
              ],
            ],
          ],
          "policy": [:], "loadBalancer": ["assignIPs": "AllServices"],
          "migration": ["policyNameMigrator": "Enabled"],
        ],
      ]),
    ValidationCase(
      .kubeControllersConfiguration,
      [
        "prometheusMetricsPort": 70_000,
        "controllers": ["node": ["leakGracePeriod": "soon"], "loadBalancer": ["assignIPs": "All"]],
      ], "must be between 0 and 65535", "must be a time span such as 90s or 1m30s",
      "must be one of AllServices, RequestedServicesOnly"),
  ]

  @Test("reservations, node status and controllers", arguments: others)
  func checkOthers(item: ValidationCase) { #expect(messages(item) == item.messages) }

  private static let zero =
    "Spec fields, except Tier, should all be zero-value if stagedAction is Delete"

  static let staged: [ValidationCase] = [
    ValidationCase(
      .stagedGlobalNetworkPolicy,
      ["stagedAction": "Set", "ingress": [["action": "Allow"]], "namespaceSelector": "has(a)"]),
    ValidationCase(.stagedGlobalNetworkPolicy, ["stagedAction": "Delete", "tier": "t"]),
    ValidationCase(.stagedGlobalNetworkPolicy, ["stagedAction": "Delete", "order": 1], zero),
    ValidationCase(
      .stagedGlobalNetworkPolicy, ["preDNAT": true],
      "applyOnForward must be true if either preDNAT or doNotTrack is true"),
    ValidationCase(
      .stagedNetworkPolicy, ["stagedAction": "Delete", "types": ["Ingress"]], zero),
    ValidationCase(
      .stagedNetworkPolicy, ["stagedAction": "Learn", "types": ["Ingress", "Ingress"]],
      "'Ingress' type specified more than once"),
    ValidationCase(
      .stagedNetworkPolicy, ["stagedAction": "Guess"],
      "must be one of Set, Delete, Learn, Ignore"),
    ValidationCase(
      .stagedKubernetesNetworkPolicy,
      [
        "podSelector": ["matchLabels": ["app": "web"]], "policyTypes": ["Ingress"],
        "ingress": [
          [
            "ports": [["protocol": "TCP", "port": "http"], ["port": 1, "endPort": 9]],
            "from": [
              ["namespaceSelector": [:]],
              ["ipBlock": ["cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]]],
            ],
          ]
        ],
        "egress": [
          ["to": [["podSelector": ["matchExpressions": [["key": "a", "operator": "Exists"]]]]]]
        ],
      ]),
    ValidationCase(.stagedKubernetesNetworkPolicy, ["stagedAction": "Delete"]),
    ValidationCase(
      .stagedKubernetesNetworkPolicy, ["stagedAction": "Delete", "policyTypes": ["Egress"]],
      "Spec fields should all be zero-value if stagedAction is Delete"),
    ValidationCase(
      .stagedKubernetesNetworkPolicy,
      ["egress": [["to": [["ipBlock": ["cidr": "ten"]]], "ports": [["protocol": "ICMP"]]]]],
      "must be one of TCP, UDP, SCTP", "must be an IP address or a CIDR"),
  ]

  @Test("staged policies", arguments: staged)
  func checkStaged(item: ValidationCase) { #expect(messages(item) == item.messages) }

  @Test("staged policies have the names, tiers and defaults of policies")
  func stagedNames() {
    #expect(
      ResourceKey(kind: .stagedGlobalNetworkPolicy, name: "default.x").name == "x")
    #expect(
      ResourceKey(kind: .stagedNetworkPolicy, namespace: "n", name: "a.x").name == "a.x")
    #expect(complaints(.stagedGlobalNetworkPolicy, name: "a.b.c", spec: [:]).count == 1)
    var policy = StagedGlobalNetworkPolicy(name: "a.x")
    policy.applyDefaults()
    #expect(policy.spec.tier == "a" && policy.spec.types == [.ingress])
    var deletion = StagedNetworkPolicy(name: "x", namespace: "n")
    deletion.spec.stagedAction = .delete
    deletion.applyDefaults()
    #expect(deletion.spec.tier == "default" && deletion.validate().isEmpty)
  }

  @Test("there is one configuration of the controllers")
  func singleton() {
    #expect(
      complaints(.kubeControllersConfiguration, spec: [:]) == [
        "metadata.name: must be default (is 'x')"
      ])
  }

  @Test("plurals and short names are those of calicoctl")
  func words() {
    #expect(Kind.calicoNodeStatus.plural == "caliconodestatuses")
    let words: [(String, Kind)] = [
      ("bf", .bgpFilter), ("NodeStatuses", .calicoNodeStatus), ("reservation", .ipReservation),
      ("kcc", .kubeControllersConfiguration), ("sgnp", .stagedGlobalNetworkPolicy),
      ("skpol", .stagedKubernetesNetworkPolicy), ("snp", .stagedNetworkPolicy),
      ("stagednetworkpolicies", .stagedNetworkPolicy),
    ]
    for (word, kind) in words { #expect(Kind(alias: word) == kind, "\(word)") }
  }

  @Test("tables have the columns of calicoctl")
  func tables() throws {
    #expect(
      BGPFilter.headings() == [
        "NAME", "NUMEXPORTV4", "NUMIMPORTV4", "NUMEXPORTV6", "NUMIMPORTV6",
      ])
    #expect(CalicoNodeStatus.headings(wide: true) == ["NAME", "NODE", "CLASSES"])
    #expect(IPReservation.headings(wide: true) == ["NAME", "CIDRS"])
    #expect(KubeControllersConfiguration.headings(wide: true) == ["NAME"])
    #expect(StagedNetworkPolicy.headings() == ["NAME", "TIER"])
    #expect(
      StagedGlobalNetworkPolicy.headings(wide: true) == ["NAME", "TIER", "ORDER", "SELECTOR"])
    var filter = BGPFilter(name: "f")
    filter.spec.importV4 = [BGPFilterRule(), BGPFilterRule()]
    #expect(filter.row() == ["f", "0", "2", "0", "0"])
    let value: Value = [
      "metadata": ["name": "s"],
      "spec": [
        "podSelector": [
          "matchLabels": ["b": "2", "a": "1"],
          "matchExpressions": [
            ["key": "c", "operator": "NotIn", "values": ["x", "y"]],
            ["key": "d", "operator": "DoesNotExist"],
          ],
        ]
      ],
    ]
    let policy = try StagedKubernetesNetworkPolicy.decodeStored(value).resource
    #expect(
      policy.row(wide: true) == [
        "s", "a == '1' && b == '2' && c not in { 'x', 'y' } && !has(d)",
      ])
    #expect(StagedKubernetesNetworkPolicy(name: "s").row(wide: true) == ["s", "all()"])
  }

  @Test("a status is read, written back and kept")
  func status() throws {
    let report: Value = [
      "lastUpdated": "2025-03-11T10:00:00Z",
      "agent": ["birdV4": ["state": "Ready", "version": "2.0.12", "routerID": "192.0.2.1"]],
      "bgp": [
        "numberEstablishedV4": 1, "numberNotEstablishedV4": 0, "numberEstablishedV6": 0,
        "numberNotEstablishedV6": 0,
        "peersV4": [
          ["peerIP": "192.0.2.2", "type": "NodeMesh", "state": "Established", "since": "10:00:00"]
        ],
      ],
      "routes": [
        "routesV4": [
          [
            "type": "FIB", "destination": "10.0.0.0/26", "gateway": "192.0.2.2",
            "interface": "eth0", "learnedFrom": ["sourceType": "NodeMesh", "peerIP": "192.0.2.2"],
          ]
        ]
      ],
    ]
    let value: Value = [
      "kind": "CalicoNodeStatus", "apiVersion": "projectcalico.org/v3", "metadata": ["name": "s"],
      "spec": ["node": "n", "classes": ["BGP"]], "status": report,
    ]
    let status = try CalicoNodeStatus.decodeStored(value).resource
    #expect(status.status?.bgp?.peersV4.first?.state == "Established")
    #expect(status.status?.routes?.routesV4.first?.learnedFrom?.sourceType == "NodeMesh")
    #expect(status.encode() == value)
  }
}
