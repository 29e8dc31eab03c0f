// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Features
import PolicyModel
import Selectors
import SyncModel
import TestSupport

/// The same calculation done plainly: everything anew from the whole state, with no index and no
/// memory of what was before. The engine must agree with it after every flush.
struct NaiveModel {
  /// `nil`: all nodes.
  var node: String?
  var workloads: [WorkloadEndpointID: SyncWorkloadEndpoint] = [:]
  var hosts: [String: SyncHostEndpoint] = [:]
  var networkSets: [NetworkSetID: SyncNetworkSet] = [:]
  var policies: [PolicyID: SyncPolicy] = [:]
  var tiers: [String: SyncTier] = [:]
  var profiles: [String: SyncProfile] = [:]
  var concerns: [UnknownUpdateID: SyncConcern] = [:]

  init(node: String?) { self.node = node }

  mutating func apply(_ update: SyncUpdate) {
    switch update {
    case .workloadEndpoint(let id, let value): workloads[id] = value
    case .hostEndpoint(let id, let value): hosts[id] = value
    case .networkSet(let id, let value): networkSets[id] = value
    case .policy(let id, let value): policies[id] = value
    case .tier(let id, let value): tiers[id] = value
    case .profile(let id, let value): profiles[id] = value
    case .unknown(let id, let value): concerns[id] = value
    default: break
    }
  }

  /// What the dataplane must make true.
  struct Result: Equatable {
    var sets: [IPSetID: DesiredSet] = [:]
    var policies: [PolicyID: DesiredPolicy] = [:]
    var profiles: [String: DesiredProfile] = [:]
    var endpoints: [EndpointID: DesiredEndpoint] = [:]
  }

  func result() -> Result {
    var result = Result()
    for (id, endpoint) in workloads where !endpoint.interfaceName.isEmpty {
      if let node, endpoint.node != node { continue }
      let labels = allLabels(endpoint.labels, endpoint.labelProfiles)
      var names: [String] = []
      for name in endpoint.profiles where !names.contains(name) { names.append(name) }
      let mine = policies.filter { id, policy in
        policy.selector.matches(labels) && !policy.doNotTrack && !policy.preDNAT
          && (policy.appliesToIngress || policy.appliesToEgress)
      }
      result.endpoints[.workload(id)] = DesiredEndpoint(
        interfaceName: endpoint.interfaceName,
        ipv4Nets: endpoint.nets.filter { $0.family == .v4 },
        ipv6Nets: endpoint.nets.filter { $0.family == .v6 }, mac: endpoint.mac,
        created: endpoint.created, containerID: endpoint.containerID,
        tiers: DesiredTiers(normal: isDoubtful(id, endpoint) ? [] : order(mine)),
        profiles: isDoubtful(id, endpoint) ? [] : names,
        allowedSourcePrefixes: endpoint.allowedSourcePrefixes)
      for (id, policy) in mine {
        var desired = DesiredPolicy(
          tier: policy.tier,
          ingress: policy.appliesToIngress ? rules(policy.ingress, &result.sets) : [],
          egress: policy.appliesToEgress ? rules(policy.egress, &result.sets) : [])
        if tiers[policy.tier]?.onlyDenies == true
          || concerns.values.contains(.tier(policy.tier))
        {
          desired.ingress = desired.ingress.map(Self.passing)
          desired.egress = desired.egress.map(Self.passing)
        }
        result.policies[id] = desired
      }
      for name in names {
        guard let profile = profiles[name] else {
          result.profiles[name] = DesiredProfile(
            ingress: [DesiredRule(.deny)], egress: [DesiredRule(.deny)])
          continue
        }
        result.profiles[name] = DesiredProfile(
          ingress: rules(profile.ingress, &result.sets),
          egress: rules(profile.egress, &result.sets))
      }
    }
    return result
  }

  private static func passing(_ rule: DesiredRule) -> DesiredRule {
    var rule = rule
    if rule.action == .allow { rule.action = .pass }
    return rule
  }

