// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a tier is (compatibility §1.2).
public struct TierSpec: Described {
  /// Lower comes first; nil after all that have one.
  public var order: Double?
  public var defaultAction = DefaultAction.deny
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional("order", &order, doc: "Lower comes first; without one after all that have one.")
    v.defaulted(
      "defaultAction", &defaultAction, default: .deny, always: true,
      doc: "What happens to traffic that policies of the tier apply to and none decides.")
    v.rest(&unknown)
  }

  /// What happens at a tier's end.
  public enum DefaultAction: String, Choice {
    case deny = "Deny"
    case pass = "Pass"

    public static var blank: DefaultAction { .deny }
  }
}
