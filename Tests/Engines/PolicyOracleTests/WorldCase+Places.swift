// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyOracle
import Resources

extension WorldCase {
  static let profiles: [WorldCase] = [
    WorldCase(
      "no profile allows nothing", .tcp(80), .deny, [out, "ingress as no profile allows it"]
    ) { $0.endpoints[1].spec.profiles = [] },
    WorldCase(
      "profiles without rules allow nothing", .tcp(80), .deny,
      [out, "ingress as no profile allows it"]
    ) { $0.endpoints[1].spec.profiles = ["ksa.shop.db"] },
    WorldCase(
      "profiles are asked in order", .tcp(80), .deny,
      [out, "ingress by Profile(strict) ingress[0] Deny"]
    ) {
      var strict = Profile(name: "strict")
      strict.spec.ingress = [Rule(.deny, transport: "TCP")]
      $0.profiles.append(strict)
      $0.endpoints[1].spec.profiles = ["ksa.shop.db", "strict", "kns.shop"]
    },
    WorldCase(
      "a profile that does not decide leaves it to the next", .udp(80), .allow, [out, into]
    ) {
      var strict = Profile(name: "strict")
      strict.spec.ingress = [Rule(.deny, transport: "TCP"), Rule(.log)]
      $0.profiles.append(strict)
      $0.endpoints[1].spec.profiles = ["strict", "kns.shop"]
    },
    WorldCase(
      "a missing profile denies", .tcp(80), .deny,
      [out, "ingress as profile gone does not exist"]
    ) { $0.endpoints[1].spec.profiles = ["gone", "kns.shop"] },
    WorldCase(
      "a missing profile behind one that allows is not reached", .tcp(80), .allow, [out, into]
    ) { $0.endpoints[1].spec.profiles = ["kns.shop", "gone"] },
    WorldCase(
      "Pass in a profile leads to the next profile", .tcp(80), .allow, [out, into]
    ) {
      var lax = Profile(name: "lax")
      lax.spec.ingress = [Rule(.pass), Rule(.deny)]
      $0.profiles.append(lax)
      $0.endpoints[1].spec.profiles = ["lax", "kns.shop"]
    },
    WorldCase(
      "rules of profiles select in all namespaces", .tcp(80, from: Town.probe), .deny,
      [
        "egress by Profile(kns.lab) egress[0] Allow",
        "ingress by Profile(strict) ingress[0] Deny",
      ]
    ) {
      var strict = Profile(name: "strict")
      strict.spec.ingress = [Rule(.deny, source: EntityRule(selector: "app == 'web'"))]
      $0.profiles.append(strict)
      $0.endpoints[1].spec.profiles = ["strict", "kns.shop"]
    },
    WorldCase(
      "a profile's labels are inherited", .tcp(80), .deny,
      [out, "ingress at the end of tier default: no policy decided"]
    ) {
      $0.profiles.append(Town.profile("extra", ["zone": "a"], open: false))
      $0.endpoints[1].spec.profiles.append("extra")
      $0.globalPolicies = [Town.global { $0.selector = "zone == 'a'" }]
    },
    WorldCase("an own label wins over an inherited one", .tcp(80), .allow, [out, into]) {
      $0.profiles.append(Town.profile("extra", ["app": "cache"], open: false))
      $0.endpoints[1].spec.profiles.append("extra")
      $0.globalPolicies = [Town.global { $0.selector = "app == 'cache'" }]
    },
  ]

