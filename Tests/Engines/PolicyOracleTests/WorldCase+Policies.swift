// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyOracle
import Resources

extension WorldCase {
  static let out = "egress by Profile(kns.shop) egress[0] Allow"
  static let into = "ingress by Profile(kns.shop) ingress[0] Allow"

  /// Sides and types.
  static let directions: [WorldCase] = [
    WorldCase("without policies profiles decide on both sides", .tcp(80), .allow, [out, into]),
    WorldCase(
      "an ingress policy leaves egress to the profiles", .tcp(80), .deny,
      [out, "ingress at the end of tier default: no policy decided"]
    ) { $0.globalPolicies = [Town.global()] },
    WorldCase(
      "egress of the source comes first", .tcp(80), .deny,
      ["egress by GlobalNetworkPolicy(rules) egress[0] Deny"]
    ) {
      $0.globalPolicies = [
        Town.global(ingress: [Rule(.deny)], egress: [Rule(.deny)]) { $0.selector = "" }
      ]
    },
    WorldCase(
      "both sides are asked on one node", .tcp(80, from: Town.probe), .deny,
      [
        "egress by GlobalNetworkPolicy(rules) egress[0] Allow",
        "ingress by GlobalNetworkPolicy(rules) ingress[0] Deny",
      ]
    ) {
      $0.globalPolicies = [
        Town.global(ingress: [Rule(.deny)], egress: [Rule(.allow)]) { $0.selector = "all()" }
      ]
    },
    WorldCase("from outside only ingress is asked", .tcp(80, from: Town.stranger), .allow, [into]),
    WorldCase("to outside only egress is asked", .tcp(80, to: Town.stranger), .allow, [out]),
    WorldCase(
      "a policy with egress rules alone is none for ingress", .tcp(80), .allow, [out, into]
    ) { $0.globalPolicies = [Town.global(egress: [Rule(.deny)])] },
    WorldCase(
      "a policy with ingress rules alone is none for egress", .tcp(80, from: Town.db, to: Town.web),
      .allow, [out, into]
    ) { $0.globalPolicies = [Town.global(ingress: [Rule(.deny)])] },
    WorldCase(
      "a policy with both kinds of rules is for both", .tcp(80, from: Town.db, to: Town.web), .deny,
      ["egress by GlobalNetworkPolicy(rules) egress[0] Deny"]
    ) { $0.globalPolicies = [Town.global(ingress: [Rule(.allow)], egress: [Rule(.deny)])] },
    WorldCase(
      "types leaves out rules of the other direction", .tcp(80), .allow, [out, into]
    ) {
      $0.globalPolicies = [
        Town.global(ingress: [Rule(.deny)], egress: [Rule(.allow)]) { $0.types = [.egress] }
      ]
    },
    WorldCase(
      "types without rules denies that direction", .tcp(80, from: Town.db, to: Town.web), .deny,
      ["egress at the end of tier default: no policy decided"]
    ) { $0.globalPolicies = [Town.global { $0.types = [.egress] }] },
  ]

