// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

/// Single values in their many spellings.
extension ValidationCase {
  static let networks: [ValidationCase] =
    table(
      [.ipPool], "compatibility §1.2 IPPool: cidr",
      ["2001:DB8::/48", "169.253.0.0/16", "169.255.0.0/16", "fec0::/10"].map {
        .ok("cidr: '\($0)'")
      }
        + [
          "10.0.0.0/", "10.3.0/24", "10.3.0.256/24", "10.03.0.0/16", "fd00::/129", "fd00::1::/64",
          "fd00:::/64", "10.0.0.0/-1", "169.254.3.0/24", "fe00::/8", "febf::/16", "0.0.0.0/0",
          "::/0", "10.0.0.0", "fd00::", "1.2.3.4:80",
        ].map { .bad("cidr: '\($0)'", "spec.cidr") }
        + [
          .ok("cidr: 10.0.0.0/16, nodeSelector: \"a == 'global()'\""),
          .bad(
            "cidr: 10.0.0.0/16, nodeSelector: \"a == 'x' && global()\"",
            "global() selector is not valid for IPPool nodeSelector"),
        ])
    + table(
      [.networkSet, .globalNetworkSet], "compatibility §1.2 NetworkSet / GlobalNetworkSet: nets",
      lists("nets"))
    + table(
      [.ipReservation], "compatibility §1.2 IPReservation: reservedCIDRs", lists("reservedCIDRs"))

  private static func lists(_ field: String) -> [Row] {
    ["10.0.0.1/24", "fd00::1", "fd00::/64", "0.0.0.0/0", "::/0"].map {
      .ok("\(field): [192.0.2.1, '\($0)']")
    }
      + [
        "10.0.0.0/99", "10.0.0", "fd00::/129", "10.0.0.1-10.0.0.9", "fd00::1%eth0", "", "cafe",
      ].map { .bad("\(field): [192.0.2.1, '\($0)']", "spec.\(field)[1]") }
  }

  static let bgpValues: [ValidationCase] =
    table(
      [.bgpPeer], "compatibility §1.2 BGPPeer: peerIP", base: "asNumber: 64512",
      ["192.0.2.1:179", "[fd00::1]:1790", "192.0.2.1:65535"].map { .ok("peerIP: '\($0)'") }
        + [
          "192.0.2", "192.0.2.1:bgp", "[fd00::1]", "[192.0.2.1]:1", "fd00::1::2", "192.0.2.1:",
        ].map { .bad("peerIP: '\($0)'", "spec.peerIP") }
        + [
          .ok("peerIP: 'fd00::1', reachableBy: 'fd00::2'"),
          .bad(
            "peerIP: '[fd00::1]:179', reachableBy: 10.0.0.1",
            "ReachableBy and PeerIP address family mismatched"),
          .bad("peerIP: 10.0.0.2, reachableBy: 10.0.0", "spec.reachableBy"),
          .bad("peerIP: 10.0.0.2, nodeSelector: global()", "spec.nodeSelector"),
        ])
    + table(
      [.bgpPeer], "compatibility §1.4 ASNumber", base: "peerIP: 192.0.2.1",
      ["0", "'0'", "'007'", "'65535.65535'", "'01.02'", "'4294967295'", "4294967295"].map {
        .ok("asNumber: \($0)")
      }
        + [
          "'4294967296'", "'65536.1'", "'1.65536'", "''", "'+1'", "'-1'", "'1.'", "'.1'", "' 1'",
          "'0x1'", "4294967296",
        ].map { .bad("asNumber: \($0)", "spec.asNumber") })
    + table(
      [.bgpPeer], "compatibility §1.2 BGPPeer: enumerations",
      base: "peerIP: 192.0.2.1, asNumber: 1",
      ["nextHopMode", "sourceAddress"].map { .bad("\($0): ''", "spec.\($0)") })
    + table(
      [.bgpPeer], "compatibility §1.2 BGPPeer: durations", base: "peerIP: 192.0.2.1, asNumber: 1",
      ["0", "+0", "-0", "-0s", "1.5h", ".5s", "1.s", "+2m", "1h2m3s4ms5us6ns", "7µs"].map {
        .ok("keepaliveTime: '\($0)'")
      }
        + ["", "s", ".s", "1d", "1 s", "1s ", "-.5s", "-1h1s", "1.2.3s", "1S", "00", "Inf"].map {
          .bad("keepaliveTime: '\($0)'", "spec.keepaliveTime")
        })
    + table(
      [.bgpConfiguration], "compatibility §1.2 BGPConfiguration: communities", name: "default",
      ["1:2", "0:0", "65535:65535", "1:2:3", "4294967295:0:4294967295"].map {
        .ok("communities: [{name: a, value: '\($0)'}], \(use("a"))")
      }
        + [
          "1:99999", "65536:1", "1:2:3:4", "1", "4294967296:1:1", "a:b", "", "1:", ":1", "00:1",
          "1:2:03", "+1:2", "1: 2",
        ].map {
          .bad(
            "communities: [{name: a, value: '\($0)'}], \(use("a"))",
            "invalid community value or format used.")
        })
    + table(
      [.bgpFilter], "compatibility §1.2 BGPFilter: communities",
      ["65535:65535", "4294967295:1:1"].map { .ok(filter("communities: {values: ['\($0)']}")) }
        + ["65536:1", "1:70000", "4294967296:1:1", "1:2:3:4", "1:2:03", ""].map {
          .bad(
            filter("communities: {values: ['\($0)']}"), "invalid community value or format used.")
        }
        + [
          .bad(
            filter("operations: [{addCommunity: {value: '65536:1'}}]"),
            "invalid community value or format used."),
          .bad(filter("asPathPrefix: ['1.65536']"), "asPathPrefix[0]"),
          .bad(filter("operations: [{prependASPath: {prefix: [AS1]}}]"), "prefix[0]"),
          .bad(filter("operations: [{}]"), "operations[0]"),
          .bad(
            filter("operations: [{setPriority: {value: 1}, addCommunity: {value: '1:2'}}]"), "[0]"),
          .bad(filter("interface: et h"), "importV4[0].interface"),
          .bad(filter("cidr: 10.0.0.0/99, matchOperator: In"), "importV4[0].cidr"),
          .bad(filter("cidr: 'fd00::/8', matchOperator: In"), "must be an IPv4 CIDR"),
          .bad(
            filter("cidr: 10.0.0.0/8, matchOperator: In, prefixLength: {min: 24, max: 16}"),
            "min value cannot be greater than max value"),
        ])

