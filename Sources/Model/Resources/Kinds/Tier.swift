// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// An ordered group of policies.
public struct Tier: Resource {
  public static var kind: Kind { .tier }
  public var metadata = Metadata()
  public var spec = TierSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func applyDefaults() {
    guard spec.order == nil, let standard = Self.builtIn[metadata.name] else { return }
    spec.order = standard.order
  }

  /// The tiers that there always are.
  static let builtIn: [String: (order: Double, action: TierSpec.DefaultAction)] = [
    "default": (1_000_000, .deny), "kube-admin": (1000, .pass),
    "kube-baseline": (10_000_000, .pass),
  ]

  /// What is in force of it. A built-in tier stays in its place, and denies at its end if it is
  /// meant to, whatever has been stored of it.
  public var inForce: TierSpec {
    guard let standard = Self.builtIn[metadata.name] else { return spec }
    var spec = spec
    spec.order = standard.order
    if standard.action == .deny { spec.defaultAction = .deny }
    return spec
  }

  public func problems() -> [FieldProblem] {
    guard let standard = Self.builtIn[metadata.name] else { return [] }
    let (name, action) = (metadata.name, standard.action.rawValue)
    var problems: [FieldProblem] = []
    if let order = spec.order, order != standard.order {
      problems.append(
        FieldProblem(
          "spec", "order", message: "\(name) tier order must be \(Int(standard.order))",
          value: "\(order)"))
    }
    if spec.defaultAction != standard.action {
      problems.append(
        FieldProblem(
          "spec", "defaultAction",
          message: "The '\(name)' tier must have default action '\(action)'",
          value: spec.defaultAction.rawValue))
    }
    return problems
  }

  public static var columns: [TableColumn<Tier>] { [.name, .order { $0.spec.order }] }
}
