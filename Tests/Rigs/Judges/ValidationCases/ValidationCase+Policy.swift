// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

extension ValidationCase {
  static let policyKinds: [Kind] = [
    .globalNetworkPolicy, .networkPolicy, .stagedGlobalNetworkPolicy, .stagedNetworkPolicy,
  ]

  private static func ingress(_ rule: String) -> String { "ingress: [{action: Allow, \(rule)}]" }

  private static func egress(_ rule: String) -> String { "egress: [{action: Allow, \(rule)}]" }

  private static func numbers(_ all: ClosedRange<Int>) -> String {
    all.map(String.init).joined(separator: ", ")
  }

  static let numeric =
    "rules with numeric port or port range must set protocol to TCP or UDP or SCTP"
  private static let needed = "rules that specify ports must set protocol to TCP or UDP or SCTP"

  static let rules: [ValidationCase] =
    table(
      policyKinds, "compatibility §1.3 Policy rules",
      [
        .ok("ingress: [{action: Allow}]"), .ok("ingress: [{action: Pass}]"),
        .ok("ingress: [{action: Log}, {action: Deny}]"),
        .bad("ingress: [{action: allow}]", "spec.ingress[0].action"),
        .bad("ingress: [{}]", "spec.ingress[0].action: is required"),
        .bad("egress: [{action: Drop}]", "spec.egress[0].action"),
        .ok(ingress("protocol: '6'")), .ok(ingress("protocol: 6")), .ok(ingress("protocol: tcp")),
        .ok(ingress("protocol: UDPLite")), .ok(ingress("notProtocol: '255'")),
        .bad(ingress("protocol: '0'"), "spec.ingress[0].protocol"),
        .bad(ingress("protocol: 256"), "protocol number invalid"),
        .bad(ingress("protocol: TPC"), "protocol name invalid"),
        .ok(ingress("protocol: 132, destination: {ports: [80]}")),
        .ok(ingress("protocol: sctp, destination: {ports: ['80:80']}")),
        .bad(ingress("protocol: '256'"), "spec.ingress[0].protocol"),
        .bad(ingress("protocol: 6.5"), "spec.ingress[0].protocol"),
        .bad(ingress("protocol: true"), "spec.ingress[0].protocol"),
        .bad(ingress("protocol: [TCP]"), "spec.ingress[0].protocol"),
        .ok(ingress("protocol: '6', destination: {ports: ['80', 80, '1:2', http]}")),
        .ok(ingress("destination: {ports: [http]}")),
        .ok(ingress("source: {notPorts: [a-b]}")),
        .bad(ingress("destination: {ports: [80]}"), numeric),
        .bad(ingress("destination: {ports: ['80']}"), numeric),
        .bad(ingress("destination: {ports: [http, '1:2']}"), numeric),
        .bad(ingress("protocol: ICMP, destination: {ports: [http]}"), needed),
        .bad(ingress("protocol: TCP, destination: {ports: [0]}"), "must be between 1 and 65535"),
        .bad(ingress("protocol: TCP, destination: {ports: ['1:65536']}"), "between 1 and 65535"),
        .bad(
          ingress("protocol: TCP, destination: {ports: ['9:1']}"),
          "min value cannot be greater than max value", onlyInFiles: cost),
        .bad(ingress("protocol: TCP, destination: {ports: ['1-9']}"), "port range invalid"),
        .bad(ingress("protocol: TCP, destination: {ports: 80}"), "destination.ports"),
        .bad(ingress("protocol: TCP, destination: {ports: ['0']}"), "between 1 and 65535"),
        .bad(ingress("protocol: TCP, destination: {ports: [-1]}"), "between 1 and 65535"),
        .bad(ingress("protocol: TCP, destination: {ports: ['5:']}"), "port range invalid"),
        .bad(ingress("protocol: TCP, destination: {ports: ['1:2:3']}"), "port range invalid"),
        .bad(ingress("protocol: TCP, destination: {ports: ['']}"), "port range invalid"),
        .bad(ingress("protocol: TCP, destination: {ports: ['a b']}"), "port range invalid"),
        .bad(ingress("notProtocol: TCP, destination: {ports: [80]}"), numeric),
        .bad(ingress("protocol: 50, destination: {ports: [http]}"), needed),
        .ok(ingress("protocol: TCP, destination: {ports: [\(numbers(1...50))]}")),
        .bad(ingress("protocol: TCP, destination: {ports: [\(numbers(1...51))]}"), "ports"),
        .ok(ingress("protocol: ICMP, icmp: {type: 8}")),
        .ok(ingress("protocol: ICMP, icmp: {type: 254, code: 255}")),
        .bad(ingress("protocol: ICMP, icmp: {type: '8'}"), "icmp.type"),
        .bad(ingress("protocol: ICMP, icmp: {type: 255}"), "icmp.type"),
        .bad(
          ingress("protocol: ICMP, icmp: {code: 1}"), "ICMP code specified without an ICMP type"),
        .ok(ingress("protocol: '1', icmp: {type: 0, code: 0}")),
        .ok(ingress("protocol: 58, ipVersion: 6, notICMP: {type: 8}")),
        .bad(ingress("protocol: ICMP, icmp: {type: -1}"), "icmp.type"),
        .bad(ingress("protocol: ICMP, icmp: {type: 1, code: 256}"), "icmp.code"),
        .bad(ingress("protocol: ICMP, notICMP: {type: 255}"), "notICMP.type"),
        .bad(
          ingress("protocol: ICMP, notICMP: {code: 1}"),
          "ICMP code specified without an ICMP type"),
        .bad(ingress("notProtocol: ICMP, icmp: {type: 8}"), "ICMP fields require protocol"),
        .bad(ingress("protocol: 1, ipVersion: 6"), "requires ipVersion 4"),
        .bad(ingress("protocol: TCP, icmp: {type: 8}"), "ICMP fields require protocol"),
        .bad(ingress("icmp: {type: 8}"), "ICMP fields require protocol"),
        .bad(ingress("protocol: ICMP, ipVersion: 6"), "protocol ICMP requires ipVersion 4"),
        .bad(ingress("protocol: ICMPv6, ipVersion: 4"), "protocol ICMPv6 requires ipVersion 6"),
        .bad(ingress("ipVersion: 5"), "ipVersion"), .bad(ingress("ipVersion: '4'"), "ipVersion"),
        .ok(ingress("source: {nets: [10.0.0.0/8], notNets: [10.1.0.0/16]}")),
        .bad(
          ingress("source: {nets: [10.0.0.0/8, 'fd00::/8']}"),
          "rule contains both IPv4 and IPv6 CIDRs"),
        .bad(
          ingress("ipVersion: 4, source: {nets: ['fd00::/8']}"),
          "rule IP version doesn't match CIDR version"),
        .bad(ingress("source: {notNets: [0.0.0.0/0]}"), "catch-all CIDR in negation"),
        .bad(ingress("source: {notNets: ['::/0']}"), "catch-all CIDR in negation"),
        .bad(ingress("source: {nets: [10.0.0.0/99]}"), "source.nets[0]"),
        .bad(ingress("source: {selector: global()}"), "global() can only be used"),
        .ok(ingress("source: {namespaceSelector: global()}")),
        .bad(ingress("source: {namespaceSelector: 'global() && has(a)'}"), "namespaceSelector"),
        .ok(ingress("http: {methods: [GET, PUT], paths: [{exact: /a}, {prefix: /b}]}")),
        .bad(ingress("http: {methods: [GET, GET]}"), "http.methods[1]"),
        .bad(ingress("http: {paths: [{exact: '/a?b=c'}]}"), "http.paths[0].exact"),
        .bad(ingress("http: {paths: [{prefix: '/a b'}]}"), "http.paths[0].prefix"),
        .bad(ingress("http: {paths: [{exact: '/a#b'}]}"), "http.paths[0].exact"),
        .bad(ingress("http: {paths: [{exact: a}]}"), "http.paths[0].exact"),
        .bad(ingress("http: {paths: [{exact: \"/?\\u0301\"}]}"), "http.paths[0].exact"),
        .bad(ingress("http: {paths: [{prefix: '/a?'}]}"), "http.paths[0].prefix"),
        .bad(ingress("http: {paths: [{exact: \"/a\\tb\"}]}"), "http.paths[0].exact"),
        .ok(ingress("protocol: '6', http: {methods: [GET]}")),
        .bad(ingress("http: {paths: [{exact: /a, prefix: /a}]}"), "http.paths[0]"),
        .bad(
          "ingress: [{action: Deny, http: {methods: [GET]}}]",
          "HTTP match is only valid on Allow rules"),
        .bad(
          ingress("protocol: UDP, http: {methods: [GET]}"),
          "rules with HTTP match must have protocol TCP or unset"),
        .bad(egress("http: {methods: [GET]}"), "not allowed in egress rules"),
        .ok(ingress("metadata: {annotations: {a/b: any text}}")),
        .bad(ingress("metadata: {annotations: {'a b': x}}"), "metadata.annotations"),
        .bad(ingress("metadata: {annotations: {'-a': x}}"), "metadata.annotations"),
        .bad(ingress("metadata: {annotations: {\"\\u212aey\": x}}"), "metadata.annotations"),
        .ok(egress("destination: {services: {name: s, namespace: n}}")),
        .ok(ingress("source: {services: {name: s, namespace: n}}")),
        .ok(
          ingress("protocol: TCP, source: {services: {name: s, namespace: n}, ports: [80]}")),
        .bad(
          egress("protocol: TCP, destination: {services: {name: s, namespace: n}, ports: [80]}"),
          "ports and notPorts cannot be specified with services"),
        .bad(
          egress("destination: {services: {namespace: n}}"),
          "services must specify a service name"),
        .bad(
          ingress("destination: {services: {name: s, namespace: n}}"),
          "not allowed in ingress rule destination"),
        .bad(
          egress("source: {services: {name: s, namespace: n}}"),
          "not allowed in egress rule source"),
        .bad(
          egress("destination: {services: {name: s, namespace: n}, nets: [10.0.0.0/8]}"),
          "cannot specify Nets/NotNets and Services on the same rule"),
        .bad(
          egress("destination: {services: {name: s, namespace: n}, selector: has(a)}"),
          "cannot specify Selector/NotSelector and Services on the same rule"),
        .bad(
          egress("destination: {services: {name: s, namespace: n}, namespaceSelector: has(a)}"),
          "cannot specify NamespaceSelector and Services on the same rule"),
        .bad(
          egress("destination: {services: {name: s, namespace: n}, serviceAccounts: {names: [a]}}"),
          "cannot specify ServiceAccounts and Services on the same rule"),
      ])
    + table(
      [.globalNetworkPolicy, .stagedGlobalNetworkPolicy], "compatibility §1.3 policy rules (Go)",
      [.bad(egress("destination: {services: {name: s}}"), "must specify a namespace")])

