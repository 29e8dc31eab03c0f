// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

/// The members of policies' rules in their many spellings.
extension ValidationCase {
  private static func ports(_ port: String, _ transport: String? = "TCP") -> String {
    rule((transport.map { "protocol: \($0), " } ?? "") + "destination: {ports: [\(port)]}")
  }

  private static func rule(_ members: String, _ list: String = "ingress") -> String {
    "\(list): [{action: Allow, \(members)}]"
  }

  private static let notInRules = "global() can only be used in an EntityRule namespaceSelector"

  static let ruleValues: [ValidationCase] =
    table(
      policyKinds, "compatibility §1.3 Policy rules: ports",
      [
        .ok(ports("1")), .ok(ports("65535")), .ok(ports("'80:90'")), .ok(ports("a-b.c_d")),
        .ok(ports("8a")), .ok(ports("80", "udp")), .ok(ports("80", "17")),
        .ok(ports("http", nil)), .ok(rule("protocol: TCP, source: {notPorts: ['1:2', 3]}")),
        .ok(ports("\(String(repeating: "a", count: 128))")),
        .bad(ports("'80:90'", nil), numeric), .bad(ports("80", "ICMP"), numeric),
        .bad(ports("80", "1"), numeric), .bad(ports("80", "UDPLite"), numeric),
        .bad(rule("source: {notPorts: [80]}"), numeric),
        .bad(rule("source: {notPorts: [80]}", "egress"), numeric),
        .bad(ports("http, 80", nil), numeric), .bad(ports("65536"), "between 1 and 65535"),
        .bad(ports("'65536'"), "between 1 and 65535"), .bad(ports("80-90"), "port range invalid"),
        .bad(ports("':80'"), "port range invalid"), .bad(ports("'80, 81'"), "port range invalid"),
        .bad(ports("'ht:tp'"), "port range invalid"), .bad(ports("'080'"), "port range invalid"),
        .bad(ports("'1:02'"), "port range invalid"), .bad(ports("'+80'"), "port range invalid"),
        .bad(ports("'8_0'"), "port range invalid"),
        .bad(ports(String(repeating: "a", count: 129)), "port range invalid"),
      ])
    + table(
      policyKinds, "compatibility §1.3 Policy rules: protocols",
      [
        .ok(rule("protocol: 255")), .ok(rule("notProtocol: icmp")), .ok(rule("protocol: Icmpv6")),
        .bad(rule("protocol: ''"), "spec.ingress[0].protocol"),
        .bad(rule("protocol: 0"), "spec.ingress[0].protocol"),
        .bad(rule("protocol: '06'"), "spec.ingress[0].protocol"),
        .bad(rule("protocol: -1"), "spec.ingress[0].protocol"),
        .bad(rule("notProtocol: any"), "spec.ingress[0].notProtocol"),
        .bad(rule("notProtocol: 999"), "spec.ingress[0].notProtocol"),
        .bad(rule("protocol: Tcp, icmp: {type: 8}"), "ICMP fields require protocol"),
        .bad(rule("protocol: Icmp, ipVersion: 6"), "protocol ICMP requires ipVersion 4"),
      ])
    + table(
      policyKinds, "compatibility §1.3 Policy rules: nets",
      [
        .ok(rule("source: {nets: [10.0.0.0/8, 192.0.2.1]}")),
        .ok(rule("source: {nets: ['fd00::/8'], notNets: ['fd00::1']}")),
        .ok(rule("ipVersion: 6, source: {nets: ['fd00::/8']}")),
        .bad(rule("source: {nets: ['fd00::/129']}"), "source.nets[0]"),
        .bad(rule("destination: {notNets: [10.0.0.300]}"), "destination.notNets[0]"),
        .bad(rule("source: {nets: [cafe]}"), "source.nets[0]"),
        .bad(rule("source: {nets: [010.0.0.0/8]}"), "source.nets[0]"),
        .bad(rule("source: {notNets: ['fd00::/08']}"), "source.notNets[0]"),
        .bad(
          rule("source: {nets: [10.0.0.0/8], notNets: ['fd00::/8']}"),
          "rule contains both IPv4 and IPv6 CIDRs"),
        .bad(
          rule("source: {nets: [10.0.0.0/8]}, destination: {nets: ['fd00::/8']}"),
          "rule contains both IPv4 and IPv6 CIDRs"),
        .bad(
          rule("ipVersion: 6, destination: {notNets: [10.0.0.0/8]}"),
          "rule IP version doesn't match CIDR version"),
      ])
    + table(
      policyKinds, "compatibility §1.3 Policy rules: selectors",
      [
        .ok(rule("source: {namespaceSelector: (global())}")),
        .ok(rule("source: {selector: \"a == 'global()'\"}")),
        .ok(rule("source: {notSelector: \"a == 'global()'\"}")),
        .ok(rule("source: {serviceAccounts: {selector: \"a == 'global()'\"}}")),
        .ok("types: [Ingress, Egress], selector: 'a == \"global()\"'"),
        .bad(rule("source: {notSelector: '!global()'}"), notInRules),
        .bad(rule("destination: {notSelector: global()}", "egress"), notInRules),
        .bad(rule("source: {serviceAccounts: {selector: global()}}"), notInRules),
        .bad(rule("source: {namespaceSelector: 'global() || all()'}"), "namespaceSelector"),
        .bad("selector: global()", "spec.selector"),
        .bad("serviceAccountSelector: 'has(a) || global()'", "spec.serviceAccountSelector"),
      ])
    + table(
      policyKinds, "compatibility §1.3 Policy rules: http and annotations",
      [
        .ok(rule("http: {paths: [{exact: /a/b%20c;d=e}]}")),
        .bad(rule("http: {paths: [{}]}"), "http.paths[0]"),
        .bad(rule("http: {paths: [{prefix: \"/a\\u00a0\"}]}"), "http.paths[0].prefix"),
        .bad(rule("http: {paths: [{exact: ''}]}"), "http.paths[0].exact"),
        .ok(rule("metadata: {annotations: {A.b/C: d}}", "egress")),
        .bad(rule("metadata: {annotations: {'a b': c}}", "egress"), "metadata.annotations"),
        .bad(rule("metadata: {annotations: {a/b/c: d}}"), "metadata.annotations"),
      ])
    + table(
      policyKinds, "compatibility §1.2 GlobalNetworkPolicy: types and tiers",
      [
        .ok("tier: default"), .bad("tier: no.label", "spec.tier"),
        .bad("types: [Egress, Ingress, Egress]", "'Egress' type specified more than once"),
        .bad(
          "tier: t", "must be the tier that the policy's name begins with", name: "default.x",
          onlyInFiles: nameRule),
      ])

