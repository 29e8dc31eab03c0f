// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

extension ValidationCase {
  static let sets = table(
    [.networkSet, .globalNetworkSet], "compatibility §1.2 NetworkSet / GlobalNetworkSet",
    [
      .ok(""), .ok("nets: [10.0.0.1, 10.0.0.0/8, 'fd00::/8']"), .ok("Nets: [10.0.0.1]"),
      .stored("NETS: [10.0.0.1]", "nets: [10.0.0.1]"),
      .bad("nets: [10.0.0.0/99]", "spec.nets[0]"), .bad("nets: ['']", "spec.nets[0]"),
      .bad("nets: [1]", "spec.nets[0]"),
      .bad(
        "", "projectcalico.org/namespace is not a valid label name",
        metadata: "labels: {projectcalico.org/namespace: a}", onlyInFiles: hiddenMetadata),
    ])

  static let hostEndpoints =
    table(
      [.hostEndpoint], "compatibility §1.2 HostEndpoint", base: "node: n",
      [
        .ok("interfaceName: eth0"), .ok("interfaceName: '*'"), .ok("expectedIPs: [10.0.0.1]"),
        .ok("interfaceName: eth0, profiles: [kns.a, projectcalico-default-allow]"),
        .ok("interfaceName: eth0, ports: [{name: http, protocol: TCP, port: 80}]"),
        .ok("interfaceName: eth0, ports: [{name: http, protocol: '6', port: 80}]"),
        .bad("interfaceName: 'eth*'", "spec.interfaceName"),
        .bad("interfaceName: sixteen-letters1", "spec.interfaceName"),
        .bad("expectedIPs: [10.0.0.0/24]", "spec.expectedIPs[0]"),
        .bad("interfaceName: eth0, profiles: ['a b']", "spec.profiles[0]"),
        .bad("interfaceName: eth0, profiles: [a, B]", "spec.profiles[1]"),
        .bad("interfaceName: eth0, profiles: [a-]", "spec.profiles[0]"),
        .bad("interfaceName: eth0, profiles: ['']", "spec.profiles[0]"),
        .bad("interfaceName: eth0, ports: [{name: a, protocol: ICMP, port: 1}]", "protocol"),
        .bad("interfaceName: eth0, ports: [{name: a, protocol: TCP, port: '80'}]", "port"),
        .bad("interfaceName: eth0, ports: [{name: a, protocol: TCP, port: 0}]", "port"),
      ])
    + table(
      [.hostEndpoint], "compatibility §1.3 HostEndpoint (CEL)",
      [
        .bad("interfaceName: eth0", "node must be specified"),
        .bad("node: n", "at least one of interfaceName or expectedIPs must be specified"),
      ])

  static let workloadEndpoints = table(
    [.workloadEndpoint], "compatibility §1.2 WorkloadEndpoint, compatibility §1.3 WEP / ports (Go)",
    [
      .ok("ipNetworks: [10.0.0.1/32, 'fd00::1/128']"), .ok("interfaceName: cali1"),
      .ok("ipNetworks: [10.0.0.1/32], ipNATs: [{internalIP: 10.0.0.1, externalIP: 192.0.2.1}]"),
      .ok("profiles: [kns.a, ksa.a.b]"), .ok("mac: 'ee:ee:ee:ee:ee:ee'"),
      .ok("ports: [{name: a, protocol: tcp, port: 80}]"),
      .ok("ports: [{protocol: SCTP, port: 80, hostPort: 8080}]"),
      .bad("ipNetworks: [10.0.0.0/24]", "IP network contains multiple addresses"),
      .bad(
        "ipNetworks: [10.0.0.1/32], ipNATs: [{internalIP: 10.0.0.2, externalIP: 192.0.2.1}]",
        "NAT is not in the endpoint networks"),
      .bad(
        "ipNetworks: [10.0.0.1/32], ipNATs: [{internalIP: 10.0.0.1, externalIP: 'fd00::1'}]",
        "spec.ipNATs[0].externalIP"),
      .bad(
        "ipNetworks: ['fd00::1/128'], ipNATs: [{internalIP: 'fd00::1', externalIP: 192.0.2.1}]",
        "spec.ipNATs[0].externalIP"),
      .bad("ipv4Gateway: 'fd00::1'", "invalid IPv4 gateway address specified"),
      .bad("profiles: [A]", "spec.profiles[0]"), .bad("profiles: [-a]", "spec.profiles[0]"),
      .bad("pod: a-", "spec.pod"), .bad("endpoint: -eth0", "spec.endpoint"),
      .bad("orchestrator: k8s-", "spec.orchestrator"), .bad("interfaceName: '*'", "interfaceName"),
      .bad("mac: x", "spec.mac"),
      .bad("ports: [{protocol: TCP, port: 80}]", "name must not be empty if no HostPort"),
      .bad("ports: [{name: a, protocol: ICMP, port: 80}]", "does not support ports"),
    ])