  /// Where the ends are.
  static let places: [WorldCase] = [
    WorldCase("no workload, no policy", .tcp(80, from: Town.stranger, to: Town.known), .allow, []),
    WorldCase("a workload reaches itself", .tcp(80, from: Town.db), .allow, []) {
      $0.globalPolicies = [Town.global()]
    },
    WorldCase("two families make no packet", .tcp(80, from: Town.web6), .deny, []),
    WorldCase(
      "a node reaches its own workload", .tcp(80, from: Town.n2), .allow,
      ["ingress as a node may always reach its own workloads"]
    ) { $0.globalPolicies = [Town.global()] },
    WorldCase(
      "another node meets policy", .tcp(80, from: Town.n1), .deny,
      ["ingress at the end of tier default: no policy decided"]
    ) { $0.globalPolicies = [Town.global()] },
    WorldCase(
      "a workload does not reach its own node", .tcp(80, from: Town.db, to: Town.n2), .deny,
      ["egress by the setting for traffic from workloads to their node"]),
    WorldCase(
      "a workload reaches its own node where the setting allows it",
      .tcp(80, from: Town.db, to: Town.n2), .allow,
      ["egress by the setting for traffic from workloads to their node"]
    ) { $0.endpointToHost = .allow },
    WorldCase(
      "egress policy is asked before the setting", .tcp(80, from: Town.db, to: Town.n2), .deny,
      ["egress by GlobalNetworkPolicy(rules) egress[0] Deny"]
    ) {
      $0.endpointToHost = .allow
      $0.globalPolicies = [Town.global(egress: [Rule(.deny)])]
    },
    WorldCase(
      "neighbour discovery with the own node always works",
      .icmp(135, from: Town.db6, to: Town.n2v6), .allow, ["egress as IPv6 cannot do without it"]
    ) { $0.globalPolicies = [Town.global(egress: [Rule(.deny)])] },
    WorldCase(
      "a workload reaches another node", .tcp(80, from: Town.web, to: Town.n2), .allow, [out]),
    WorldCase(
      "a workload may not send VXLAN", .udp(4789, to: Town.stranger), .deny,
      ["egress as workloads may not send tunnelled traffic"]),
    WorldCase(
      "a workload may send VXLAN where the setting allows it", .udp(4789, to: Town.stranger),
      .allow, [out]
    ) { $0.refusedVXLANPort = nil },
    WorldCase(
      "a workload may not send IP in IP", .other(4, to: Town.stranger), .deny,
      ["egress as workloads may not send tunnelled traffic"]),
    WorldCase(
      "a workload may send IP in IP where the setting allows it", .other(4, to: Town.stranger),
      .allow, [out]
    ) { $0.refusesIPIP = false },
    WorldCase(
      "VXLAN from outside meets policy alone", .udp(4789, from: Town.stranger), .allow, [into]),
    WorldCase(
      "a host endpoint can be selected", .tcp(80, from: Town.n1), .allow,
      ["ingress by GlobalNetworkPolicy(rules) ingress[0] Allow"]
    ) {
      var host = HostEndpoint(name: "n1-eth0")
      host.metadata.labels = ["role": "node"]
      host.spec.node = "n1"
      host.spec.expectedIPs = ["172.16.0.1"]
      $0.hostEndpoints = [host]
      $0.globalPolicies = [
        Town.global(ingress: [
          Rule(
            .allow,
            source: EntityRule(selector: "role == 'node'", namespaceSelector: "global()"))
        ])
      ]
    },
    WorldCase(
      "one member must fulfil a selector whole: two sets with one address do not add up",
      .tcp(80, from: Town.known), .deny,
      ["ingress at the end of tier default: no policy decided"]
    ) {
      var other = GlobalNetworkSet(name: "other")
      other.metadata.labels = ["site": "x"]
      other.spec.nets = ["198.51.100.7"]
      $0.globalNetworkSets.append(other)
      $0.globalPolicies = [
        Town.global(ingress: [
          Rule(.allow, source: EntityRule(selector: "kind == 'public' && site == 'x'"))
        ])
      ]
    },
    WorldCase(
      "an address in a set that is excluded and in one that is not is selected",
      .tcp(80, from: Town.known), .allow,
      ["ingress by GlobalNetworkPolicy(rules) ingress[0] Allow"]
    ) {
      var other = GlobalNetworkSet(name: "other")
      other.metadata.labels = ["kind": "public", "site": "x"]
      other.spec.nets = ["198.51.100.7"]
      $0.globalNetworkSets.append(other)
      var rule = Rule(.allow, source: EntityRule(selector: "kind == 'public'"))
      rule.source.notSelector = "site == 'x'"
      $0.globalPolicies = [Town.global(ingress: [rule])]
    },
    WorldCase(
      "a named port is not that of a network set with the same address", .tcp(5432), .deny,
      [out, "ingress at the end of tier default: no policy decided"]
    ) {
      var near = GlobalNetworkSet(name: "near")
      near.metadata.labels = ["site": "near"]
      near.spec.nets = ["10.65.1.0/24"]
      $0.globalNetworkSets.append(near)
      let end = EntityRule(selector: "site == 'near'", ports: ["sql"])
      $0.globalPolicies = [
        Town.global(ingress: [Rule(.allow, transport: "TCP", destination: end)])
      ]
    },
  ]
}