  private static func use(_ community: String) -> String {
    "prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: [\(community)]}]"
  }

  private static func filter(_ rule: String) -> String { "importV4: [{action: Accept, \(rule)}]" }

  static let hostValues: [ValidationCase] =
    table(
      [.hostEndpoint], "compatibility §1.4 interface names", base: "node: n",
      ["bond0.100", "a-b_c"].map { .ok("interfaceName: '\($0)'") }
        + ["eth 0", "an-interface-name-too-long", "eth/0"].map {
          .bad("interfaceName: '\($0)'", "spec.interfaceName")
        })
    + table(
      [.hostEndpoint], "compatibility §1.2 HostEndpoint: addresses and ports", base: "node: n",
      [.ok("expectedIPs: ['fd00::1']")]
        + ["10.0.0.1/32", "10.0.0.256", "host"].map {
          .bad("expectedIPs: ['\($0)']", "spec.expectedIPs[0]")
        }
        + ["udp", "132", "'17'"].map { .ok(endpointPort($0)) }
        + ["1", "TPC", "'06'"].map { .bad(endpointPort($0), "protocol") })

  private static func endpointPort(_ transport: String) -> String {
    "interfaceName: eth0, ports: [{name: p, protocol: \(transport), port: 80}]"
  }

  static let settings: [ValidationCase] =
    table(
      [.felixConfiguration], "compatibility §4.2: forms of values", name: "default",
      [
        .ok("nodeSelector: \"a == 'global()'\"", name: "some"),
        .bad("nodeSelector: global()", "spec.nodeSelector", name: "some"),
        .ok("externalNodesList: [10.0.0.0/8]"),
        .bad("externalNodesList: [10.0.0.0/99]", "spec.externalNodesList[0]"),
        .bad("natOutgoingAddress: 192.0.2", "natOutgoingAddress must be a valid IPv4 address"),
        .bad("deviceRouteSourceAddress: 'fd00::1'", "must be a valid IPv4 address"),
        .ok("routeTableRanges: [{min: 10000, max: 20000}]"),
        .bad("routeTableRanges: [{min: 0, max: 20000}]", "spec.routeTableRanges[0]"),
        .bad("routeTableRanges: [{min: 2, max: 1}]", "spec.routeTableRanges[0]"),
        .ok("failsafeInboundHostPorts: [{protocol: '', port: 22, net: ''}]"),
        .bad("failsafeInboundHostPorts: [{port: 22, net: 10.0.0.0/99}]", "[0].net"),
        .ok("iptablesMarkMask: 3"), .ok("nftablesMarkMask: 4294967295"),
        .bad("iptablesMarkMask: 0", "spec.iptablesMarkMask"),
        .bad("iptablesMarkMask: 65536", "spec.iptablesMarkMask"),
        .bad("nftablesMarkMask: 4294967296", "spec.nftablesMarkMask"),
        .bad("nftablesMarkMask: -1", "spec.nftablesMarkMask"),
        .ok("wireguardInterfaceName: wg-1.2+"),
        .bad("wireguardInterfaceName: sixteen-letters1", "spec.wireguardInterfaceName"),
        .bad("wireguardInterfaceName: wg/0", "spec.wireguardInterfaceName"),
        .ok("bpfForceTrackPacketsFromIfaces: [docker+]"),
        .bad("bpfForceTrackPacketsFromIfaces: ['docker*']", "bpfForceTrackPacketsFromIfaces[0]"),
        .ok("healthHost: '::1'"), .ok("healthHost: ''"),
        .bad("healthHost: 'local host'", "spec.healthHost"),
        .ok("logActionRateLimit: 5/second"), .ok("logActionRateLimit: ''"),
        .bad("logActionRateLimit: 10000/day", "spec.logActionRateLimit"),
        .bad("logActionRateLimit: 5/week", "spec.logActionRateLimit"),
        .bad("logActionRateLimit: 5", "spec.logActionRateLimit"),
        .ok("natPortRange: 1000"), .ok("natPortRange: '0'"),
        .bad("natPortRange: '1000:65536'", "spec.natPortRange"),
        .bad("natPortRange: 65536", "spec.natPortRange"),
        .bad("natPortRange: '2000:1000'", "spec.natPortRange"),
        .bad("kubeNodePortRanges: ['9:1']", "spec.kubeNodePortRanges[0]"),
        .bad("natPortRange: http", "spec.natPortRange"),
        .ok("interfacePrefix: cali"),
        .bad("interfacePrefix: 'cali,'", "spec.interfacePrefix"),
        .bad("interfacePrefix: ''", "spec.interfacePrefix"),
        .bad("interfacePrefix: 'cali, tap'", "spec.interfacePrefix"),
        .ok("interfaceExclude: ''"), .ok("interfaceExclude: 'eth0, /^a|b$/,//'"),
        .bad("interfaceExclude: ','", "spec.interfaceExclude"),
        .bad("interfaceExclude: 'eth0,/(a/'", "spec.interfaceExclude"),
        .bad("interfaceExclude: '/'", "spec.interfaceExclude"),
        .bad("interfaceExclude: '/a/ '", "spec.interfaceExclude"),
        .bad("kubeNodePortRanges: ['1:65536']", "spec.kubeNodePortRanges[0]"),
        .bad("healthTimeoutOverrides: [{name: a, timeout: '0'}]", "[0].timeout"),
        .ok("healthTimeoutOverrides: [{name: a, timeout: 0s}]"),
        .bad("logSeverityScreen: ''", "spec.logSeverityScreen"),
        .ok("logSeverityScreen: INFO"), .ok("iptablesBackend: nft"),
        .bad("nftablesMode: enabled", "spec.nftablesMode"),
        .bad("istioAmbientMode: ENABLED", "spec.istioAmbientMode"),
        .bad("bpfRedirectToPeer: l2only", "spec.bpfRedirectToPeer"),
        .bad("bpfProfiling: ''", "spec.bpfProfiling"),
      ])
    + table(
      [.kubeControllersConfiguration],
      "compatibility §1.2 KubeControllersConfiguration: templates; compatibility §1.4 labels and annotations",
      name: "default",
      [
        "labels: {a/b: '', a-b_c.d: e}", "annotations: {A.b/C: any text}", "generateName: a.b",
        "generateName: ''", "interfacePattern: ''", "interfaceCIDRs: [10.0.0.0/8]",
        "labels: {\(long(253))/a: b}",
      ].map { .ok(template($0)) }
        + [
          ("labels: {A.b/C: d}", "labels"), ("labels: {'': a}", "labels"),
          ("labels: {a/b/c: d}", "labels"), ("labels: {\(long(64)): a}", "labels"),
          ("labels: {a: \(long(64))}", "labels"), ("labels: {a.-b/c: d}", "labels"),
          ("labels: {\(long(254))/a: b}", "labels"), ("annotations: {/a: b}", "annotations"),
          ("annotations: {a-: b}", "annotations"), ("generateName: a..b", "generateName"),
          ("generateName: -a", "generateName"), ("generateName: \(long(254))", "generateName"),
          ("interfaceCIDRs: [10.0.0.0/99]", "interfaceCIDRs[0]"),
          ("nodeSelector: global()", "nodeSelector"),
        ].map { .bad(template($0), "templates[0].\($1)") })

  private static func long(_ count: Int) -> String { String(repeating: "a", count: count) }

  private static func template(_ members: String) -> String {
    "controllers: {node: {hostEndpoint: {templates: [{\(members)}]}}}"
  }
}
