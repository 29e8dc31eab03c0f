// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

extension ValuePath {
  /// A path of names inside the spec.
  static func spec(_ names: String...) -> ValuePath {
    ValuePath((["spec"] + names).map { .key($0) })
  }
}
