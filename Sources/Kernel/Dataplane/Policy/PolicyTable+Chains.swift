// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import PolicyModel

/// How chains are made from what is known; nothing here changes any of it.
extension PolicyTable {
  /// A chain, and the recipes of those that it may lead to.
  func render(
    _ recipe: Recipe, _ name: String
  ) -> (chain: ChainModel, mayLeadTo: [Recipe]) {
    switch recipe {
    case .stack(let stack):
      var others: [Recipe] = [.deny("no-profile")]
      for tier in stack.tiers {
        if tier.defaultAction == .deny { others.append(.deny("tier/\(tier.name)")) }
        others += tier.policies.map { .policy($0, stack.direction) }
      }
      others += stack.profiles.map { .profile($0, stack.direction) }
      let chain = stack.chain(
        configuration, passBit: passBit, canPass: { canPass($0, stack.direction) })
      return (chain, others)
    case .policy(let id, let direction):
      let policy = policies[id]
      let chain = ruleChain(
        name, policy?.rules(direction), direction, of: .policy(id, tier: policy?.tier ?? ""),
        comment: "\(direction.rawValue) rules of \(id)"
          + (policy.map { " in tier \($0.tier)" } ?? ", which is missing"))
      return (chain, [.deny("\(id)")])
    case .profile(let profile, let direction):
      let chain = ruleChain(
        name, profiles[profile]?.rules(direction), direction, of: .profile(profile),
        comment: "\(direction.rawValue) rules of profile \(profile)"
          + (profiles[profile] == nil ? ", which is missing" : ""))
      return (chain, [.deny("profile/\(profile)")])
    case .deny(let what):
      return (denyChain(name, what), [])
    }
  }

  static func name(of recipe: Recipe) -> String {
    switch recipe {
    case .policy(let id, let direction): Names.policy(id, direction)
    case .profile(let name, let direction): Names.profile(name, direction)
    case .stack(let stack): stack.chainName
    case .deny(let what): Names.deny(what)
    }
  }

  /// A policy's or profile's rules; what is missing (`nil`) denies everything.
  private func ruleChain(
    _ name: String, _ rules: [DesiredRule]?, _ direction: Names.Direction,
    of owner: RuleID.Owner, comment: String
  ) -> ChainModel {
    let renderer = RuleRenderer(
      parts: { [sets] in sets[$0]?.parts ?? [] }, passBit: passBit,
      logPrefix: configuration.logPrefix + ": ",
      allowed: direction == .ingress ? .accept : .goto(BaseRenderer.onward),
      denied: Names.deny("\(owner)"))
    var models: [RuleModel] = []
    for rule in rules ?? [DesiredRule(.deny)] {
      models += renderer.render(rule, RuleID(owner, direction, index: rule.index))
    }
    return ChainModel(name, comment: comment, rules: models)
  }

  /// Counts who was denied by what, then denies. The counting is in rules of its own: a full set
  /// ends the rule that it is in, which must not be the one that drops.
  private func denyChain(_ name: String, _ what: String) -> ChainModel {
    let number = UInt32(truncatingIfNeeded: Names.hash(what))
    var rules: [RuleModel] = []
    for family in IPFamily.allCases {
      var rule = RuleBuilder()
      rule.account(number, in: BaseRenderer.deniedSet(family), family: family)
      rules.append(rule.finished())
    }
    var last = RuleBuilder()
    last.append(.counter())
    switch configuration.denyAction {
    case .drop: last.append(.verdict(.drop))
    // "Administratively prohibited", in either family.
    case .reject: last.append(.reject(.icmpx(code: 3)))
    }
    rules.append(last.finished())
    return ChainModel(name, comment: "denied by \(what)", rules: rules)
  }

  func canPass(_ id: PolicyID, _ direction: Names.Direction) -> Bool {
    let rules = policies[id]?.rules(direction) ?? []
    return rules.contains { $0.action == .pass && $0.neverMatches == nil }
  }

  /// The chains with recipes that a chain leads to.
  static func targets(of chain: ChainModel) -> [String] {
    var names: Set<String> = []
    for rule in chain.rules {
      for case .verdict(let verdict) in rule.expressions {
        switch verdict {
        case .jump(let name), .goto(let name):
          if name != BaseRenderer.onward { names.insert(name) }
        default: break
        }
      }
    }
    return names.sorted()
  }
}