  static let nodes = table(
    [.node], "compatibility §1.2 Node",
    [
      .ok(""), .ok("bgp: {ipv4Address: 10.0.0.1/24}"), .ok("bgp: {asNumber: '1.10'}"),
      .ok("bgp: {asNumber: '65001'}"), .ok("bgp: {routeReflectorClusterID: 1.0.0.1}"),
      .ok("orchRefs: [{nodeName: n, orchestrator: k8s}]"), .ok("ipv4VXLANTunnelAddr: 10.0.0.1"),
      .bad("bgp: {}", "spec.bgp"), .bad("bgp: {ipv4Address: 'fd00::1/64'}", "bgp.ipv4Address"),
      .bad("bgp: {asNumber: x}", "spec.bgp.asNumber"),
      .bad("bgp: {ipv4IPIPTunnelAddr: 10.0.0.1/24}", "bgp.ipv4IPIPTunnelAddr"),
      .bad("orchRefs: [{nodeName: n}]", "orchRefs[0].orchestrator"),
      .ok("addresses: [{address: 10.0.0.1, type: ExternalIP}, {address: 10.0.0.2}]"),
      .bad("addresses: [{address: 10.0.0.1, type: internalIP}]", "addresses[0].type"),
      .bad("ipv6VXLANTunnelAddr: 10.0.0.1", "spec.ipv6VXLANTunnelAddr"),
      .bad("vxlanTunnelMACAddr: x", "spec.vxlanTunnelMACAddr"),
      .bad("wireguard: {interfaceIPv4Address: x}", "wireguard.interfaceIPv4Address"),
    ])

