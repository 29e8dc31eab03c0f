// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One end of the traffic that a rule matches.
public struct EntityRule: Described {
  public var nets: [String] = []
  public var selector = ""
  public var namespaceSelector = ""
  public var services: ServiceMatch?
  public var ports: [PolicyPort] = []
  public var notNets: [String] = []
  public var notSelector = ""
  public var notPorts: [PolicyPort] = []
  public var serviceAccounts: ServiceAccountMatch?
  public var unknown: [UnknownMember] = []

  public init() {}

  public init(
    nets: [String] = [], selector: String = "", namespaceSelector: String = "",
    ports: [PolicyPort] = []
  ) {
    self.nets = nets
    self.selector = selector
    self.namespaceSelector = namespaceSelector
    self.ports = ports
  }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted(
      "nets", &nets, check: .each(.cidr, atMost: 256), doc: "Addresses in any of these CIDRs.")
    v.defaulted(
      "selector", &selector, check: .selector, doc: "Endpoints and network sets with such labels.")
    v.defaulted(
      "namespaceSelector", &namespaceSelector, check: .namespaceSelector,
      doc: "Only in namespaces with such labels; global() is outside all namespaces.")
    v.optional("services", &services, doc: "The endpoints of a Kubernetes service.")
    v.defaulted("ports", &ports, check: .each(.valid, atMost: 50), doc: "Any of these ports.")
    v.defaulted(
      "notNets", &notNets, check: .each(.cidr, atMost: 256),
      doc: "Addresses in none of these CIDRs.")
    v.defaulted(
      "notSelector", &notSelector, check: .selector, doc: "Nothing that has such labels.")
    v.defaulted(
      "notPorts", &notPorts, check: .each(.valid, atMost: 50), doc: "None of these ports.")
    v.optional("serviceAccounts", &serviceAccounts, doc: "Pods of these service accounts.")
    v.rest(&unknown)
  }
}