  private func allLabels(_ own: [String: String], _ names: [String]) -> [String: String] {
    var labels: [String: String] = [:]
    for name in names.reversed() {
      for (label, value) in profiles[name]?.labels ?? [:] { labels[label] = value }
    }
    for (label, value) in own { labels[label] = value }
    return labels
  }

  private func order(_ mine: [PolicyID: SyncPolicy]) -> [DesiredTier] {
    func before(_ a: (Double?, [String]), _ b: (Double?, [String])) -> Bool {
      switch (a.0, b.0) {
      case (nil, nil): return a.1.lexicographicallyPrecedes(b.1)
      case (nil, _): return false
      case (_, nil): return true
      case (let x?, let y?): return x == y ? a.1.lexicographicallyPrecedes(b.1) : x < y
      }
    }
    let names = Set(mine.values.map(\.tier)).sorted {
      before((tiers[$0]?.order, [$0]), (tiers[$1]?.order, [$1]))
    }
    return names.map { name in
      let ids = mine.filter { $0.value.tier == name }.sorted { a, b in
        before(
          (a.value.order, [a.key.name, a.key.namespace ?? "", a.key.kind.rawValue]),
          (b.value.order, [b.key.name, b.key.namespace ?? "", b.key.kind.rawValue]))
      }
      return DesiredTier(
        name: name, ingress: ids.filter { $0.value.appliesToIngress }.map(\.key),
        egress: ids.filter { $0.value.appliesToEgress }.map(\.key),
        defaultAction: tiers[name].map(\.defaultAction) ?? .deny)
    }
  }

  private func isDoubtful(_ id: WorkloadEndpointID, _ value: SyncWorkloadEndpoint) -> Bool {
    value.allowsNothing || concerns.values.contains(.workloadEndpoint(id))
  }

  private func isDoubtful(_ name: String, _ value: SyncHostEndpoint) -> Bool {
    value.allowsNothing || concerns.values.contains(.hostEndpoint(name))
  }

  /// Whether there is anything of which too little is known to allow anything because of it.
  private var isInDoubt: Bool {
    workloads.contains { isDoubtful($0.key, $0.value) }
      || hosts.contains { isDoubtful($0.key, $0.value) }
      || networkSets.values.contains { $0.allowsNothing }
  }

  /// What is asked of the things in doubt: no matter, as there are none; all of them are meant; or
  /// none is.
  private enum Doubtful { case absent, meant, left }

  private func rules(_ rules: [SyncRule], _ sets: inout [IPSetID: DesiredSet]) -> [DesiredRule] {
    let isInDoubt = isInDoubt
    var result: [DesiredRule] = []
    for rule in rules {
      // Nobody does any of what is asked for.
      let action = rule.action == .pass && !rule.asks.isEmpty ? .deny : rule.action
      guard isInDoubt else {
        result.append(compiled(rule, action, .absent, &sets))
        continue
      }
      let isWide = action == .deny || action == .log
      result.append(compiled(rule, action, isWide ? .meant : .left, &sets))
      let names = [rule.source.names, rule.destination.names]
      let asksNames = names.contains { $0 != SelectorNames() }
      if action == .pass, asksNames { result.append(compiled(rule, .deny, .meant, &sets)) }
    }
    return result
  }

  private func compiled(
    _ rule: SyncRule, _ action: RuleAction, _ doubtful: Doubtful,
    _ sets: inout [IPSetID: DesiredSet]
  ) -> DesiredRule {
    var desired = DesiredRule(action)
    desired.family = rule.family
    desired.transport = rule.transport
    desired.notTransport = rule.notTransport
    desired.index = rule.index
    desired.icmp = rule.icmp
    desired.notICMP = rule.notICMP
    desired.neverMatches = rule.neverMatches
    if !rule.asks.isEmpty, rule.action == .allow || rule.action == .log {
      let absences = rule.asks.map { $0.absence }.sorted()
      desired.neverMatches = rule.neverMatches ?? absences.joined(separator: "; ")
    }
    desired.source = match(rule.source, rule.transport, doubtful, &sets)
    desired.destination = match(rule.destination, rule.transport, doubtful, &sets)
    return desired
  }