  static let kubernetesRules: [ValidationCase] = table(
    [.stagedKubernetesNetworkPolicy], "compatibility §1.2 StagedKubernetesNetworkPolicy: values",
    [
      .ok("ingress: [{from: [{namespaceSelector: {matchLabels: {a: b}}}]}]"),
      .ok("ingress: [{ports: [{port: http}, {port: '80'}]}]"),
      .ok("egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]"),
      .ok("stagedAction: Delete, podSelector: {matchExpressions: [], matchLabels: {}}, egress: []"),
      .bad("stagedAction: Delete, podSelector: {matchLabels: {a: b}}", "should all be zero-value"),
      .bad("ingress: [{ports: [{port: '080'}]}]", "ports[0].port"),
      .bad("ingress: [{ports: [{port: 0}]}]", "ports[0].port"),
      .bad("ingress: [{ports: [{port: 80-90}]}]", "ports[0].port"),
      .bad("ingress: [{ports: [{protocol: ''}]}]", "ports[0].protocol"),
      .bad("egress: [{to: [{ipBlock: {cidr: 10.0.0.0/99}}]}]", "ipBlock.cidr"),
      .bad("ingress: [{from: [{ipBlock: {cidr: 'fd00::/8', except: [cafe]}}]}]", "except[0]"),
    ])
}
