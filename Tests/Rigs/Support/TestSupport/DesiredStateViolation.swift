// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A change that does not follow from the state before it.
public struct DesiredStateViolation: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, naming the objects.
  public var description: String

  init(_ description: String) { self.description = description }
}