  static let agents: [ValidationCase] =
    table(
      [.felixConfiguration], "compatibility §4.2", name: "default",
      [
        .ok(""), .ok("healthPort: 9099"), .ok("bpfConnectTimeLoadBalancing: TCP"),
        .ok("logSeverityScreen: Info"),
        .ok("defaultEndpointToHostAction: Accept"), .ok("floatingIPs: Enabled"),
        .ok("interfacePrefix: 'cali,tap'"), .ok("routeRefreshInterval: 1m30s"),
        .ok("routeRefreshInterval: 0s"), .ok("interfaceExclude: 'kube-ipvs0,/^dummy.*/'"),
        .ok("mtuIfacePattern: '^((en|wl)[Pcopsvx].*|(eth|wlan).*)'"),
        .ok("failsafeInboundHostPorts: [{protocol: SCTP, port: 22}]"),
        .ok("failsafeInboundHostPorts: [{protocol: tcp, port: 22, net: 10.0.0.0/8}]"),
        .ok("failsafeOutboundHostPorts: []"), .ok("natPortRange: '1000:2000'"),
        .ok("ipv4NormalRoutePriority: 1"), .ok("kubeNodePortRanges: ['30000:32767']"),
        .ok("HealthPort: 9099"), .stored("HealthPort: 9100", "healthPort: 9100"),
        .bad("healthPort: 65536", "spec.healthPort"), .bad("healthPort: '1'", "spec.healthPort"),
        .bad("floatingIPs: enabled", "spec.floatingIPs"), .bad("floatingIPs: true", "floatingIPs"),
        .bad("ipForwarding: DISABLED", "spec.ipForwarding"),
        .bad("logSeverityScreen: Loud", "spec.logSeverityScreen"),
        .bad("interfacePrefix: 'a*'", "spec.interfacePrefix"),
        .bad("routeRefreshInterval: -1s", "spec.routeRefreshInterval"),
        .bad("routeRefreshInterval: '0'", "spec.routeRefreshInterval"),
        .bad("routeRefreshInterval: '90'", "spec.routeRefreshInterval"),
        .bad("routeRefreshInterval: 90", "spec.routeRefreshInterval"),
        .ok("mtuIfacePattern: '(?i)^[[:alpha:]]{2,3}\\d+?$'"),
        .ok("mtuIfacePattern: 'a{x}|[]a-c]'"),
        .bad("mtuIfacePattern: '*'", "spec.mtuIfacePattern"),
        .bad("mtuIfacePattern: 'a{3,2}'", "spec.mtuIfacePattern"),
        .bad("mtuIfacePattern: 'a)'", "spec.mtuIfacePattern"),
        .bad("mtuIfacePattern: '(?=a)'", "spec.mtuIfacePattern"),
        .bad("mtuIfacePattern: '[c-a]'", "spec.mtuIfacePattern"),
        .bad("mtuIfacePattern: '(a)\\1'", "spec.mtuIfacePattern"),
        .bad("bpfDataIfacePattern: '(eth'", "spec.bpfDataIfacePattern"),
        .bad("bpfL3IfacePattern: '[a'", "spec.bpfL3IfacePattern"),
        .ok("bpfDisableGROForIfaces: 'eth[0-9]+'"),
        .bad("bpfDisableGROForIfaces: '*'", "spec.bpfDisableGROForIfaces"),
        .ok("mtuIfacePattern: 'a(?i)*'"), .ok("mtuIfacePattern: '{01}'"),
        .ok("mtuIfacePattern: '[[:a]'"), .ok("mtuIfacePattern: '(?)a'"),
        .bad("mtuIfacePattern: '(?i)*'", "spec.mtuIfacePattern"),
        .bad("mtuIfacePattern: '(?P:a)'", "spec.mtuIfacePattern"),
        .bad("mtuIfacePattern: '[\\b]'", "spec.mtuIfacePattern"),
        .bad("mtuIfacePattern: '[a-\\d]'", "spec.mtuIfacePattern"),
        .bad("mtuIfacePattern: '[z-\\x41]'", "spec.mtuIfacePattern"),
        .bad("mtuIfacePattern: '[[:foo:]]'", "spec.mtuIfacePattern"),
        .bad("mtuIfacePattern: '\\pX'", "spec.mtuIfacePattern"),
        .bad("mtuIfacePattern: '\\Q\\E*'", "spec.mtuIfacePattern"),
        .bad("logDebugFilenameRegex: 'a**'", "spec.logDebugFilenameRegex"),
        .bad("interfaceExclude: '/*/'", "spec.interfaceExclude"),
        .bad("interfaceExclude: 'eth*'", "spec.interfaceExclude"),
        .bad("failsafeInboundHostPorts: [{protocol: ICMP, port: 22}]", "[0].protocol"),
        .bad("failsafeInboundHostPorts: [{protocol: TCP, port: 65536}]", "[0].port"),
        .bad("ipv4NormalRoutePriority: 0", "spec.ipv4NormalRoutePriority"),
        .bad("logActionRateLimit: 0/second", "spec.logActionRateLimit"),
      ])
    + table(
      [.felixConfiguration], "compatibility §1.3 FelixConfiguration (CEL)", name: "default",
      [
        .ok("nodeSelector: has(a)", name: "some"),
        .ok("routeTableRanges: [{min: 10, max: 20}]"),
        .bad("nodeSelector: has(a)", "nodeSelector must not be set"),
        .bad("nodeSelector: has(a)", "nodeSelector must not be set", name: "node.n"),
        .bad(
          "routeTableRange: {min: 1, max: 2}, routeTableRanges: [{min: 1, max: 2}]",
          "routeTableRange and routeTableRanges cannot both be set"),
        .bad("routeTableRange: {min: 0, max: 2}", "within 1..250"),
        .bad("routeTableRange: {min: 1, max: 251}", "within 1..250"),
        .bad("routeTableRanges: [{min: 1, max: 65536}]", "targets too many tables"),
        .bad("natOutgoingAddress: 'fd00::1'", "natOutgoingAddress must be a valid IPv4 address"),
        .bad(
          "deviceRouteSourceAddress: x", "deviceRouteSourceAddress must be a valid IPv4 address"),
        .bad("deviceRouteSourceAddressIPv6: 10.0.0.1", "must be a valid IPv6 address"),
        .bad("kubeNodePortRanges: [http]", "node port ranges should not contain named ports"),
        .bad("kubeNodePortRanges: [1, 2, 3, 4, 5, 6, 7, 8]", "list is too long (max 7)"),
      ])