  static let policies: [ValidationCase] =
    table(
      policyKinds, "compatibility §1.2 GlobalNetworkPolicy",
      [
        .ok(""), .ok("order: 1.5"), .ok("order: -1"), .ok("selector: has(a)"),
        .ok("types: [Ingress, Egress]"), .ok("performanceHints: [AssumeNeededOnEveryNode]"),
        .ok("Order: 1, SELECTOR: has(a)"),
        .ok("ingress: [{Action: Allow}]", onlyInFiles: otherCase),
        .stored("", "tier: default, types: [Ingress]"),
        .stored("egress: [{action: Allow}]", "tier: default, types: [Egress]"),
        .stored(
          "ingress: [{action: Allow}], egress: [{action: Deny}]", "types: [Ingress, Egress]"),
        .stored("types: [Egress]", "types: [Egress]"),
        .stored("Order: 7", "order: 7"),
        .stored(
          "ingress: [{action: Allow}]", "ingress: [{action: Allow, source: {}, destination: {}}]"),
        .bad("order: '1'", "spec.order"), .bad("order: high", "spec.order"),
        .bad("types: [ingress]", "spec.types[0]"), .bad("types: [Both]", "spec.types[0]"),
        .bad("performanceHints: [assumeNeededOnEveryNode]", "spec.performanceHints[0]"),
        .bad("types: [Ingress, Ingress]", "'Ingress' type specified more than once"),
        .bad("performanceHints: [None]", "spec.performanceHints[0]"),
        .bad(
          "performanceHints: [AssumeNeededOnEveryNode, AssumeNeededOnEveryNode]",
          "spec.performanceHints[1]"),
        .bad("selector: 'has('", "spec.selector", onlyInFiles: syntax),
        .bad("order: 1, Order: 2", "Order", onlyInFiles: unknownField),
        .bad("serviceAccountSelector: global()", "spec.serviceAccountSelector"),
        .bad("tier: A", "spec.tier"),
      ])
    + table(
      [.globalNetworkPolicy, .stagedGlobalNetworkPolicy], "compatibility §1.3 GNP (CEL)",
      [
        .ok("preDNAT: true, applyOnForward: true, ingress: [{action: Allow}]"),
        .ok("doNotTrack: true, applyOnForward: true"),
        .bad("preDNAT: true", "applyOnForward must be true"),
        .bad("doNotTrack: true", "applyOnForward must be true"),
        .bad(
          "preDNAT: true, doNotTrack: true, applyOnForward: true",
          "preDNAT and doNotTrack cannot both be true"),
        .bad(
          "preDNAT: true, applyOnForward: true, egress: [{action: Allow}]",
          "preDNAT policy cannot have any egress rules"),
        .bad(
          "preDNAT: true, applyOnForward: true, types: [Egress]",
          "preDNAT policy cannot have 'Egress' type"),
      ])
    + table(
      [.networkPolicy, .stagedNetworkPolicy], "compatibility §1.2 NetworkPolicy",
      [
        .bad("preDNAT: true", "spec.preDNAT", onlyInFiles: unknownField),
        .bad("namespaceSelector: has(a)", "namespaceSelector", onlyInFiles: unknownField),
      ]
    )