  private func match(
    _ match: SyncMatch, _ transport: IPProtocol?, _ doubtful: Doubtful,
    _ sets: inout [IPSetID: DesiredSet]
  ) -> DesiredMatch {
    var desired = DesiredMatch()
    desired.nets = match.nets
    desired.notNets = match.notNets
    desired.ports = match.ports
    desired.notPorts = match.notPorts
    func without(_ selector: Selector, _ condition: Bool) -> Selector {
      condition ? ((try? Selector("!has(_doubtful)")).map(selector.and) ?? selector) : selector
    }
    let onlyNamed = match.ports.isEmpty && !match.names.namedPorts.isEmpty
    if let selector = match.names.selector, !onlyNamed {
      desired.names.sets = [netSet(without(selector, doubtful == .left), &sets)]
    }
    if let selector = match.names.notSelector {
      desired.names.notSets = [netSet(without(selector, doubtful == .meant), &sets)]
    }
    let owner = match.names.selector ?? .all
    for name in match.names.namedPorts {
      desired.names.namedPortSets.append(
        portSet(name, transport, without(owner, doubtful == .left), &sets))
    }
    for name in match.names.notNamedPorts {
      desired.names.notNamedPortSets.append(
        portSet(name, transport, without(owner, doubtful == .meant), &sets))
    }
    return desired
  }

  private func netSet(_ selector: Selector, _ sets: inout [IPSetID: DesiredSet]) -> IPSetID {
    let id = IPSetID(selector.id)
    var members: Set<IPSetMember> = []
    forAll { labels, nets, _ in
      if selector.matches(labels) { members.formUnion(nets.map { .net($0) }) }
    }
    sets[id] = DesiredSet(type: .nets, comment: selector.canonical, members: members)
    return id
  }

  private func portSet(
    _ name: String, _ transport: IPProtocol?, _ selector: Selector,
    _ sets: inout [IPSetID: DesiredSet]
  ) -> IPSetID {
    let word = transport == .udp ? "udp" : transport == .sctp ? "sctp" : "tcp"
    let id = Harness.portSet(name, word, of: selector)
    var members: Set<IPSetMember> = []
    forAll { labels, nets, ports in
      guard selector.matches(labels) else { return }
      for port in ports where port.name == name && port.transport == transport {
        for net in nets { members.insert(.port(net.address, port.transport, port.port)) }
      }
    }
    sets[id] = DesiredSet(
      type: .ports, comment: "port \(name) (\(word.uppercased())) of \(selector.canonical)",
      members: members)
    return id
  }

  private func forAll(_ body: ([String: String], [CIDR], [SyncEndpointPort]) -> Void) {
    for (id, value) in workloads {
      body(
        labels(value.labels, value.labelProfiles, isDoubtful(id, value)), value.nets, value.ports)
    }
    for (name, value) in hosts {
      body(
        labels(value.labels, value.labelProfiles, isDoubtful(name, value)),
        value.addresses.map { CIDR(host: $0) }, value.ports)
    }
    for value in networkSets.values {
      body(labels(value.labels, value.profiles, value.allowsNothing), value.nets, [])
    }
  }

  private func labels(
    _ own: [String: String], _ names: [String], _ isDoubtful: Bool
  ) -> [String: String] {
    var labels = allLabels(own, names)
    if isDoubtful { labels["_doubtful"] = "" }
    return labels
  }
}

extension NaiveModel.Result {
  /// What a consumer of the engine has.
  init(_ model: DesiredStateModel) {
    self.init(
      sets: model.sets, policies: model.policies, profiles: model.profiles,
      endpoints: model.endpoints)
  }
}