  static let controllers = table(
    [.kubeControllersConfiguration], "compatibility §1.2 KubeControllersConfiguration",
    name: "default",
    [
      .ok(""), .ok("healthChecks: Disabled"), .ok("etcdV3CompactionPeriod: 10m"),
      .ok("prometheusMetricsPort: 0"), .ok("controllers: {node: {syncLabels: Disabled}}"),
      .ok("controllers: {loadBalancer: {assignIPs: RequestedServicesOnly}}"),
      .ok(
        "controllers: {node: {hostEndpoint: {autoCreate: Enabled, templates: "
          + "[{generateName: a, interfacePattern: 'eth.*', labels: {a: b}}]}}}"),
      .bad("healthChecks: disabled", "spec.healthChecks"),
      .bad("etcdV3CompactionPeriod: -10m", "spec.etcdV3CompactionPeriod"),
      .bad("etcdV3CompactionPeriod: '10'", "spec.etcdV3CompactionPeriod"),
      .bad("prometheusMetricsPort: 65536", "spec.prometheusMetricsPort"),
      .bad("controllers: {node: {syncLabels: enabled}}", "controllers.node.syncLabels"),
      .bad("controllers: {policy: {reconcilerPeriod: -5m}}", "policy.reconcilerPeriod"),
      .bad("controllers: {loadBalancer: {assignIPs: all}}", "loadBalancer.assignIPs"),
      .bad("controllers: {migration: {policyNameMigrator: on}}", "policyNameMigrator"),
      .bad(
        "controllers: {node: {hostEndpoint: {templates: [{interfacePattern: '*'}]}}}",
        "templates[0].interfacePattern"),
      .bad(
        "controllers: {node: {hostEndpoint: {templates: [{generateName: 'A_'}]}}}",
        "templates[0].generateName"),
      .bad(
        "controllers: {node: {hostEndpoint: {templates: [{labels: {a: 'b c'}}]}}}",
        "templates[0].labels"),
      .bad(
        "controllers: {node: {hostEndpoint: {templates: [{annotations: {'a b': c}}]}}}",
        "templates[0].annotations"),
      .bad(
        "controllers: {node: {hostEndpoint: {templates: [{interfaceCIDRs: [x]}]}}}",
        "templates[0].interfaceCIDRs[0]"),
      .bad("", "metadata.name", name: "other"),
    ])

