// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A policy's identity across kinds: compatibility §1.5, `/calico/v1/policy/<Kind>/<ns>/<name>`.
public struct PolicyID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The kinds of policy, with the short names that chains and counters carry (compatibility §4.6).
  public enum Kind: String, Sendable, Hashable, CaseIterable, Comparable {
    case networkPolicy = "np"
    case globalNetworkPolicy = "gnp"
    case kubernetesNetworkPolicy = "knp"

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  public var kind: Kind
  /// `nil` for global kinds.
  public var namespace: String?
  public var name: String

  public init(kind: Kind, namespace: String? = nil, name: String) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }

  /// `np/<namespace>/<name>` or `gnp/<name>`.
  public var description: String {
    if let namespace { return "\(kind.rawValue)/\(namespace)/\(name)" }
    return "\(kind.rawValue)/\(name)"
  }

  public static func < (a: Self, b: Self) -> Bool {
    (a.kind, a.namespace ?? "", a.name) < (b.kind, b.namespace ?? "", b.name)
  }
}
