// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What tables of resources show besides the resources themselves.
public struct TableContext: Sendable, Hashable {
  /// The AS number of a node that has none of its own.
  public var defaultASNumber: UInt32

  public init(defaultASNumber: UInt32 = 64512) {
    self.defaultASNumber = defaultASNumber
  }
}