  static let records: [ValidationCase] =
    table(
      [.clusterInformation], "compatibility §1.2 ClusterInformation", name: "default",
      [
        .ok("clusterGUID: a, datastoreReady: true"),
        .bad("datastoreReady: 'yes'", "spec.datastoreReady"), .bad("", "metadata.name", name: "a"),
      ])
    + table(
      [.calicoNodeStatus], "compatibility §1.2 CalicoNodeStatus",
      [
        .ok("node: n, classes: [Agent, BGP, Routes], updatePeriodSeconds: 0"),
        .bad("node: n, classes: [agent]", "spec.classes[0]"),
        .bad("node: n, classes: [BGP, BGP]", "spec.classes[1]"),
        .bad("node: n, updatePeriodSeconds: 86401", "spec.updatePeriodSeconds"),
        .bad("node: n, updatePeriodSeconds: -1", "spec.updatePeriodSeconds"),
      ])
    + table(
      [.ipamConfiguration], "compatibility §1.2 IPAMConfiguration", name: "default",
      [
        .ok("strictAffinity: true, maxBlocksPerHost: 1000000"),
        .bad("maxBlocksPerHost: -1", "spec.maxBlocksPerHost"),
        .bad("maxBlocksPerHost: 1000001", "spec.maxBlocksPerHost"),
        .bad("", "metadata.name", name: "other"),
      ])

  private static func long(_ count: Int) -> String { String(repeating: "a", count: count) }

  static let names: [ValidationCase] =
    table(
      [.networkPolicy, .stagedNetworkPolicy, .stagedGlobalNetworkPolicy],
      "compatibility §1.4 Names: namespaced and staged policies",
      [
        .ok("", name: "a"), .ok("", name: "t.a"), .ok("", name: long(253)),
        .ok("", name: "t." + long(251)), .bad("", "is too long", name: long(254)),
        .bad("", "metadata.name", name: "A"), .bad("", "metadata.name", name: "a.b.c"),
        .bad("", "metadata.name", name: "-a"), .bad("", "metadata.name", name: "a-"),
      ])
    + table(
      [.networkPolicy, .stagedNetworkPolicy],
      "compatibility §1.4 Names: knp.default. and ossg.default.",
      [
        .ok("", name: "ossg.default.a.b"), .ok("", name: "knp.default." + long(241)),
        .bad("", "is too long", name: "knp.default." + long(242)),
        .bad("", "is too long", name: "ossg.default." + long(241)),
        .bad("", "metadata.name", name: "knp.default."),
        .bad("", "metadata.name", name: "knp.default.-a"),
      ])
    + table(
      [.profile, .networkSet, .stagedKubernetesNetworkPolicy], "compatibility §1.4 general",
      [
        .ok("", name: long(253)), .bad("", "is too long", name: long(254)),
        .bad("", "metadata.name", name: "a..b"),
        .bad("", "metadata.annotations", metadata: "annotations: {'/a': c}"),
        .bad("", "metadata.labels", metadata: "labels: {a_: c}"),
      ])
    + table(
      [.tier], "compatibility §1.2 Tier: names",
      [
        .ok("", name: long(63)), .bad("", "is too long", name: long(64)),
        .bad("", "metadata.name", name: "-a"),
      ])
    + table(
      [.globalNetworkPolicy], "compatibility §1.4 Names: GNP",
      [
        .ok("", name: long(63)), .bad("", "is too long", name: long(64)),
        .bad("", "metadata.name", name: "a."),
      ])
    + table(
      [.globalNetworkSet, .ipReservation, .globalNetworkPolicy],
      "compatibility §1.4 Names: labels and annotations",
      [
        .ok("", metadata: "labels: {a/b: c, d: ''}"),
        .ok("", metadata: "annotations: {Example.com/Any: any text}"),
        .bad("", "metadata.labels", metadata: "labels: {'a b': c}"),
        .bad("", "metadata.labels", metadata: "labels: {a: c-}"),
        .bad("", "metadata.annotations", metadata: "annotations: {'a b': c}"),
        .bad("", "metadata.annotations", metadata: "annotations: {a/b/c: d}"),
        .bad("", "metadata.annotations", metadata: "annotations: {'': d}"),
        .bad(
          "", "metadata.annotations", metadata: "annotations: {\"\\u212aey\": c}",
          onlyInFiles: otherAlphabet),
        .bad("", "metadata.name", name: "a_b"),
      ])
}
