// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import ValueTree

/// What older definitions let in, how it is mended, and the same with a second bad value.
struct StoredCase {
  let kind: Kind
  let bad: Value
  let mended: Value
  let worse: Value
  /// What names of such objects end in, where the name is what is bad.
  let ending: String

  init(_ kind: Kind, ending: String = "", bad: Value, mended: Value, worse: Value) {
    self.kind = kind
    self.ending = ending
    self.bad = bad
    self.mended = mended
    self.worse = worse
  }

  /// - Parameter worse: members beside the bad ones.
  init(_ kind: Kind, ending: String = "", bad: Value, mended: Value, and worse: Value) {
    let both = (bad.members ?? []) + (worse.members ?? [])
    self.init(kind, ending: ending, bad: bad, mended: mended, worse: .object(both))
  }

  static let all = addresses + words

  private static let addresses = [
    StoredCase(
      .ipPool, bad: ["cidr": "10.3.0.0/99"], mended: ["cidr": "10.3.0.0/16"],
      and: ["nodeSelector": "global()"]),
    StoredCase(
      .ipPool, bad: ["cidr": "10.0.0.1/16"], mended: ["cidr": "10.0.0.0/16"],
      and: ["nodeSelector": "global()"]),
    StoredCase(
      .ipPool, bad: ["cidr": "10.0.0.0/28"], mended: ["cidr": "10.0.0.0/28", "disabled": true],
      and: ["nodeSelector": "global()"]),
    StoredCase(
      .networkPolicy, bad: ["ingress": [["action": "Allow", "destination": ["ports": [80]]]]],
      mended: [
        "ingress": [["action": "Allow", "protocol": "TCP", "destination": ["ports": [80]]]]
      ],
      and: ["egress": [["action": "Allow", "destination": ["ports": [80]]]]]),
    StoredCase(
      .globalNetworkPolicy,
      bad: ["ingress": [["action": "Allow", "source": ["nets": ["10.0.0.0/99"]]]]],
      mended: ["ingress": [["action": "Allow", "source": ["nets": ["10.0.0.0/9"]]]]],
      and: ["selector": "global()"]),
    StoredCase(
      .bgpPeer, bad: ["peerIP": "fd00::1", "reachableBy": "10.0.0.1"],
      mended: ["peerIP": "fd00::1", "reachableBy": "fd00::2"], and: ["nodeSelector": "global()"]),
    StoredCase(
      .globalNetworkSet, bad: ["nets": ["10.0.0.0/99", "10.0.0.1"]], mended: ["nets": ["10.0.0.1"]],
      worse: ["nets": ["10.0.0.0/99", "10.0.0.1", "10.0.0.0/98"]]),
    StoredCase(
      .hostEndpoint, bad: ["node": "n", "expectedIPs": ["host"]],
      mended: ["node": "n", "expectedIPs": ["10.0.0.1"]], and: ["interfaceName": "eth 0"]),
    StoredCase(
      .tier, ending: ".tier", bad: ["order": 5], mended: ["order": 6],
      and: ["defaultAction": "Perhaps"]),
  ]

  /// Words in other letters, forms that older schemas cannot say, lists with repetitions.
  private static let words = [
    StoredCase(
      .felixConfiguration,
      bad: [
        "floatingIPs": "enabled", "iptablesMarkMask": 65536, "mtuIfacePattern": "*",
        "interfaceExclude": "/*/", "routeRefreshInterval": "-5s", "kubeNodePortRanges": ["http"],
        "healthHost": "a b",
      ],
      mended: ["floatingIPs": "Enabled", "iptablesMarkMask": 65537],
      and: ["ipForwarding": "disabled"]),
    StoredCase(
      .bgpConfiguration,
      bad: [
        "bindMode": "nodeip", "ignoredInterfaces": ["eth*"],
        "prefixAdvertisements": [["cidr": "10.0.0.0/8"]],
      ],
      mended: [
        "bindMode": "NodeIP",
        "prefixAdvertisements": [["cidr": "10.0.0.0/8", "communities": ["1:2"]]],
      ],
      and: ["localWorkloadPeeringIPV4": "x"]),
    StoredCase(
      .bgpPeer, bad: ["peerIP": "192.0.2.1", "asNumber": "AS1", "nextHopMode": "keep"],
      mended: ["peerIP": "192.0.2.1", "asNumber": "1.1", "nextHopMode": "Keep"],
      and: ["keepaliveTime": "-1s"]),
    StoredCase(
      .bgpFilter, bad: ["importV4": [["action": "Accept", "communities": ["values": ["01:2"]]]]],
      mended: ["importV4": [["action": "Accept", "communities": ["values": ["1:2"]]]]],
      and: ["exportV4": [["action": "Accept", "communities": ["values": ["1:02"]]]]]),
    StoredCase(
      .kubeControllersConfiguration,
      bad: [
        "healthChecks": "disabled",
        "controllers": [
          "node": [
            "hostEndpoint": [
              "templates": [
                ["generateName": "A_", "labels": ["a": "b c"], "interfacePattern": "*"]
              ]
            ]
          ]
        ],
      ],
      mended: ["healthChecks": "Disabled"], and: ["etcdV3CompactionPeriod": "-1m"]),
    StoredCase(
      .globalNetworkPolicy,
      bad: [
        "ingress": [
          [
            "action": "Allow", "source": ["notSelector": "global()"],
            "http": ["methods": ["GET", "GET"], "paths": [["exact": "a b"]]],
            "metadata": ["annotations": ["a b": "c"]],
          ]
        ]
      ],
      mended: ["ingress": [["action": "Allow"]]], and: ["selector": "global()"]),
    StoredCase(
      .ipPool, bad: ["cidr": "10.0.0.0/16", "allowedUses": ["Workload", "Workload"]],
      mended: ["cidr": "10.0.0.0/16", "allowedUses": ["Workload"]],
      and: ["nodeSelector": "global()"]),
    StoredCase(
      .hostEndpoint, bad: ["node": "n", "interfaceName": "eth0", "profiles": ["a b"]],
      mended: ["node": "n", "interfaceName": "eth0", "profiles": ["a"]],
      and: ["expectedIPs": ["x"]]),
    StoredCase(
      .stagedKubernetesNetworkPolicy,
      bad: ["ingress": [["ports": [["protocol": "tcp", "port": 0]]]]],
      mended: ["ingress": [["ports": [["protocol": "TCP", "port": 1]]]]],
      and: ["egress": [["to": [["ipBlock": ["cidr": "10.0.0.0/99"]]]]]]),
    StoredCase(
      .networkPolicy, ending: ".b.c", bad: ["order": 5], mended: ["order": 6],
      and: ["tier": "Upper"]),
  ]
}
