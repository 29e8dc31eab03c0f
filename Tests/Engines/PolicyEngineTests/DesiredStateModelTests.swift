// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import PolicyModel
import TestSupport
import Testing

@Suite("The model of the desired state")
struct DesiredStateModelTests {
  private let set = IPSetID("s:x")
  private let ports = IPSetID("n:x")
  private let policy = PolicyID(kind: .globalNetworkPolicy, name: "p")

  private func referring() -> DesiredPolicy {
    var rule = DesiredRule(.allow)
    rule.source.names.sets = [set]
    rule.destination.names.namedPortSets = [ports]
    return DesiredPolicy(tier: "default", ingress: [rule])
  }

  private func endpoint() -> DesiredEndpoint {
    DesiredEndpoint(
      interfaceName: "cali1",
      tiers: DesiredTiers(normal: [DesiredTier(name: "default", ingress: [policy])]),
      profiles: ["prof"])
  }

  /// A model in which everything is announced and in use.
  private func full() throws -> DesiredStateModel {
    var model = DesiredStateModel()
    try model.apply([
      .set(set, DesiredSet(type: .nets, comment: "")),
      .set(ports, DesiredSet(type: .ports, comment: "")), .policy(policy, referring()),
      .profile("prof", .denyAll), .endpoint("ns/a", endpoint()),
    ])
    return model
  }

  @Test("refuses references to what was not announced")
  func unknownReferences() throws {
    var model = DesiredStateModel()
    #expect(throws: DesiredStateViolation.self) { try model.apply(.policy(policy, referring())) }
    #expect(throws: DesiredStateViolation.self) { try model.apply(.endpoint("ns/a", endpoint())) }
    #expect(throws: DesiredStateViolation.self) {
      try model.apply(.setMembers(set, added: [], removed: []))
    }
    #expect(model == DesiredStateModel())
    try model.apply(.set(ports, DesiredSet(type: .nets, comment: "")))
    try model.apply(.set(set, DesiredSet(type: .nets, comment: "")))
    // A set of the wrong type is no better than none.
    #expect(throws: DesiredStateViolation.self) { try model.apply(.policy(policy, referring())) }
  }

  @Test("refuses removals of what is in use or was never there")
  func removals() throws {
    var model = try full()
    for change in [
      DesiredChange.setRemoved(set), .setRemoved(ports), .policyRemoved(policy),
      .profileRemoved("prof"), .setRemoved(IPSetID("s:unknown")), .profileRemoved("unknown"),
      .endpointRemoved("unknown"), .policyRemoved(PolicyID(kind: .globalNetworkPolicy, name: "?")),
    ] {
      #expect(throws: DesiredStateViolation.self, "\(change)") { try model.apply(change) }
    }
    #expect(try model == full())
    try model.apply([
      .endpointRemoved("ns/a"), .profileRemoved("prof"), .policyRemoved(policy), .setRemoved(set),
      .setRemoved(ports),
    ])
    #expect(model == DesiredStateModel())
  }

  @Test("lets go of references that an object no longer has")
  func replacement() throws {
    var model = try full()
    try model.apply(.policy(policy, DesiredPolicy(tier: "default")))
    try model.apply(.setRemoved(set))
    try model.apply(.endpoint("ns/a", DesiredEndpoint(interfaceName: "cali1")))
    try model.apply(.policyRemoved(policy))
    #expect(model.profiles.count == 1)
  }

  @Test("refuses members that are there already, that are not, and of the wrong type")
  func members() throws {
    var model = try full()
    let member = IPSetMember.net(try #require(CIDR("10.0.0.1")))
    try model.apply(.setMembers(set, added: [member], removed: []))
    #expect(model.sets[set]?.members == [member])
    for change in [
      DesiredChange.setMembers(set, added: [member], removed: []),
      .setMembers(ports, added: [member], removed: []),
      .setMembers(ports, added: [], removed: [member]),
      .set(set, DesiredSet(type: .ports, comment: "", members: [member])),
      .set(set, DesiredSet(type: .ports, comment: "")),
    ] {
      #expect(throws: DesiredStateViolation.self, "\(change)") { try model.apply(change) }
    }
    try model.apply(.setMembers(set, added: [], removed: [member]))
    #expect(model.sets[set]?.members == [])
  }

  @Test("a policy is in use whatever hook refers to it", arguments: PolicyHook.allCases)
  func hooks(_ hook: PolicyHook) throws {
    let tiers = [DesiredTier(name: "default", ingress: [policy])]
    var endpoint = DesiredEndpoint(interfaceName: "cali1")
    switch hook {
    case .normal: endpoint.tiers.normal = tiers
    case .forward: endpoint.tiers.forward = tiers
    case .untracked: endpoint.tiers.untracked = tiers
    case .preDNAT: endpoint.tiers.preDNAT = tiers
    }
    #expect(endpoint.tiers[hook] == tiers && endpoint.policyIDs == [policy])
    var model = DesiredStateModel()
    #expect(throws: DesiredStateViolation.self) { try model.apply(.endpoint("ns/a", endpoint)) }
    try model.apply([
      .policy(policy, DesiredPolicy(tier: "default")), .endpoint("ns/a", endpoint),
    ])
    #expect(throws: DesiredStateViolation.self) { try model.apply(.policyRemoved(policy)) }
    try model.apply([.endpointRemoved("ns/a"), .policyRemoved(policy)])
  }
}
