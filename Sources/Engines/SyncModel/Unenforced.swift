// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources
import ValueTree

/// Something in a stored object that is right and kept, and not put into force by this version.
public struct Unenforced: Sendable, Hashable, Comparable, CustomStringConvertible {
  public var key: ResourceKey
  /// The path from the top of the object: `spec.ingress[0].http`.
  public var field: String
  /// What is missing, and what happens instead.
  public var reason: String

  public init(key: ResourceKey, field: String, reason: String) {
    self.key = key
    self.field = field
    self.reason = reason
  }

  public var description: String {
    "\(key) \(field.onOneLine): stored and not enforced: \(reason.onOneLine)"
  }

  public static func < (a: Self, b: Self) -> Bool {
    (a.key, a.field, a.reason) < (b.key, b.field, b.reason)
  }
}
