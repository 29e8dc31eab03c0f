// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyOracle
import Resources

/// Who says that it belongs where it does not, and who does not say where it belongs.
extension WorldCase {
  static let claims: [WorldCase] = [
    WorldCase(
      "a pod that claims labels of another namespace is in its own",
      .tcp(80, from: Town.probe), .deny, refused
    ) {
      $0.endpoints[2].metadata.labels["pcns.env"] = "prod"
      $0.endpoints[2].metadata.labels["pcns.projectcalico.org/name"] = "shop"
      $0.globalPolicies = [allowing(EntityRule(namespaceSelector: "env == 'prod'"))]
    },
    WorldCase(
      "a pod that claims them is not seen with them by a selector either",
      .tcp(80, from: Town.probe), .deny, refused
    ) {
      $0.endpoints[2].metadata.labels["pcns.zone"] = "a"
      $0.endpoints[2].metadata.labels["projectcalico.org/name"] = "shop"
      $0.globalPolicies = [
        allowing(EntityRule(selector: "has(pcns.zone) || has(projectcalico.org/name)"))
      ]
    },
    WorldCase(
      "a pod that names another namespace's profile is in its own",
      .tcp(80, from: Town.probe), .deny,
      ["egress by Profile(kns.shop) egress[0] Allow", refused[1]]
    ) {
      $0.endpoints[2].spec.profiles = ["kns.shop"]
      $0.globalPolicies = [allowing(EntityRule(namespaceSelector: "env == 'prod'"))]
    },
    WorldCase(
      "a pod whose profile claims another namespace is in its own",
      .tcp(80, from: Town.probe), .deny, refused
    ) {
      $0.profiles.append(Town.profile("extra", ["pcns.env": "prod"], open: false))
      $0.endpoints[2].spec.profiles.insert("extra", at: 0)
      $0.globalPolicies = [allowing(EntityRule(namespaceSelector: "env == 'prod'"))]
    },
    WorldCase(
      "a pod is in its namespace without naming its profile", .tcp(80, from: Town.probe), .allow,
      ["egress by Profile(open) egress[0] Allow", admitted]
    ) {
      $0.profiles.append(Town.profile("open", [:]))
      $0.endpoints[2].spec.profiles = ["open"]
      $0.globalPolicies = [allowing(EntityRule(namespaceSelector: "env == 'test'"))]
    },
    WorldCase(
      "a namespace without a profile has its name", .tcp(80, from: Town.probe), .deny,
      ["egress by Profile(open) egress[0] Allow", refused[1]]
    ) {
      $0.profiles.append(Town.profile("open", [:]))
      $0.profiles.removeAll { $0.metadata.name == "kns.lab" }
      $0.endpoints[2].spec.profiles = ["open"]
      $0.globalPolicies = [
        allowing(EntityRule(namespaceSelector: "projectcalico.org/name not in {'lab'}"))
      ]
    },
    WorldCase(
      "a pod without a service account cannot claim one", .tcp(80, from: Town.probe), .deny, refused
    ) {
      $0.endpoints[2].metadata.labels["projectcalico.org/serviceaccount"] = "web"
      $0.endpoints[2].metadata.labels["pcsa.role"] = "front"
      $0.globalPolicies = [
        allowing(account("web")),
        allowing(EntityRule(selector: "pcsa.role == 'front'"), named: "more"),
      ]
    },
    WorldCase(
      "a service account with a name too long for a label has it all the same",
      .tcp(80, from: Town.probe), .allow, ["egress by Profile(kns.lab) egress[0] Allow", admitted]
    ) {
      $0.endpoints[2].spec.serviceAccountName = longName
      $0.globalPolicies = [allowing(account(longName))]
    },
    WorldCase(
      "a service account with such a name is not one that is claimed",
      .tcp(80, from: Town.probe), .deny, refused
    ) {
      $0.endpoints[2].spec.serviceAccountName = longName
      $0.endpoints[2].metadata.labels["projectcalico.org/serviceaccount"] = "web"
      $0.globalPolicies = [allowing(account("web"))]
    },
    WorldCase(
      "a pod without an orchestrator cannot claim one", .tcp(80, from: Town.probe), .deny, refused
    ) {
      $0.endpoints[2].spec.orchestrator = ""
      $0.endpoints[2].metadata.labels["projectcalico.org/orchestrator"] = "k8s"
      $0.globalPolicies = [
        allowing(EntityRule(selector: "projectcalico.org/orchestrator == 'k8s'"))
      ]
    },
    WorldCase(
      "a global set that claims a namespace is in none", .tcp(80, from: Town.known), .deny,
      [refused[1]]
    ) {
      $0.globalNetworkSets[0].metadata.labels["pcns.env"] = "prod"
      $0.globalNetworkSets[0].metadata.labels["projectcalico.org/namespace"] = "shop"
      $0.globalPolicies = [allowing(EntityRule(namespaceSelector: "env == 'prod'"))]
      $0.policies = [
        Town.namespaced(ingress: [Rule(.allow, source: EntityRule(selector: "kind == 'public'"))])
      ]
    },
    WorldCase(
      "a set that claims labels of another namespace is in its own",
      .tcp(80, from: Town.partner), .deny, [refused[1]]
    ) {
      $0.networkSets[0].metadata.labels["pcns.projectcalico.org/name"] = "lab"
      $0.networkSets[0].metadata.labels["projectcalico.org/orchestrator"] = "k8s"
      $0.globalPolicies = [
        allowing(EntityRule(namespaceSelector: "projectcalico.org/name == 'lab'")),
        allowing(EntityRule(selector: "projectcalico.org/orchestrator == 'k8s'"), named: "more"),
      ]
    },
    WorldCase(
      "a host endpoint that claims a namespace is in none", .tcp(80, from: Town.n1), .deny,
      [refused[1]]
    ) {
      var host = HostEndpoint(name: "n1-eth0")
      host.metadata.labels = ["pcns.env": "prod"]
      host.spec.node = "n1"
      host.spec.expectedIPs = ["172.16.0.1"]
      host.spec.profiles = ["kns.shop"]
      $0.hostEndpoints = [host]
      $0.globalPolicies = [
        allowing(EntityRule(namespaceSelector: "env == 'prod'")),
        allowing(EntityRule(selector: "has(pcns.env)"), named: "more"),
      ]
    },
    WorldCase(
      "a policy for accounts that are not this one is not for pods without any",
      .tcp(80, to: Town.probe), .allow,
      [out, "ingress by Profile(kns.lab) ingress[0] Allow"]
    ) {
      $0.globalPolicies = [
        Town.global {
          $0.selector = ""
          $0.serviceAccountSelector = "role != 'store'"
          $0.types = [.ingress]
        }
      ]
    },
    WorldCase(
      "a policy for namespaces that are not this one is for those of the others",
      .tcp(80, from: Town.db, to: Town.probe), .deny,
      [
        "egress by Profile(kns.shop) egress[0] Allow",
        "ingress at the end of tier default: no policy decided",
      ]
    ) {
      $0.globalPolicies = [
        Town.global {
          $0.selector = ""
          $0.namespaceSelector = "projectcalico.org/name not in {'shop'}"
          $0.types = [.ingress]
        }
      ]
    },
  ]

  private static let longName = String(repeating: "a", count: 64)
  private static let admitted = "ingress by GlobalNetworkPolicy(rules) ingress[0] Allow"
  private static let refused = [
    "egress by Profile(kns.lab) egress[0] Allow",
    "ingress at the end of tier default: no policy decided",
  ]

  private static func allowing(
    _ source: EntityRule, named name: String = "rules"
  ) -> GlobalNetworkPolicy {
    Town.global(name, ingress: [Rule(.allow, source: source)])
  }

  private static func account(_ name: String) -> EntityRule {
    var accounts = ServiceAccountMatch()
    accounts.names = [name]
    var entity = EntityRule()
    entity.serviceAccounts = accounts
    return entity
  }
}
