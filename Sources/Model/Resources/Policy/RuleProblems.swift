// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import ValueTree

/// What is wrong with one rule.
struct RuleProblems {
  let rule: Rule
  let path: ValuePath
  var found: [FieldProblem] = []

  init(_ rule: Rule, isIngress: Bool, isGlobal: Bool, at path: ValuePath) {
    self.rule = rule
    self.path = path
    checkHTTP(isIngress: isIngress)
    checkICMP()
    checkFamilies()
    found += NameRules.problems(
      ofAnnotations: rule.metadata?.annotations ?? [:],
      at: path.appending("metadata").appending("annotations"))
    for (name, entity) in [("source", rule.source), ("destination", rule.destination)] {
      checkServices(entity, name, isIngress: isIngress, isGlobal: isGlobal)
      checkPorts(entity.ports, "\(name)", "ports")
      checkPorts(entity.notPorts, "\(name)", "notPorts")
    }
  }

  private mutating func wrong(_ names: String..., message: String, value: String? = nil) {
    let place = names.reduce(path) { $0.appending($1) }
    found.append(FieldProblem(path: place, message: message, value: value))
  }

  private mutating func checkHTTP(isIngress: Bool) {
    guard let http = rule.http else { return }
    if rule.action != .allow {
      wrong("http", message: "HTTP match is only valid on Allow rules")
    }
    if let transport = rule.transport, transport.ipProtocol != .tcp {
      wrong(
        "http", message: "rules with HTTP match must have protocol TCP or unset",
        value: transport.description)
    }
    if !isIngress { wrong("http", message: "not allowed in egress rules") }
    found += NameRules.problems(
      ofSet: http.methods, at: path.appending("http").appending("methods"))
    for (index, item) in http.paths.enumerated() {
      let place = path.appending("http").appending("paths").appending(index)
      if (item.exact == nil) == (item.prefix == nil) {
        found.append(FieldProblem(path: place, message: "must have either exact or prefix"))
      }
      for (name, text) in [("exact", item.exact), ("prefix", item.prefix)] {
        guard let text, let message = Self.pathProblem(text) else { continue }
        found.append(FieldProblem(path: place.appending(name), message: message, value: text))
      }
    }
  }

  /// A path that holds more could never be that of a request, and the rule would match nothing. Asked
  /// of each scalar: a mark behind a '?' makes another character of it, and the request's query all
  /// the same.
  private static func pathProblem(_ text: String) -> String? {
    text.unicodeScalars.first == "/"
      && !text.unicodeScalars.contains { $0 == "?" || $0 == "#" || $0.properties.isWhitespace }
      ? nil : "must begin with '/', and have no space, no query and no fragment"
  }

  private mutating func checkICMP() {
    let transport = rule.transport?.ipProtocol
    for (name, icmp) in [("icmp", rule.icmp), ("notICMP", rule.notICMP)] {
      guard let icmp else { continue }
      if icmp.code != nil, icmp.type == nil {
        wrong(name, "code", message: "ICMP code specified without an ICMP type")
      }
      if transport != .icmp, transport != .icmpv6 {
        wrong(name, message: "ICMP fields require protocol to be ICMP or ICMPv6")
      }
    }
    if transport == .icmp, rule.ipVersion == 6 {
      wrong("ipVersion", message: "protocol ICMP requires ipVersion 4", value: "6")
    }
    if transport == .icmpv6, rule.ipVersion == 4 {
      wrong("ipVersion", message: "protocol ICMPv6 requires ipVersion 6", value: "4")
    }
  }

  private mutating func checkFamilies() {
    let nets = [
      ("source", "nets", rule.source.nets), ("source", "notNets", rule.source.notNets),
      ("destination", "nets", rule.destination.nets),
      ("destination", "notNets", rule.destination.notNets),
    ]
    var families: Set<IPFamily> = []
    for (end, name, texts) in nets {
      for (index, text) in texts.enumerated() {
        guard let net = CIDR(text) else { continue }
        families.insert(net.family)
        let place = path.appending(end).appending(name).appending(index)
        if name == "notNets", net.prefixLength == 0 {
          found.append(
            FieldProblem(
              path: place,
              message:
                "catch-all CIDR in negation creates logical contradiction (matches no traffic)",
              value: text))
        }
        if let family = rule.family, family != net.family {
          found.append(
            FieldProblem(
              path: place, message: "rule IP version doesn't match CIDR version", value: text))
        }
      }
    }
    if families.count > 1 { wrong(message: "rule contains both IPv4 and IPv6 CIDRs") }
  }

  private mutating func checkServices(
    _ entity: EntityRule, _ name: String, isIngress: Bool, isGlobal: Bool
  ) {
    guard let services = entity.services else { return }
    func refuse(_ condition: Bool, _ message: String) {
      if condition { wrong(name, "services", message: message) }
    }
    refuse(services.name.isEmpty, "services must specify a service name")
    refuse(isGlobal && services.namespace.isEmpty, "must specify a namespace")
    refuse(isIngress && name == "destination", "not allowed in ingress rule destination")
    refuse(!isIngress && name == "source", "not allowed in egress rule source")
    // Calico lets ports stand beside the services that ingress rules name as sources.
    refuse(
      name == "destination" && (!entity.ports.isEmpty || !entity.notPorts.isEmpty),
      "ports and notPorts cannot be specified with services")
    refuse(
      !entity.namespaceSelector.isEmpty,
      "cannot specify NamespaceSelector and Services on the same rule")
    refuse(
      !entity.nets.isEmpty || !entity.notNets.isEmpty,
      "cannot specify Nets/NotNets and Services on the same rule")
    refuse(
      !entity.selector.isEmpty || !entity.notSelector.isEmpty,
      "cannot specify Selector/NotSelector and Services on the same rule")
    refuse(
      entity.serviceAccounts != nil,
      "cannot specify ServiceAccounts and Services on the same rule")
  }

  private mutating func checkPorts(_ ports: [PolicyPort], _ end: String, _ name: String) {
    guard !ports.isEmpty, rule.transport?.ipProtocol?.hasPorts != true else { return }
    let hasNumbers = ports.contains { $0.name == nil }
    // A name says of each endpoint which protocol is meant.
    if rule.transport == nil, !hasNumbers { return }
    wrong(
      end, name,
      message: hasNumbers
        ? "rules with numeric port or port range must set protocol to TCP or UDP or SCTP"
        : "rules that specify ports must set protocol to TCP or UDP or SCTP")
  }
}
