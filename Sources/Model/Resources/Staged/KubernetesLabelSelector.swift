// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Which labels objects of Kubernetes must have. An empty one selects all objects.
public struct KubernetesLabelSelector: Described, CustomStringConvertible {
  public var matchLabels: [String: String] = [:]
  public var matchExpressions: [Requirement] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("matchLabels", &matchLabels, doc: "Labels with exactly these values.")
    v.defaulted("matchExpressions", &matchExpressions, doc: "All of these must hold.")
    v.rest(&unknown)
  }

  /// The same as a selector of ours: `app == 'web' && has(tier)`.
  public var description: String {
    let equal = matchLabels.sorted { $0.key < $1.key }.map { "\($0) == '\($1)'" }
    let parts = equal + matchExpressions.map(\.description)
    return parts.isEmpty ? "all()" : parts.joined(separator: " && ")
  }

  /// What must hold of one label.
  public struct Requirement: Described, CustomStringConvertible {
    public var key = ""
    /// The blank operator selects nothing that has values, so that a stored requirement that cannot
    /// be read never selects more.
    public var `operator` = Operator.in
    public var values: [String] = []
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.required("key", &key, doc: "The label.")
      v.required("operator", &`operator`, doc: "What must hold of it.")
      v.defaulted("values", &values, doc: "The values of In and NotIn.")
      v.rest(&unknown)
    }

    public var description: String {
      let list = values.map { "'\($0)'" }.joined(separator: ", ")
      return switch `operator` {
      case .in: "\(key) in { \(list) }"
      case .notIn: "\(key) not in { \(list) }"
      case .exists: "has(\(key))"
      case .doesNotExist: "!has(\(key))"
      }
    }
  }

  /// What can be asked of a label.
  public enum Operator: String, Choice {
    case `in` = "In"
    case notIn = "NotIn"
    case exists = "Exists"
    case doesNotExist = "DoesNotExist"

    public static var blank: Operator { .in }
  }
}