  /// Which endpoints a policy is for.
  static let selection: [WorldCase] = [
    WorldCase("a policy for others does nothing", .tcp(80), .allow, [out, into]) {
      $0.globalPolicies = [Town.global { $0.selector = "app == 'cache'" }]
    },
    WorldCase(
      "an empty selector is for all", .tcp(80, from: Town.stranger), .deny,
      ["ingress at the end of tier default: no policy decided"]
    ) { $0.globalPolicies = [Town.global { $0.selector = "" }] },
    WorldCase("a policy of another namespace does nothing", .tcp(80), .allow, [out, into]) {
      $0.policies = [Town.namespaced(in: "lab")]
    },
    WorldCase(
      "a policy of the namespace applies", .tcp(80), .deny,
      [out, "ingress at the end of tier default: no policy decided"]
    ) { $0.policies = [Town.namespaced()] },
    WorldCase(
      "namespaceSelector selects by the namespace", .tcp(80, to: Town.probe), .deny,
      [out, "ingress at the end of tier default: no policy decided"]
    ) {
      $0.globalPolicies = [
        Town.global {
          $0.selector = ""
          $0.namespaceSelector = "env == 'test'"
        }
      ]
    },
    WorldCase("namespaceSelector leaves other namespaces", .tcp(80), .allow, [out, into]) {
      $0.globalPolicies = [Town.global { $0.namespaceSelector = "env == 'test'" }]
    },
    WorldCase(
      "serviceAccountSelector selects by the service account", .tcp(80), .deny,
      [out, "ingress at the end of tier default: no policy decided"]
    ) { $0.policies = [Town.namespaced { $0.serviceAccountSelector = "role == 'store'" }] },
    WorldCase("serviceAccountSelector leaves others", .tcp(80), .allow, [out, into]) {
      $0.policies = [Town.namespaced { $0.serviceAccountSelector = "role == 'front'" }]
    },
    WorldCase("a doNotTrack policy is not for workloads", .tcp(80), .allow, [out, into]) {
      $0.globalPolicies = [
        Town.global(ingress: [Rule(.deny)]) {
          $0.doNotTrack = true
          $0.applyOnForward = true
        }
      ]
    },
    WorldCase("a preDNAT policy is not for workloads", .tcp(80), .allow, [out, into]) {
      $0.globalPolicies = [
        Town.global(ingress: [Rule(.deny)]) {
          $0.preDNAT = true
          $0.applyOnForward = true
        }
      ]
    },
    WorldCase(
      "an applyOnForward policy is for workloads too", .tcp(80), .deny,
      [out, "ingress by GlobalNetworkPolicy(rules) ingress[0] Deny"]
    ) { $0.globalPolicies = [Town.global(ingress: [Rule(.deny)]) { $0.applyOnForward = true }] },
    WorldCase(
      "a policy whose selector cannot be read is for all and allows nothing", .tcp(80), .deny,
      [out, "ingress at the end of tier default: no policy decided"]
    ) {
      $0.globalPolicies = [Town.global(ingress: [Rule(.allow)]) { $0.selector = "app = 'db'" }]
    },
  ]

