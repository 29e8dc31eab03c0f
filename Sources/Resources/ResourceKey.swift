// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What names a resource: its kind, its namespace where the kind has one, and its name.
///
/// The tier prefix `default.` of a policy's name may be written or left out: both name one policy,
/// so a key never has it.
public struct ResourceKey: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let kind: Kind
  /// Nil for kinds that have none.
  public let namespace: String?
  public let name: String

  /// - Parameter namespace: ignored for a kind that is not namespaced.
  public init(kind: Kind, namespace: String? = nil, name: String) {
    self.kind = kind
    self.namespace = kind.isNamespaced ? namespace : nil
    switch kind {
    case .networkPolicy, .globalNetworkPolicy, .stagedNetworkPolicy, .stagedGlobalNetworkPolicy:
      self.name = PolicyName(name).short
    default: self.name = name
    }
  }

  /// `NetworkPolicy(ns/name)`, `IPPool(name)`.
  public var description: String {
    "\(kind.rawValue)(" + (namespace.map { "\($0)/" } ?? "") + "\(name))"
  }

  /// By kind, namespace and name, each by its bytes.
  public static func < (a: ResourceKey, b: ResourceKey) -> Bool {
    if a.kind != b.kind { return a.kind.rawValue < b.kind.rawValue }
    return (a.namespace ?? "", a.name) < (b.namespace ?? "", b.name)
  }
}
