// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import ValueTree

/// Something in a stored object that is right and kept, and not put into force by this version.
struct Unenforced: Sendable, Hashable, Comparable, CustomStringConvertible {
  var key: ResourceKey
  /// The path from the top of the object: `spec.ingress[0].http`.
  var field: String
  /// What is missing, and what happens instead.
  var reason: String

  init(key: ResourceKey, field: String, reason: String) {
    self.key = key
    self.field = field
    self.reason = reason
  }

  var description: String {
    "\(key) \(field.onOneLine): stored and not enforced: \(reason.onOneLine)"
  }

  static func < (a: Self, b: Self) -> Bool {
    (a.key, a.field, a.reason) < (b.key, b.field, b.reason)
  }
}
