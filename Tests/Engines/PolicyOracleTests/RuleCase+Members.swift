// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyOracle
import Resources
import ValueTree

extension RuleCase {
  /// CIDRs.
  static let addresses: [RuleCase] = [
    RuleCase("a net has the source in it", .tcp(80), true) { $0.source.nets = ["10.65.0.0/24"] },
    RuleCase("a net without the source", .tcp(80, from: Town.stranger), false) {
      $0.source.nets = ["10.65.0.0/24"]
    },
    RuleCase("any of several nets", .tcp(80, from: Town.stranger), true) {
      $0.source.nets = ["10.65.0.0/24", "203.0.113.0/31"]
    },
    RuleCase("an address without a length is a host", .tcp(80), true) {
      $0.source.nets = ["10.65.0.2"]
    },
    RuleCase("the neighbour of a host is outside", .tcp(80), false) {
      $0.source.nets = ["10.65.0.3"]
    },
    RuleCase("nets of the destination are compared with it", .tcp(80), true) {
      $0.destination.nets = ["10.65.1.0/24"]
    },
    RuleCase("a net of all IPv4 has IPv4", .tcp(80), true) { $0.source.nets = ["0.0.0.0/0"] },
    RuleCase("a net of all IPv4 has no IPv6", .tcp(80, from: Town.web6, to: Town.db6), false) {
      $0.source.nets = ["0.0.0.0/0"]
    },
    RuleCase("an IPv6 net has IPv6", .tcp(80, from: Town.web6, to: Town.db6), true) {
      $0.source.nets = ["fd65::/112"]
    },
    RuleCase("notNets leaves what is inside", .tcp(80), false) {
      $0.source.notNets = ["10.65.0.0/24"]
    },
    RuleCase("notNets matches what is outside", .tcp(80, from: Town.stranger), true) {
      $0.source.notNets = ["10.65.0.0/24"]
    },
    RuleCase("nets without a part of them", .tcp(80), false) {
      $0.source.nets = ["10.65.0.0/16"]
      $0.source.notNets = ["10.65.0.0/30"]
    },
    RuleCase(
      "negated CIDRs too bind a rule to their version",
      .tcp(80, from: Town.stranger6, to: Town.db6), false
    ) { $0.source.notNets = ["10.65.0.0/24"] },
    RuleCase(
      "CIDRs of one end bind the rule for the other end too",
      .tcp(80, from: Town.stranger6, to: Town.db6), false
    ) { $0.destination.notNets = ["192.168.0.0/16"] },
  ]

