// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension Tier {
  /// The tiers that there always are, as they are stored where somebody stores them.
  public static var ofEveryDatastore: [Tier] {
    builtIn.sorted { $0.key < $1.key }.map { name, standard in
      var tier = Tier(name: name)
      tier.spec.order = standard.order
      tier.spec.defaultAction = standard.action
      return tier
    }
  }

  /// Whether there always is a tier of this name.
  public static func isBuiltIn(_ name: String) -> Bool { builtIn[name] != nil }
}

extension Profile {
  /// The profile that allows everything.
  public static var ofEveryDatastore: Profile {
    var profile = Profile(name: "projectcalico-default-allow")
    profile.spec.ingress = [Rule(.allow)]
    profile.spec.egress = [Rule(.allow)]
    return profile
  }
}

extension ClusterInformation {
  /// What a cluster is told apart by: 32 hexadecimal digits, by chance.
  public static func newGUID() -> String {
    let digits = String(UInt128.random(in: 0 ... .max), radix: 16)
    return String(repeating: "0", count: 32 - digits.utf8.count) + digits
  }
}
