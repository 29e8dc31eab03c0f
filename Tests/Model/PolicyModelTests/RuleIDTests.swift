// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyModel
import Testing

@Suite("A rule's identity")
struct RuleIDTests {
  private let policy = PolicyID(kind: .networkPolicy, namespace: "shop", name: "db")

  @Test("reads as whose it is, its direction and its place in the object as written")
  func words() {
    let rule = RuleID(.policy(policy, tier: "default"), .ingress, index: 2)
    #expect("\(rule)" == "np/shop/db ingress rule 2" && rule.place == "rule 2")
    #expect(
      "\(RuleID(.profile("kns.shop"), .egress, index: 0))" == "profile/kns.shop egress rule 0")
    let standIn = RuleID(.profile("lost"), .ingress, index: nil)
    #expect("\(standIn)" == "profile/lost ingress in place of its rules")
  }

  @Test("differs by owner, tier, direction and place")
  func differences() {
    let ids: Set<RuleID> = [
      RuleID(.policy(policy, tier: "default"), .ingress, index: 0),
      RuleID(.policy(policy, tier: "other"), .ingress, index: 0),
      RuleID(.policy(policy, tier: "default"), .egress, index: 0),
      RuleID(.policy(policy, tier: "default"), .ingress, index: 1),
      RuleID(.policy(policy, tier: "default"), .ingress, index: nil),
      RuleID(.profile("np/shop/db"), .ingress, index: 0),
    ]
    #expect(ids.count == 6)
  }
}