  /// Selectors.
  static let members: [RuleCase] = [
    RuleCase("a selector selects an endpoint", .tcp(80), true) {
      $0.source.selector = "app == 'web'"
    },
    RuleCase("a selector selects its IPv6 address", .tcp(80, from: Town.web6, to: Town.db6), true) {
      $0.source.selector = "app == 'web'"
    },
    RuleCase("a selector leaves other endpoints", .tcp(80), false) {
      $0.source.selector = "app == 'db'"
    },
    RuleCase("a global policy selects in all namespaces", .tcp(80, from: Town.probe), true) {
      $0.source.selector = "app == 'web'"
    },
    RuleCase(
      "a namespaced policy selects in its namespace", .tcp(80, from: Town.probe), false,
      in: .namespaced
    ) { $0.source.selector = "app == 'web'" },
    RuleCase("a namespaced policy finds its namespace's", .tcp(80), true, in: .namespaced) {
      $0.source.selector = "app == 'web'"
    },
    RuleCase("all() is every known endpoint", .tcp(80, from: Town.probe), true) {
      $0.source.selector = "all()"
    },
    RuleCase("all() is no unknown address", .tcp(80, from: Town.stranger), false) {
      $0.source.selector = "all()"
    },
    RuleCase("a selector selects a global network set", .tcp(80, from: Town.known), true) {
      $0.source.selector = "kind == 'public'"
    },
    RuleCase(
      "a selector selects an IPv6 net of a set", .tcp(80, from: Town.known6, to: Town.db6), true
    ) { $0.source.selector = "kind == 'public'" },
    RuleCase("a selector selects a namespaced network set", .tcp(80, from: Town.partner), true) {
      $0.source.selector = "kind == 'partner'"
    },
    RuleCase(
      "a namespaced policy selects the sets of its namespace", .tcp(80, from: Town.partner), true,
      in: .namespaced
    ) { $0.source.selector = "kind in {'partner', 'public'}" },
    RuleCase(
      "a namespaced policy does not select global sets", .tcp(80, from: Town.known), false,
      in: .namespaced
    ) { $0.source.selector = "kind in {'partner', 'public'}" },
    RuleCase("a missing label is unequal to all values", .tcp(80), true) {
      $0.source.selector = "color != 'red'"
    },
    RuleCase("a selector sees inherited labels", .tcp(80), true) {
      $0.source.selector = "pcns.env == 'prod'"
    },
    RuleCase("a selector sees the namespace as a label", .tcp(80, from: Town.probe), true) {
      $0.source.selector = "projectcalico.org/namespace == 'lab'"
    },

    RuleCase("namespaceSelector is about the namespace's labels", .tcp(80), true) {
      $0.source.namespaceSelector = "env == 'prod'"
    },
    RuleCase("namespaceSelector leaves other namespaces", .tcp(80, from: Town.probe), false) {
      $0.source.namespaceSelector = "env == 'prod'"
    },
    RuleCase("namespaceSelector is not about the endpoint's labels", .tcp(80), false) {
      $0.source.namespaceSelector = "app == 'web'"
    },
    RuleCase(
      "namespaceSelector leads a namespaced policy out of its namespace",
      .tcp(80, from: Town.probe), true, in: .namespaced
    ) {
      $0.source.namespaceSelector = "env == 'test'"
      $0.source.selector = "app == 'web'"
    },
    RuleCase("namespaceSelector and selector both count", .tcp(80), false) {
      $0.source.namespaceSelector = "env == 'test'"
      $0.source.selector = "app == 'web'"
    },
    RuleCase("a namespace has its name as a label", .tcp(80, from: Town.probe), true) {
      $0.source.namespaceSelector = "projectcalico.org/name == 'lab'"
    },
    RuleCase("a network set is in its namespace", .tcp(80, from: Town.partner), true) {
      $0.source.namespaceSelector = "env == 'prod'"
    },
    RuleCase("namespaceSelector all() has every namespace", .tcp(80, from: Town.probe), true) {
      $0.source.namespaceSelector = "all()"
    },
    RuleCase("namespaceSelector all() has nothing global", .tcp(80, from: Town.known), false) {
      $0.source.namespaceSelector = "all()"
    },
    RuleCase("namespaceSelector all() has no unknown address", .tcp(80, from: Town.stranger), false)
    { $0.source.namespaceSelector = "all()" },
    RuleCase(
      "namespaceSelector global() has what is global", .tcp(80, from: Town.known), true,
      in: .namespaced
    ) {
      $0.source.namespaceSelector = "global()"
      $0.source.selector = "kind == 'public'"
    },
    RuleCase("namespaceSelector global() has no workload", .tcp(80), false) {
      $0.source.namespaceSelector = "global()"
    },
    RuleCase(
      "what is global is in no namespace that is not this one", .tcp(80, from: Town.known), false
    ) { $0.source.namespaceSelector = "env != 'prod'" },
    RuleCase(
      "a namespace without the label is unequal to all values", .tcp(80, from: Town.probe), true
    ) { $0.source.namespaceSelector = "zone != 'x' && projectcalico.org/name not in {'shop'}" },
    RuleCase(
      "an unknown address is in no namespace that is not this one",
      .tcp(80, from: Town.stranger), false
    ) { $0.source.namespaceSelector = "!(env == 'prod')" },
    RuleCase("all namespaces but none", .tcp(80, from: Town.known), false) {
      $0.source.namespaceSelector = "env not in {}"
    },
    RuleCase(
      "Deny of other namespaces leaves what is global", .tcp(80, from: Town.known), false, .deny
    ) { $0.source.namespaceSelector = "!has(zone)" },

    RuleCase("notSelector leaves what it selects", .tcp(80), false) {
      $0.source.notSelector = "app == 'web'"
    },
    RuleCase("notSelector alone matches other endpoints", .tcp(80), true) {
      $0.source.notSelector = "app == 'db'"
    },
    RuleCase("notSelector alone matches unknown addresses", .tcp(80, from: Town.stranger), true) {
      $0.source.notSelector = "app == 'db'"
    },
    RuleCase("notSelector leaves network sets", .tcp(80, from: Town.known), false) {
      $0.source.notSelector = "kind == 'public'"
    },
    RuleCase("selector without notSelector", .tcp(80), false) {
      $0.source.selector = "app == 'web'"
      $0.source.notSelector = "tier == 'front'"
    },
    RuleCase(
      "notSelector alone in a namespaced policy matches its namespace", .tcp(80), true,
      in: .namespaced
    ) { $0.source.notSelector = "app == 'db'" },
    RuleCase(
      "notSelector alone in a namespaced policy matches nothing outside",
      .tcp(80, from: Town.stranger), false, in: .namespaced
    ) { $0.source.notSelector = "app == 'db'" },
    RuleCase(
      "notSelector and namespaceSelector: in the namespace and not selected",
      .tcp(80, from: Town.probe), false
    ) {
      $0.source.namespaceSelector = "env == 'test'"
      $0.source.notSelector = "app == 'web'"
    },

    RuleCase("a service account by name", .tcp(80), true) {
      $0.source.serviceAccounts = accounts(names: ["web", "api"])
    },
    RuleCase("another service account", .tcp(80), false) {
      $0.source.serviceAccounts = accounts(names: ["api"])
    },
    RuleCase("a service account by its labels", .tcp(80), true) {
      $0.source.serviceAccounts = accounts(selector: "role == 'front'")
    },
    RuleCase("a service account's labels are not the pod's", .tcp(80), false) {
      $0.source.serviceAccounts = accounts(selector: "app == 'web'")
    },
    RuleCase("a service account by name and labels needs both", .tcp(80), false) {
      $0.source.serviceAccounts = accounts(names: ["web"], selector: "role == 'store'")
    },
    RuleCase("a pod without a service account has no name", .tcp(80, from: Town.probe), false) {
      $0.source.serviceAccounts = accounts(names: ["web", "probe"])
    },
    RuleCase(
      "a pod without a service account is under none that is not this one",
      .tcp(80, from: Town.probe), false
    ) { $0.source.serviceAccounts = accounts(selector: "role != 'store'") },
    RuleCase(
      "a pod without a service account is under none of all", .tcp(80, from: Town.probe), false
    ) { $0.source.serviceAccounts = accounts(selector: "all()") },
    RuleCase("a service account is one of all", .tcp(80), true) {
      $0.source.serviceAccounts = accounts(selector: "all()")
    },
    RuleCase("a service account without the label is unequal to all values", .tcp(80), true) {
      $0.source.serviceAccounts = accounts(selector: "zone != 'x'")
    },
    RuleCase("a network set is under no service account", .tcp(80, from: Town.partner), false) {
      $0.source.serviceAccounts = accounts(selector: "!has(role)")
    },
    RuleCase("service accounts and a selector both count", .tcp(80), false) {
      $0.source.serviceAccounts = accounts(names: ["web"])
      $0.source.selector = "app == 'db'"
    },
    RuleCase(
      "service accounts of a namespaced policy are of its namespace", .tcp(80), true,
      in: .namespaced
    ) { $0.source.serviceAccounts = accounts(names: ["web"]) },
    RuleCase("nets and a selector both count", .tcp(80), false) {
      $0.source.selector = "app == 'web'"
      $0.source.nets = ["10.65.1.0/24"]
    },
    RuleCase("source and destination both count", .tcp(80), false) {
      $0.source.selector = "app == 'web'"
      $0.destination.selector = "app == 'web'"
    },
  ]

