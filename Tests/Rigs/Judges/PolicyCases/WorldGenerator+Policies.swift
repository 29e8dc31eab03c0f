// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyOracle
import Resources

extension WorldGenerator {
  mutating func networkPolicy(_ index: Int) -> NetworkPolicy {
    let namespace = dice.pick(namespaces, or: "blue")
    let tier = pickTier()
    var policy = NetworkPolicy(name: policyName("np", tier, index), namespace: namespace)
    fill(&policy.spec, tier, isGlobal: false)
    return policy
  }

  mutating func globalPolicy(_ index: Int) -> GlobalNetworkPolicy {
    let tier = pickTier()
    var policy = GlobalNetworkPolicy(name: policyName("gnp", tier, index))
    fill(&policy.spec, tier, isGlobal: true)
    if dice.chance(30) {
      let spaces = SelectorMaker(SelectorMaker.namespaces)
      policy.spec.namespaceSelector =
        dice.chance(30) ? spaces.negation(&dice) : spaces.selector(&dice)
    }
    if dice.chance(12) {
      policy.spec.applyOnForward = true
      switch dice.number(0...2) {
      case 0: policy.spec.doNotTrack = true
      case 1:
        policy.spec.preDNAT = true
        policy.spec.egress = []
        policy.spec.types = [.ingress]
      default: break
      }
    }
    return policy
  }

  private mutating func pickTier() -> String {
    dice.pick(tierNames + ["default"], or: "default")
  }

  /// Names go against the order in which policies are made, so that ties show.
  private mutating func policyName(_ kind: String, _ tier: String, _ index: Int) -> String {
    let short = Names.policy(
      "\(dice.pick(["a", "m", "z"], or: "a"))-\(kind)-\(index)", &dice)
    return tier != "default" && dice.chance(50) ? "\(tier).\(short)" : short
  }

  private mutating func fill<S: PolicySpec>(_ spec: inout S, _ tier: String, isGlobal: Bool) {
    if tier != "default" || dice.chance(50) { spec.tier = tier }
    spec.order = dice.pick([nil, 1, 10, 10, 20.5, 500]) ?? nil
    if dice.chance(65) {
      spec.selector =
        dice.chance(90)
        ? SelectorMaker(SelectorMaker.endpoints).selector(&dice)
        : SelectorMaker(SelectorMaker.origins).selector(&dice)
    }
    if dice.chance(15) {
      let accounts = SelectorMaker(SelectorMaker.accounts)
      spec.serviceAccountSelector =
        dice.chance(30) ? accounts.negation(&dice) : accounts.selector(&dice)
    }
    var rules = RuleMaker(dice: dice, isGlobal: isGlobal, mayPass: true)
    if dice.chance(85) { spec.ingress = rules.list(.ingress, 1...4) }
    if dice.chance(55) { spec.egress = rules.list(.egress, 1...4) }
    dice = rules.dice
    if dice.chance(60) { spec.types = dice.some(1...2, of: [.ingress, .egress]) }
  }
}
