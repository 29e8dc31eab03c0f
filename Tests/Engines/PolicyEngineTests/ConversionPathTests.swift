// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import PolicyEngine
import PolicyModel
import Resources
import Selectors
import SyncModel
import TestSupport
import Testing

@Suite("From stored objects to the desired state")
struct ConversionPathTests {
  private func pod(
    _ name: String, in namespace: String, _ address: String, app: String, node: String = "here"
  ) -> WorkloadEndpoint {
    var endpoint = WorkloadEndpoint(name: "\(node)-k8s-\(name)-eth0", namespace: namespace)
    endpoint.metadata.labels = ["app": app]
    endpoint.spec.node = node
    endpoint.spec.interfaceName = "cali\(name)"
    endpoint.spec.ipNetworks = [address]
    endpoint.spec.profiles = ["kns.\(namespace)"]
    return endpoint
  }

  private func namespace(_ name: String, zone: String) -> Profile {
    var profile = Profile(name: "kns.\(name)")
    profile.spec.ingress = [Rule(.allow)]
    profile.spec.egress = [Rule(.allow)]
    profile.spec.labelsToApply = ["pcns.zone": zone]
    return profile
  }

  @Test("who says that it is in another namespace, or names its profile, is not in it")
  func claims() throws {
    var liar = pod("liar", in: "evil", "10.0.0.1", app: "web", node: "there")
    liar.metadata.labels["pcns.zone"] = "north"
    liar.metadata.labels["pcns.projectcalico.org/name"] = "good"
    liar.spec.profiles = ["kns.good"]
    // Its namespace's profile is not stored: only its name is known.
    var stray = pod("stray", in: "evil", "10.0.0.2", app: "web", node: "there")
    stray.spec.profiles = []
    var host = HostEndpoint(name: "h")
    host.spec.node = "there"
    host.metadata.labels["pcns.zone"] = "north"
    host.spec.expectedIPs = ["10.0.0.3"]
    host.spec.profiles = ["kns.good"]
    var set = GlobalNetworkSet(name: "s")
    set.spec.nets = ["10.0.0.4"]
    var policy = GlobalNetworkPolicy(name: "p")
    policy.spec.ingress = [
      "zone == 'north'", "projectcalico.org/name not in {'evil'}", "!has(zone)",
    ].map { Rule(.allow, source: EntityRule(namespaceSelector: $0)) }

    var converter = SyncConverter()
    var harness = Harness()
    let objects: [any Resource] = [
      namespace("good", zone: "north"), liar, stray, host, set, policy,
      pod("db", in: "good", "10.0.0.5", app: "db"),
      pod("web", in: "good", "10.0.0.6", app: "web", node: "there"),
    ]
    for update in objects.flatMap({ converter.convert(.set($0)) }) { harness.engine.apply(update) }
    try harness.feed(.inSync)
    let id = PolicyID(kind: .globalNetworkPolicy, name: "p")
    let members = try #require(harness.model.policies[id]?.ingress).map { rule in
      Set(rule.source.names.sets.flatMap { harness.model.sets[$0]?.members ?? [] })
    }
    func nets(_ texts: [String]) -> Set<IPSetMember> {
      Set(texts.compactMap { CIDR($0) }.map { .net($0) })
    }
    let good = nets(["10.0.0.5", "10.0.0.6"])
    #expect(members == [good, good, nets(["10.0.0.1", "10.0.0.2"])])
    #expect(
      converter.problems.map(\.field)
        == ["metadata.labels", "spec.profiles[0]", "metadata.labels", "spec.profiles[0]"])
  }

  @Test("a network policy applies in its namespace and lets in whom its rules name")
  func networkPolicy() throws {
    var policy = NetworkPolicy(name: "p", namespace: "red")
    policy.spec.selector = "app == 'db'"
    policy.spec.ingress = [
      Rule(.allow, source: EntityRule(selector: "app == 'web'")),
      Rule(.allow, source: EntityRule(namespaceSelector: "zone == 'south'")),
    ]
    let objects: [any Resource] = [
      policy, namespace("red", zone: "north"), namespace("blue", zone: "south"),
      pod("db", in: "red", "10.0.0.1", app: "db"), pod("db2", in: "blue", "10.0.0.2", app: "db"),
      pod("web", in: "red", "10.0.0.3", app: "web", node: "there"),
      pod("web2", in: "blue", "10.0.0.4", app: "web", node: "there"),
    ]
    for order in [objects, objects.reversed()] {
      var converter = SyncConverter()
      var harness = Harness()
      for object in order {
        for update in converter.convert(.set(object)) { harness.engine.apply(update) }
      }
      try harness.feed(.inSync)
      let id = PolicyID(kind: .networkPolicy, namespace: "red", name: "p")
      #expect(
        harness.model.endpoints["red/here-k8s-db-eth0"]?.tiers.normal
          == [DesiredTier(name: "default", ingress: [id])])
      #expect(harness.model.endpoints["blue/here-k8s-db2-eth0"]?.tiers == DesiredTiers())
      let rules = try #require(harness.model.policies[id]?.ingress)
      let members = rules.map { rule in
        rule.source.names.sets.flatMap { harness.model.sets[$0]?.members ?? [] }
      }
      func nets(_ texts: [String]) -> Set<IPSetMember> {
        Set(texts.compactMap { CIDR($0) }.map { .net($0) })
      }
      #expect(members.map { Set($0) } == [nets(["10.0.0.3"]), nets(["10.0.0.2", "10.0.0.4"])])
      #expect(harness.engine.counts.activeLocalPolicies == 1)
    }
  }
}