  static let staged: [ValidationCase] =
    table(
      [.stagedGlobalNetworkPolicy, .stagedNetworkPolicy],
      "compatibility §1.2 NetworkPolicy: stagedAction",
      [
        .ok("stagedAction: Learn"), .ok("stagedAction: Ignore"), .ok("stagedAction: Delete"),
        .ok("stagedAction: Delete, tier: default"),
        .stored("", "stagedAction: Set"), .stored("stagedAction: Learn", "stagedAction: Learn"),
        .bad("stagedAction: set", "spec.stagedAction"),
        .bad(
          "stagedAction: Delete, order: 1",
          "Spec fields, except Tier, should all be zero-value if stagedAction is Delete"),
      ])
    + table(
      [.stagedKubernetesNetworkPolicy], "compatibility §1.2 StagedKubernetesNetworkPolicy",
      [
        .ok("podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress]"),
        .ok("ingress: [{ports: [{protocol: TCP, port: 80}]}]"), .stored("", "stagedAction: Set"),
        .bad("ingress: [{ports: [{protocol: tcp, port: 80}]}]", "ports[0].protocol"),
        .bad("egress: [{to: [{ipBlock: {cidr: x}}]}]", "ipBlock.cidr"),
        .bad("stagedAction: delete", "spec.stagedAction"),
        .bad("policyTypes: [ingress]", "spec.policyTypes[0]"),
        .bad(
          "stagedAction: Delete, policyTypes: [Ingress]",
          "Spec fields should all be zero-value if stagedAction is Delete"),
      ])

