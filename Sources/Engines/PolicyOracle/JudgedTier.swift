// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

/// A tier and the policies in it that are evaluated.
struct JudgedTier: Sendable {
  var name: String
  var order: Double?
  var defaultAction: TierSpec.DefaultAction
  var policies: [JudgedPolicy] = []

  /// The tiers that there always are (compatibility §1.2).
  static let builtIn = [
    JudgedTier(name: "default", order: 1_000_000, defaultAction: .deny),
    JudgedTier(name: "kube-admin", order: 1000, defaultAction: .pass),
    JudgedTier(name: "kube-baseline", order: 10_000_000, defaultAction: .pass),
  ]

  /// All tiers with their policies, in order. One that policies name and nobody has stored comes
  /// last and denies.
  static func all(_ stored: [Tier], _ policies: [JudgedPolicy]) -> [JudgedTier] {
    var tiers = stored.map { tier in
      let standard = builtIn.first { $0.name == tier.metadata.name }
      // Nothing that is stored of a built-in one moves it, or has it let through more.
      let denies = tier.spec.defaultAction == .deny || standard?.defaultAction == .deny
      return JudgedTier(
        name: tier.metadata.name,
        order: (standard?.order ?? tier.spec.order).flatMap { $0.isNaN ? nil : $0 },
        defaultAction: denies ? .deny : .pass)
    }
    let missing = Set(policies.map(\.tier)).subtracting(tiers.map(\.name))
    for name in missing {
      tiers.append(
        builtIn.first { $0.name == name }
          ?? JudgedTier(name: name, order: nil, defaultAction: .deny))
    }
    for index in tiers.indices {
      tiers[index].policies = policies.filter { $0.tier == tiers[index].name }
        .sorted(by: JudgedPolicy.precedes)
    }
    return tiers.sorted(by: precedes)
  }

  private static func precedes(_ a: JudgedTier, _ b: JudgedTier) -> Bool {
    let (first, second) = (a.order ?? .infinity, b.order ?? .infinity)
    if first != second { return first < second }
    if (a.order == nil) != (b.order == nil) { return b.order == nil }
    return a.name < b.name
  }
}
