// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import PolicyModel

/// The ordered list of what decides about one direction of an endpoint's traffic. Endpoints with
/// equal lists share one chain.
struct Stack: Hashable {
  struct Tier: Hashable {
    var name: String
    var policies: [PolicyID]
    var defaultAction: TierDefaultAction
  }

  var direction: Names.Direction
  var tiers: [Tier]
  var profiles: [String]

  init(_ endpoint: DesiredEndpoint, _ direction: Names.Direction) {
    self.direction = direction
    tiers = endpoint.tiers.normal.compactMap { tier in
      let policies = direction == .ingress ? tier.ingress : tier.egress
      if policies.isEmpty { return nil }
      return Tier(name: tier.name, policies: policies, defaultAction: tier.defaultAction)
    }
    profiles = endpoint.profiles
  }

  /// The same for equal lists, and only for them.
  var chainName: String {
    let tiers = tiers.map { tier in
      "\(tier.name)=\(tier.defaultAction.rawValue):"
        + tier.policies.map(\.description).joined(separator: ",")
    }
    return Names.stack(
      tiers.joined(separator: ";") + "|" + profiles.joined(separator: ","), direction)
  }

  /// What an operator reads in the chain's comment.
  var summary: String {
    let tiers = tiers.map { tier in
      "tier \(tier.name): " + tier.policies.map(\.description).joined(separator: ", ")
    }
    let profiles = profiles.isEmpty ? [] : ["profiles " + profiles.joined(separator: ", ")]
    let parts = tiers + profiles
    return direction.rawValue + ", "
      + (parts.isEmpty ? "no policy and no profile" : parts.joined(separator: "; "))
  }

  /// The chain.
  ///
  /// - Parameter canPass: Whether a policy has a rule that passes; only then is the mark looked at.
  func chain(
    _ configuration: DataplaneConfiguration, passBit: UInt32, canPass: (PolicyID) -> Bool
  ) -> ChainModel {
    var rules: [RuleModel] = []
    if !configuration.skipsInvalidCheck {
      var rule = RuleBuilder()
      rule.match(connectionState: BaseRenderer.State.invalid)
      rule.append(.counter())
      rule.append(.verdict(.drop))
      rules.append(rule.finished(comment: "invalid packet"))
    }
    if direction == .egress { rules += Self.tunnels(configuration) }
    for tier in tiers { rules += self.rules(of: tier, passBit, canPass) }
    for profile in profiles {
      rules.append(RuleModel(expressions: [.verdict(.jump(Names.profile(profile, direction)))]))
    }
    rules.append(
      RuleModel(
        expressions: [.counter(), .verdict(.goto(Names.deny("no-profile")))],
        comment: "no policy or profile allowed it"))
    return ChainModel(chainName, comment: summary, rules: rules)
  }

  /// Encapsulated packets hide from policy what is in them.
  private static func tunnels(_ configuration: DataplaneConfiguration) -> [RuleModel] {
    var rules: [RuleModel] = []
    if let port = configuration.refusedVXLANPort {
      var rule = RuleBuilder()
      rule.match(transport: .udp)
      rule.match(.destination, ports: [PortRange(port)])
      rule.append(.counter())
      rule.append(.verdict(.drop))
      rules.append(rule.finished(comment: "VXLAN from a workload"))
    }
    if configuration.refusesIPIP {
      var rule = RuleBuilder()
      rule.match(transport: IPProtocol(rawValue: 4))
      rule.append(.counter())
      rule.append(.verdict(.drop))
      rules.append(rule.finished(comment: "IP in IP from a workload"))
    }
    return rules
  }

  private func rules(
    of tier: Tier, _ passBit: UInt32, _ canPass: (PolicyID) -> Bool
  ) -> [RuleModel] {
    let passes = tier.policies.contains(where: canPass)
    var rules: [RuleModel] = []
    func clearMark(_ comment: String) {
      var rule = RuleBuilder()
      rule.setMark(passBit, to: false)
      rules.append(rule.finished(comment: comment))
    }
    if passes { clearMark("tier \(tier.name): nothing passed yet") }
    var mayHavePassed = false
    func step(_ verdict: NFTVerdict, counted: Bool = false, comment: String? = nil) {
      var rule = RuleBuilder()
      if mayHavePassed { rule.match(markClear: passBit) }
      if counted { rule.append(.counter()) }
      rule.append(.verdict(verdict))
      rules.append(rule.finished(comment: comment))
    }
    for policy in tier.policies {
      step(.jump(Names.policy(policy, direction)))
      if canPass(policy) { mayHavePassed = true }
    }
    if tier.defaultAction == .deny {
      step(
        .goto(Names.deny("tier/\(tier.name)")), counted: true,
        comment: "end of tier \(tier.name)")
    }
    if passes { clearMark("tier \(tier.name) is over") }
    return rules
  }
}
