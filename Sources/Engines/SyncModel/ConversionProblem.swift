// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources
import ValueTree

/// Something in a stored object that cannot be what its author meant. The object is still
/// converted, so that it allows no more than it would if it were right.
public struct ConversionProblem: Sendable, Hashable, Comparable, CustomStringConvertible {
  public var key: ResourceKey
  /// The path from the top of the object: `spec.ingress[0].source.nets[1]`.
  public var field: String
  public var reason: String

  public init(key: ResourceKey, field: String, reason: String) {
    self.key = key
    self.field = field
    self.reason = reason
  }

  public var description: String { "\(key) \(field.onOneLine): \(reason.onOneLine)" }

  public static func < (a: Self, b: Self) -> Bool {
    (a.key, a.field, a.reason) < (b.key, b.field, b.reason)
  }
}
