// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import StoreRig
import Testing
import ValueTree

@Suite("Roles of our components", .serialized)
struct RoleTests {
  @Test("allow nothing by a star", arguments: KubernetesUser.components)
  func noStar(user: KubernetesUser) throws {
    for rule in try RoleCoverage(of: user).rules {
      for words in [rule.groups, rule.resources, rule.verbs] {
        #expect(!words.isEmpty && !words.contains { $0.contains("*") }, "\(rule)")
      }
    }
  }

  @Test("name what the server has", arguments: KubernetesUser.components)
  func resources(user: KubernetesUser) async throws {
    let server = try await KubernetesServer.shared()
    let paths = [
      "": "/api/v1", "networking.k8s.io": "/apis/networking.k8s.io/v1",
      "crd.projectcalico.org": "/apis/crd.projectcalico.org/v1",
      "discovery.k8s.io": "/apis/discovery.k8s.io/v1beta1",
    ]
    for rule in try RoleCoverage(of: user).rules {
      for group in rule.groups {
        let path = try #require(paths[group], "\(rule)")
        let known = try server.raw(path)["resources"]?.array ?? []
        for resource in rule.resources {
          let found = known.first { $0["name"]?.string == resource }
          let verbs = (found?["verbs"]?.array ?? []).compactMap(\.string)
          #expect(Set(rule.verbs).isSubset(of: verbs), "\(rule)")
        }
      }
    }
  }

  @Test("let components do their work and nothing else, with certificate and token")
  func rights() async throws {
    let server = try await KubernetesServer.shared()
    let outcomes: [(KubernetesUser, [String], Bool)] = [
      (.administrator, ["get", "secrets", "-A"], true),
      (.node, ["get", "nodes"], true),
      (.node, ["get", "pods", "-A"], true),
      (.node, ["get", "secrets", "-A"], false),
      (.node, ["delete", "node", "n"], false),
      (.node, ["delete", "ippool", "p"], false),
      (.cni, ["get", "ippools"], true),
      (.cni, ["get", "pods", "-A"], false),
      (.cni, ["get", "globalnetworkpolicies.crd.projectcalico.org"], false),
      (.calicoctl, ["get", "globalnetworkpolicies.crd.projectcalico.org"], true),
      (.calicoctl, ["get", "deployments"], false),
      (.typha, ["get", "ippools"], true),
      (.typha, ["delete", "ippools", "p"], false),
      (.controllers, ["get", "ipamblocks"], true),
      (.controllers, ["delete", "ippools", "p"], false),
    ]
    let before = RoleCoverage.refusals(try server.auditEvents()).count
    for (user, words, isAllowed) in outcomes {
      for token in [false, true] {
        let outcome = try server.outcome(words, as: user, token: token)
        let isForbidden = outcome.errors.contains("Forbidden")
        #expect(isForbidden == !isAllowed, "\(user) \(words): \(outcome.errors)")
        #expect((outcome.status == 0) == isAllowed, "\(user) \(words): \(outcome.errors)")
      }
    }
    let refused = RoleCoverage.refusals(try server.auditEvents()).dropFirst(before)
    #expect(refused.count == 2 * outcomes.count { !$0.2 })
  }
}

@Suite("Coverage of a role")
struct RoleCoverageTests {
  private static let manifest = """
    kind: ServiceAccount
    ---
    kind: ClusterRole
    rules:
    - apiGroups: [""]
      resources: [pods, pods/status]
      verbs: [get, patch]
    - apiGroups: [crd.projectcalico.org]
      resources: [ippools]
      verbs: [list]
    """

  private func event(
    _ verb: String, _ resource: String, part: String? = nil, group: String = "", status: Int64 = 200
  ) throws -> AuditEvent {
    var object: Value = ["resource": .string(resource)]
    if !group.isEmpty { object["apiGroup"] = .string(group) }
    if let part { object["subresource"] = .string(part) }
    let value: Value = [
      "user": ["username": "u"], "verb": .string(verb), "requestURI": "/x", "objectRef": object,
      "responseStatus": ["code": .int(status)],
    ]
    return try #require(AuditEvent(value))
  }

  @Test("names the rules and rights that nothing used, and what was refused")
  func coverage() throws {
    let role = try RoleCoverage(manifest: Self.manifest)
    #expect(role.rules.count == 2)
    let events = [
      try event("patch", "pods", part: "status"), try event("get", "secrets", status: 403),
      try event("list", "ippools", group: "crd.projectcalico.org", status: 403),
    ]
    #expect(role.unusedRules(events) == [role.rules[1]])
    #expect(
      role.unusedRights(Array(events.prefix(1))) == [
        "get pods", "get pods/status", "list ippools.crd.projectcalico.org", "patch pods",
      ])
    #expect(RoleCoverage.refusals(events).count == 2)
  }
}