  /// What cannot be answered fails closed.
  static let unanswerable: [RuleCase] = [
    RuleCase("Allow with http never matches", .tcp(80), false) { $0.http = HTTPMatch() },
    RuleCase("Deny with http does without it", .tcp(80), true, .deny) { $0.http = HTTPMatch() },
    RuleCase("Deny with http keeps its other criteria", .tcp(80), false, .deny) {
      $0.http = HTTPMatch()
      $0.transport = "UDP"
    },
    RuleCase("Allow of a service never matches", .tcp(80), false, in: .namespaced) {
      $0.source.services = service("db")
    },
    RuleCase("Deny of a service does without it", .tcp(80), true, in: .namespaced, .deny) {
      $0.source.services = service("db")
    },
    RuleCase("Allow by a broken selector never matches", .tcp(80), false) {
      $0.source.selector = "app =="
    },
    RuleCase("Deny by a broken selector does without it", .tcp(80), true, .deny) {
      $0.source.selector = "app =="
    },
    RuleCase("Allow by a broken CIDR never matches", .tcp(80), false) {
      $0.source.nets = ["10.65.0.0/24", "10.65.0"]
    },
    RuleCase("Allow of ports without a protocol never matches", .tcp(80), false) {
      $0.destination.ports = [80]
    },
    RuleCase("Deny of ports without a protocol denies them all", .icmp(8), true, .deny) {
      $0.destination.ports = [80]
    },
    RuleCase("Allow of a protocol that there is not never matches", .tcp(80), false) {
      $0.transport = "TPC"
    },
    RuleCase("Allow of an ICMP type without a protocol never matches", .icmp(8), false) {
      $0.icmp = ICMPFields(type: 8)
    },
    RuleCase("Allow with a field that is not known never matches", .tcp(80), false) {
      $0.source.unknown = [UnknownMember("domains", .array([]))]
    },
    RuleCase("Deny with global() as a selector does without it", .tcp(80), true, .deny) {
      $0.source.selector = "global()"
    },
  ]

  private static func accounts(names: [String] = [], selector: String = "") -> ServiceAccountMatch {
    var match = ServiceAccountMatch()
    match.names = names
    match.selector = selector
    return match
  }

  private static func service(_ name: String) -> ServiceMatch {
    var match = ServiceMatch()
    match.name = name
    return match
  }
}
