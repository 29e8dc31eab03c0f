// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyOracle
import Resources
import TestSupport

/// Small changes of a world: what follows from one of them alone does not show where everything
/// changes. The workloads stay, so that packets can be tried between the same ones.
enum Tweaks {
  /// Makes one of them; the world stays one that people could have written.
  static func apply(to world: World, _ dice: inout SplitMix64) -> World {
    var result = world
    all.randomElement(using: &dice)?(&result, &dice)
    return result.resources.allSatisfy { $0.validate().isEmpty } ? result : world
  }

  private typealias Tweak = @Sendable (inout World, inout SplitMix64) -> Void

  private static let all: [Tweak] = [
    { world, dice in
      guard let index = world.tiers.indices.randomElement(using: &dice),
        world.tiers[index].metadata.name != "default"
      else { return }
      world.tiers[index].spec.defaultAction =
        world.tiers[index].spec.defaultAction == .deny ? .pass : .deny
    },
    { world, dice in
      guard let index = world.tiers.indices.randomElement(using: &dice),
        world.tiers[index].metadata.name != "default"
      else { return }
      world.tiers[index].spec.order = [nil, 5, 2_000_000].randomElement(using: &dice) ?? nil
    },
    { world, dice in
      guard let index = world.policies.indices.randomElement(using: &dice) else { return }
      world.policies[index].spec.order = [nil, 0, 1000].randomElement(using: &dice) ?? nil
    },
    { world, dice in
      guard let index = world.globalPolicies.indices.randomElement(using: &dice) else { return }
      world.globalPolicies[index].spec.order = [nil, 0, 1000].randomElement(using: &dice) ?? nil
    },
    changeRules, changeGlobalRules, changeRules, changeGlobalRules,
    { world, dice in
      guard let index = world.policies.indices.randomElement(using: &dice) else { return }
      world.policies.remove(at: index)
    },
    { world, dice in
      guard let index = world.globalPolicies.indices.randomElement(using: &dice) else { return }
      world.globalPolicies.remove(at: index)
    },
    { world, dice in
      guard let index = world.profiles.indices.randomElement(using: &dice) else { return }
      for (name, _) in world.profiles[index].spec.labelsToApply
      where !name.hasPrefix("pcns.projectcalico.org") && !name.hasPrefix("pcsa.projectcalico.org") {
        world.profiles[index].spec.labelsToApply[name] = ["prod", "test", "front", "back"]
          .randomElement(using: &dice)
      }
    },
    { world, dice in
      guard let index = world.endpoints.indices.randomElement(using: &dice) else { return }
      world.endpoints[index].metadata.labels["app"] = ["web", "api", "db"]
        .randomElement(using: &dice)
    },
    { world, dice in
      let claims = ["pcns.env": "prod", "pcsa.role": "back", "projectcalico.org/name": "red"]
      if let index = world.endpoints.indices.randomElement(using: &dice) {
        world.endpoints[index].metadata.labels.merge(claims) { _, new in new }
      }
      if let index = world.globalNetworkSets.indices.randomElement(using: &dice) {
        world.globalNetworkSets[index].metadata.labels.merge(claims) { _, new in new }
      }
    },
    { world, dice in
      guard let index = world.globalNetworkSets.indices.randomElement(using: &dice) else { return }
      world.globalNetworkSets[index].spec.nets += [
        "192.0.2.0/26", "10.65.0.0/28", "2001:db8::/96", "fd65::/124",
      ]
    },
    { world, dice in
      guard let index = world.endpoints.indices.randomElement(using: &dice) else { return }
      world.endpoints[index].spec.profiles.reverse()
    },
  ]

  private static let changeRules: Tweak = { world, dice in
    guard let index = world.policies.indices.randomElement(using: &dice) else { return }
    change(&world.policies[index].spec.ingress, &dice)
    change(&world.policies[index].spec.egress, &dice)
  }

  private static let changeGlobalRules: Tweak = { world, dice in
    guard let index = world.globalPolicies.indices.randomElement(using: &dice) else { return }
    change(&world.globalPolicies[index].spec.ingress, &dice)
    change(&world.globalPolicies[index].spec.egress, &dice)
  }

  /// Gives one rule another action, or has the rules turned round.
  private static func change(_ rules: inout [Rule], _ dice: inout SplitMix64) {
    guard let index = rules.indices.randomElement(using: &dice) else { return }
    if Bool.random(using: &dice) {
      rules[index].action =
        [.allow, .deny, .pass, .pass, .log].randomElement(using: &dice) ?? .allow
    } else {
      rules.reverse()
    }
  }
}
