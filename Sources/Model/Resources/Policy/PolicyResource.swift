// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A network policy or a global network policy, in force or staged.
public protocol PolicyResource: Resource where Spec: PolicySpec {}

extension PolicyResource {
  /// The tier that the policy is in: as its spec says, or as its name begins, or `default`.
  public var tier: String {
    if let tier = spec.tier, !tier.isEmpty { return tier }
    return PolicyName(metadata.name).tier ?? "default"
  }

  public mutating func applyDefaults() {
    let (tier, types) = (tier, spec.effectiveTypes)
    spec.tier = tier
    spec.types = types
  }

  public static var columns: [TableColumn<Self>] {
    [.name, TableColumn("TIER") { $0.tier }]
  }

  public static var wideColumns: [TableColumn<Self>] {
    columns + [.order { $0.spec.order }, TableColumn("SELECTOR") { $0.spec.selector }]
  }
}
