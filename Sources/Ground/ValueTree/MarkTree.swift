// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The marks of a value, in a tree of the same shape: children stand in the order of the items or
/// members.
struct MarkTree: Sendable {
  /// Of the key for a member of an object, else of the value.
  var mark: Mark
  var children: [MarkTree] = []
}
