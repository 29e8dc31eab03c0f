// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing
import ValueTree

@Suite("Rules of policies")
struct RuleTests {
  /// The messages about a policy with one rule.
  private func messages(ingress: Value? = nil, egress: Value? = nil) -> [String] {
    var spec: Value = [:]
    if let ingress { spec["ingress"] = [ingress] }
    if let egress { spec["egress"] = [egress] }
    return complaints(.networkPolicy, namespace: "n", spec: spec)
  }

  @Test("HTTP matches are for Allow rules of ingress and TCP")
  func http() {
    let path: Value = ["http": ["methods": ["GET"], "paths": [["exact": "/a"]]]]
    var rule = path
    rule["action"] = "Allow"
    #expect(messages(ingress: rule).isEmpty)
    #expect(messages(egress: rule) == ["spec.egress[0].http: not allowed in egress rules"])
    rule["action"] = "Deny"
    rule["protocol"] = "UDP"
    #expect(
      messages(ingress: rule) == [
        "spec.ingress[0].http: HTTP match is only valid on Allow rules",
        "spec.ingress[0].http: rules with HTTP match must have protocol TCP or unset (is 'UDP')",
      ])
  }

  @Test("ICMP fields need an ICMP protocol, a code a type, and each protocol its IP version")
  func icmp() {
    #expect(
      messages(ingress: ["action": "Allow", "protocol": "ICMP", "icmp": ["type": 8, "code": 0]])
        .isEmpty)
    #expect(
      messages(ingress: ["action": "Allow", "protocol": 58, "notICMP": ["type": 128]]).isEmpty)
    #expect(
      messages(ingress: ["action": "Allow", "notICMP": ["code": 1]]) == [
        "spec.ingress[0].notICMP.code: ICMP code specified without an ICMP type",
        "spec.ingress[0].notICMP: ICMP fields require protocol to be ICMP or ICMPv6",
      ])
    #expect(
      messages(ingress: ["action": "Allow", "protocol": "icmp", "ipVersion": 6]) == [
        "spec.ingress[0].ipVersion: protocol ICMP requires ipVersion 4 (is '6')"
      ])
    #expect(
      messages(ingress: ["action": "Allow", "protocol": "ICMPv6", "ipVersion": 4]) == [
        "spec.ingress[0].ipVersion: protocol ICMPv6 requires ipVersion 6 (is '4')"
      ])
    #expect(
      messages(ingress: ["action": "Allow", "protocol": "ICMP", "icmp": ["type": 255]]) == [
        "spec.ingress[0].icmp.type: must be between 0 and 254 (is '255')"
      ])
  }

  @Test("ports need a protocol that has some")
  func portProtocols() {
    #expect(
      messages(ingress: ["action": "Allow", "destination": ["ports": ["web"]]]).isEmpty)
    #expect(
      messages(
        ingress: ["action": "Allow", "protocol": "ICMP", "destination": ["ports": ["web"]]]
      ) == [
        "spec.ingress[0].destination.ports: rules that specify ports must set protocol to TCP or "
          + "UDP or SCTP"
      ])
    #expect(
      messages(ingress: ["action": "Allow", "protocol": "ICMP", "source": ["notPorts": [1]]]) == [
        "spec.ingress[0].source.notPorts: rules with numeric port or port range must set protocol "
          + "to TCP or UDP or SCTP"
      ])
    #expect(
      messages(
        ingress: ["action": "Allow", "protocol": "sctp", "source": ["ports": [1, "2:3", "web"]]]
      ).isEmpty)
  }

  @Test("protocols have names or numbers")
  func protocols() {
    #expect(
      messages(ingress: ["action": "Allow", "protocol": "TPC", "notProtocol": 0]) == [
        "spec.ingress[0].protocol: protocol name invalid: must be one of ICMP, TCP, UDP, ICMPv6, "
          + "SCTP, UDPLite, or a number from 1 to 255 (is 'TPC')",
        "spec.ingress[0].notProtocol: protocol number invalid: must be between 1 and 255 (is '0')",
      ])
    #expect(messages(ingress: ["action": "Allow", "protocol": 255]).isEmpty)
    #expect(messages(ingress: ["action": "Allow", "protocol": 256]).count == 1)
    #expect(messages(ingress: ["action": "Allow", "protocol": "udplite"]).isEmpty)
  }

  @Test("the CIDRs of a rule are of one family, and none excludes everything")
  func families() {
    #expect(
      messages(
        ingress: [
          "action": "Allow", "source": ["nets": ["10.0.0.0/8"]],
          "destination": ["notNets": ["fd00::/8"]],
        ]) == ["spec.ingress[0]: rule contains both IPv4 and IPv6 CIDRs"])
    #expect(
      messages(ingress: ["action": "Allow", "ipVersion": 6, "source": ["nets": ["10.0.0.0/8"]]])
        == [
          "spec.ingress[0].source.nets[0]: rule IP version doesn't match CIDR version "
            + "(is '10.0.0.0/8')"
        ])
    #expect(
      messages(ingress: ["action": "Deny", "source": ["notNets": ["0.0.0.0/0"]]]) == [
        "spec.ingress[0].source.notNets[0]: catch-all CIDR in negation creates logical "
          + "contradiction (matches no traffic) (is '0.0.0.0/0')"
      ])
    #expect(messages(ingress: ["action": "Deny", "source": ["nets": ["0.0.0.0/0"]]]).isEmpty)
  }

  @Test("a service stands alone, and on one side only")
  func services() {
    let service: Value = ["name": "s"]
    #expect(messages(ingress: ["action": "Allow", "source": ["services": service]]).isEmpty)
    #expect(messages(egress: ["action": "Allow", "destination": ["services": service]]).isEmpty)
    #expect(
      messages(ingress: ["action": "Allow", "destination": ["services": service]]) == [
        "spec.ingress[0].destination.services: not allowed in ingress rule destination"
      ])
    #expect(
      messages(egress: ["action": "Allow", "source": ["services": service]]) == [
        "spec.egress[0].source.services: not allowed in egress rule source"
      ])
    let all = messages(
      egress: [
        "action": "Allow", "protocol": "TCP",
        "destination": [
          "services": ["namespace": "n"], "ports": [80], "namespaceSelector": "all()",
          "nets": ["10.0.0.0/8"], "notSelector": "has(a)", "serviceAccounts": ["names": ["a"]],
        ],
      ])
    #expect(
      all.map { String($0.dropFirst("spec.egress[0].destination.services: ".count)) } == [
        "services must specify a service name",
        "ports and notPorts cannot be specified with services",
        "cannot specify NamespaceSelector and Services on the same rule",
        "cannot specify Nets/NotNets and Services on the same rule",
        "cannot specify Selector/NotSelector and Services on the same rule",
        "cannot specify ServiceAccounts and Services on the same rule",
      ])
  }

  @Test("global() stands in namespace selectors only, and alone")
  func global() {
    #expect(
      messages(ingress: ["action": "Allow", "source": ["namespaceSelector": "global()"]]).isEmpty)
    #expect(
      messages(ingress: ["action": "Allow", "source": ["selector": "global()"]]) == [
        "spec.ingress[0].source.selector: global() can only be used in an EntityRule "
          + "namespaceSelector (is 'global()')"
      ])
    #expect(
      messages(ingress: ["action": "Allow", "source": ["namespaceSelector": "!global()"]]).count
        == 1)
  }

  @Test("there are bounds on lists and selectors")
  func bounds() {
    let long = "a == '\(String(repeating: "x", count: 1024))'"
    #expect(
      messages(ingress: ["action": "Allow", "source": ["selector": .string(long)]]).count == 1)
    let nets = Value.array(Array(repeating: "10.0.0.0/8", count: 257))
    #expect(
      messages(ingress: ["action": "Allow", "source": ["nets": nets]]) == [
        "spec.ingress[0].source.nets: must have at most 256 items, has 257"
      ])
    let rules = Value.array(Array(repeating: ["action": "Allow"], count: 1025))
    #expect(
      complaints(.networkPolicy, namespace: "n", spec: ["egress": rules]) == [
        "spec.egress: must have at most 1024 items, has 1025"
      ])
  }

  @Test("an action is required")
  func action() {
    #expect(messages(ingress: [:]) == ["spec.ingress[0].action: is required"])
    #expect(
      messages(ingress: ["action": "allow"]) == [
        "spec.ingress[0].action: must be one of Allow, Deny, Log, Pass (is 'allow')"
      ])
  }

  @Test("a policy without types applies where it has rules, and else to ingress")
  func types() {
    var spec = NetworkPolicySpec()
    #expect(spec.effectiveTypes == [.ingress])
    spec.egress = [Rule(.allow)]
    #expect(spec.effectiveTypes == [.egress])
    spec.ingress = [Rule(.allow)]
    #expect(spec.effectiveTypes == [.ingress, .egress])
    spec.egress = []
    #expect(spec.effectiveTypes == [.ingress])
    spec.types = [.egress]
    #expect(spec.effectiveTypes == [.egress])
  }
}
