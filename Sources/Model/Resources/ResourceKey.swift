// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

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

  /// The other name that the resource may be stored under: that of a policy with the prefix of the
  /// tier `default`. Nil for what has one name only.
  public var longName: String? {
    let long = "default.\(name)"
    return ResourceKey(kind: kind, namespace: namespace, name: long) == self ? long : nil
  }

  /// `NetworkPolicy(ns/name)`, `IPPool(name)`.
  public var description: String {
    "\(kind.rawValue)(" + (namespace.map { "\($0.onOneLine)/" } ?? "") + "\(name.onOneLine))"
  }

  /// By kind, namespace and name, each by its bytes.
  public static func < (a: ResourceKey, b: ResourceKey) -> Bool {
    if a.kind != b.kind { return a.kind.rawValue < b.kind.rawValue }
    return (a.namespace ?? "", a.name) < (b.namespace ?? "", b.name)
  }
}
