// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Rules and labels that endpoints share which name the profile.
public struct Profile: Resource {
  public static var kind: Kind { .profile }
  public var metadata = Metadata()
  public var spec = ProfileSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public func problems() -> [FieldProblem] {
    PolicyRules(isGlobal: true).problems(ingress: spec.ingress, egress: spec.egress)
      + NameRules.problems(ofLabels: spec.labelsToApply, at: .spec("labelsToApply"))
  }

  public static var columns: [TableColumn<Profile>] { [.name] }

  public static var wideColumns: [TableColumn<Profile>] {
    [
      .name,
      .list("LABELS") { $0.spec.labelsToApply.sorted { $0 < $1 }.map { "\($0)=\($1)" } },
    ]
  }
}