  static let profiles = table(
    [.profile], "compatibility §1.2 Profile",
    [
      .ok(""), .ok("labelsToApply: {a: b, pcns.a/b: ''}"), .ok("ingress: [{action: Allow}]"),
      .bad("labelsToApply: {'a b': c}", "spec.labelsToApply"),
      .bad("labelsToApply: {a: 'b c'}", "spec.labelsToApply.a"),
      .bad("labelsToApply: {a: '-b'}", "spec.labelsToApply.a"),
      .bad("labelsToApply: {a: 1}", "spec.labelsToApply.a"),
      .bad("ingress: [{action: Allow, destination: {ports: [80]}}]", numeric),
    ])

  static let tiers = table(
    [.tier], "compatibility §1.2 Tier",
    [
      .ok("order: 1"), .ok(""), .ok("defaultAction: Pass"),
      .stored("", "defaultAction: Deny"), .stored("", "order: 1000000", name: "default"),
      .ok("order: 1000, defaultAction: Pass", name: "kube-admin"),
      .bad("defaultAction: pass", "spec.defaultAction"),
      .bad("defaultAction: Allow", "spec.defaultAction"),
      .bad("order: 1", "default tier order must be 1000000", name: "default"),
      .bad("defaultAction: Pass", "must have default action 'Deny'", name: "default"),
      .bad("order: 1, defaultAction: Pass", "order must be 1000", name: "kube-admin"),
      .bad("defaultAction: Deny", "must have default action 'Pass'", name: "kube-baseline"),
      .bad("", "must have default action 'Pass'", name: "kube-admin"), .ok("", name: "default"),
      .bad("", "metadata.name", name: "a.b"),
    ])
}
