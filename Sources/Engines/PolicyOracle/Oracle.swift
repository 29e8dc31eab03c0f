// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
public import Resources

/// Decides about packets straight from the stored resources, in the plainest way there is.
///
/// It is the measure for the policy engine and the dataplane, so it shares nothing with them but
/// the reading of selectors. Speed is no aim.
public struct Oracle: Sendable {
  private let world: World
  private let workloads: [Member]
  private let members: [Member]
  private let profiles: [String: Profile]
  private let tiers: [JudgedTier]
  private let selectors: SelectorTable

  public init(_ world: World) {
    self.world = world
    let profiles = Dictionary(world.profiles.map { ($0.metadata.name, $0) }) { first, _ in first }
    self.profiles = profiles
    workloads = world.endpoints.map { Member($0, profiles) }.sorted { $0.key < $1.key }
    members =
      workloads + world.hostEndpoints.map { Member($0, profiles) }
      + world.networkSets.map { Member($0, profiles) } + world.globalNetworkSets.map(Member.init)
    let policies =
      world.policies.map(JudgedPolicy.init) + world.globalPolicies.compactMap(JudgedPolicy.init)
    tiers = JudgedTier.all(world.tiers, policies)
    var selectors = SelectorTable()
    for policy in policies {
      selectors.add(policy.selector)
      selectors.add(policy.accountSelector)
      selectors.add(policy.namespaceSelector)
      selectors.add(policy.ingress + policy.egress)
    }
    for profile in world.profiles { selectors.add(profile.spec.ingress + profile.spec.egress) }
    self.selectors = selectors
  }

  /// What becomes of a packet, and why.
  public func decide(_ flow: Flow) -> Trace {
    func unasked(_ remark: Trace.Remark, _ verdict: Verdict) -> Trace {
      Trace(flow: flow, verdict: verdict, sides: [], remark: remark)
    }
    if flow.source.family != flow.destination.family { return unasked(.mixedFamilies, .deny) }
    let sender = workloads.first { $0.has(flow.source) }
    let receiver = workloads.first { $0.has(flow.destination) }
    if sender == nil, receiver == nil { return unasked(.noWorkload, .allow) }
    if let sender, sender.key == receiver?.key { return unasked(.sameEndpoint, .allow) }

    var sides: [Trace.Side] = []
    if let sender { sides.append(egress(of: sender, flow, toWorkload: receiver != nil)) }
    if let receiver { sides.append(ingress(of: receiver, flow, fromWorkload: sender != nil)) }
    let verdict: Verdict = sides.allSatisfy { $0.verdict == .allow } ? .allow : .deny
    return Trace(flow: flow, verdict: verdict, sides: sides, remark: nil)
  }

  /// The account of `decide` in words, for people.
  public func explain(_ flow: Flow) -> String { decide(flow).text }

  /// Whether a rule matches a packet.
  ///
  /// - Parameter namespace: of the policy that the rule is in; nil for global ones and profiles.
  public func matches(_ rule: Rule, namespace: String?, _ flow: Flow) -> Bool {
    RuleJudge.matches(judge(flow).criteria(of: rule, namespace: namespace), rule.action)
  }

  private func judge(_ flow: Flow) -> RuleJudge {
    func end(_ address: IPAddress, _ port: UInt16?) -> RuleJudge.End {
      RuleJudge.End(
        address: address, port: port, members: members.filter { $0.has(address) })
    }
    return RuleJudge(
      flow: flow, source: end(flow.source, flow.sourcePort),
      destination: end(flow.destination, flow.destinationPort), selectors: selectors)
  }

  private func egress(of endpoint: Member, _ flow: Flow, toWorkload: Bool) -> Trace.Side {
    let toOwnNode =
      !toWorkload && world.hostAddresses[endpoint.node]?.contains(flow.destination) == true
    var evaluation = SideEvaluation(endpoint: endpoint, direction: .egress)
    // What IPv6 needs to work at all: multicast listeners, router and neighbour discovery.
    let discovery: Set<UInt8> = [130, 131, 132, 133, 135, 136]
    if toOwnNode, flow.transport == .icmpv6, discovery.contains(flow.icmpType ?? 0) {
      return evaluation.end(.neighbourDiscovery, .neighbourDiscovery, .allow)
    }
    let isVXLAN =
      flow.transport == .udp && world.refusedVXLANPort != nil
      && flow.destinationPort == world.refusedVXLANPort
    let isIPIP = flow.transport == IPProtocol(rawValue: 4) && world.refusesIPIP
    if isVXLAN || isIPIP { return evaluation.end(.encapsulation, .encapsulation, .deny) }
    var side = evaluation.run(tiers, profiles, selectors, judge(flow))
    if toOwnNode, side.verdict == .allow {
      side.events.append(.toOwnNode(world.endpointToHost))
      side.decision = .toOwnNode
      side.verdict = world.endpointToHost
    }
    return side
  }

  private func ingress(of endpoint: Member, _ flow: Flow, fromWorkload: Bool) -> Trace.Side {
    var evaluation = SideEvaluation(endpoint: endpoint, direction: .ingress)
    if !fromWorkload, world.hostAddresses[endpoint.node]?.contains(flow.source) == true {
      return evaluation.end(.fromOwnNode, .fromOwnNode, .allow)
    }
    return evaluation.run(tiers, profiles, selectors, judge(flow))
  }
}