  /// Order of policies and tiers, Pass and Log.
  static let order: [WorldCase] = [
    WorldCase(
      "the lower order comes first", .tcp(80), .allow,
      [out, "ingress by GlobalNetworkPolicy(z) ingress[0] Allow"]
    ) {
      $0.globalPolicies = [
        Town.global("a", ingress: [Rule(.deny)]) { $0.order = 10 },
        Town.global("z", ingress: [Rule(.allow)]) { $0.order = 9.5 },
      ]
    },
    WorldCase(
      "no order comes last", .tcp(80), .allow,
      [out, "ingress by GlobalNetworkPolicy(z) ingress[0] Allow"]
    ) {
      $0.globalPolicies = [
        Town.global("a", ingress: [Rule(.deny)]),
        Town.global("z", ingress: [Rule(.allow)]) { $0.order = .infinity },
      ]
    },
    WorldCase(
      "an order that is no number is none", .tcp(80), .allow,
      [out, "ingress by GlobalNetworkPolicy(z) ingress[0] Allow"]
    ) {
      $0.globalPolicies = [
        Town.global("a", ingress: [Rule(.deny)]) { $0.order = .nan },
        Town.global("z", ingress: [Rule(.allow)]) { $0.order = 1 },
      ]
    },
    WorldCase(
      "equal orders go by name", .tcp(80), .deny,
      [out, "ingress by GlobalNetworkPolicy(a) ingress[0] Deny"]
    ) {
      $0.globalPolicies = [
        Town.global("z", ingress: [Rule(.allow)]) { $0.order = 1 },
        Town.global("a", ingress: [Rule(.deny)]) { $0.order = 1 },
      ]
    },
    WorldCase(
      "both kinds of policies are in one order", .tcp(80), .allow,
      [out, "ingress by NetworkPolicy(shop/m) ingress[0] Allow"]
    ) {
      $0.globalPolicies = [Town.global("z", ingress: [Rule(.deny)])]
      $0.policies = [Town.namespaced("m", ingress: [Rule(.allow)])]
    },
    WorldCase(
      "the first rule that matches decides", .tcp(80), .deny,
      [out, "ingress by GlobalNetworkPolicy(rules) ingress[1] Deny"]
    ) {
      $0.globalPolicies = [
        Town.global(ingress: [Rule(.allow, transport: "UDP"), Rule(.deny), Rule(.allow)])
      ]
    },
    WorldCase(
      "a policy that does not decide leaves it to the next", .tcp(80), .allow,
      [out, "ingress by GlobalNetworkPolicy(b) ingress[0] Allow"]
    ) {
      $0.globalPolicies = [
        Town.global("a", ingress: [Rule(.allow, transport: "UDP")]),
        Town.global("b", ingress: [Rule(.allow)]),
      ]
    },
    WorldCase(
      "Log goes on", .tcp(80), .allow,
      [out, "ingress by GlobalNetworkPolicy(rules) ingress[1] Allow"]
    ) { $0.globalPolicies = [Town.global(ingress: [Rule(.log), Rule(.allow)])] },
    WorldCase(
      "Log alone decides nothing", .tcp(80), .deny,
      [out, "ingress at the end of tier default: no policy decided"]
    ) { $0.globalPolicies = [Town.global(ingress: [Rule(.log)])] },
    WorldCase(
      "Pass in the last tier leads to the profiles", .tcp(80), .allow, [out, into]
    ) { $0.globalPolicies = [Town.global(ingress: [Rule(.pass), Rule(.deny)])] },
    WorldCase(
      "Pass skips the rest of the tier and leads to the next", .tcp(80), .deny,
      [out, "ingress by GlobalNetworkPolicy(base) ingress[0] Deny"]
    ) {
      $0.tiers = [Town.tier("platform", 10)]
      $0.globalPolicies = [
        Town.global("a", ingress: [Rule(.pass)]) { $0.tier = "platform" },
        Town.global("b", ingress: [Rule(.allow)]) { $0.tier = "platform" },
        Town.global("base", ingress: [Rule(.deny)]),
      ]
    },
    WorldCase(
      "tiers go by order", .tcp(80), .allow,
      [out, "ingress by GlobalNetworkPolicy(late) ingress[0] Allow"]
    ) {
      $0.tiers = [Town.tier("a", 20), Town.tier("z", 10)]
      $0.globalPolicies = [
        Town.global("early", ingress: [Rule(.deny)]) { $0.tier = "a" },
        Town.global("late", ingress: [Rule(.allow)]) { $0.tier = "z" },
      ]
    },
    WorldCase(
      "a tier without order comes after default", .tcp(80), .allow,
      [out, "ingress by GlobalNetworkPolicy(base) ingress[0] Allow"]
    ) {
      $0.tiers = [Town.tier("a", nil)]
      $0.globalPolicies = [
        Town.global("last", ingress: [Rule(.deny)]) { $0.tier = "a" },
        Town.global("base", ingress: [Rule(.allow)]),
      ]
    },
    WorldCase(
      "a tier denies at its end", .tcp(80), .deny,
      [out, "ingress at the end of tier platform: no policy decided"]
    ) {
      $0.tiers = [Town.tier("platform", 10)]
      $0.globalPolicies = [
        Town.global("a", ingress: [Rule(.allow, transport: "UDP")]) { $0.tier = "platform" },
        Town.global("base", ingress: [Rule(.allow)]),
      ]
    },
    WorldCase(
      "a tier with default action Pass passes at its end", .tcp(80), .allow,
      [out, "ingress by GlobalNetworkPolicy(base) ingress[0] Allow"]
    ) {
      $0.tiers = [Town.tier("platform", 10, .pass)]
      $0.globalPolicies = [
        Town.global("a", ingress: [Rule(.allow, transport: "UDP")]) { $0.tier = "platform" },
        Town.global("base", ingress: [Rule(.allow)]),
      ]
    },
    WorldCase(
      "a tier without policies of the direction is skipped", .tcp(80), .allow, [out, into]
    ) {
      $0.tiers = [Town.tier("platform", 10)]
      $0.globalPolicies = [
        Town.global("a", egress: [Rule(.deny)]) { $0.tier = "platform" }
      ]
    },
    WorldCase(
      "the name can say the tier", .tcp(80), .deny,
      [out, "ingress at the end of tier platform: no policy decided"]
    ) {
      $0.tiers = [Town.tier("platform", 10)]
      $0.globalPolicies = [Town.global("platform.a"), Town.global(ingress: [Rule(.allow)])]
    },
    WorldCase(
      "built-in tiers are there without being stored", .tcp(80), .deny,
      [out, "ingress by GlobalNetworkPolicy(base) ingress[0] Deny"]
    ) {
      $0.globalPolicies = [
        Town.global("admin") { $0.tier = "kube-admin" },
        Town.global("baseline", ingress: [Rule(.allow)]) { $0.tier = "kube-baseline" },
        Town.global("base", ingress: [Rule(.deny)]),
      ]
    },
    WorldCase(
      "a tier that does not exist comes last and denies", .tcp(80), .deny,
      [out, "ingress at the end of tier ghost: no policy decided"]
    ) {
      $0.globalPolicies = [
        Town.global("a") { $0.tier = "ghost" },
        Town.global("base", ingress: [Rule(.pass)]),
      ]
    },
  ]
}
