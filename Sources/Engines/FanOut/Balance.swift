// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How many connections a Typha keeps, so that all of them have about as many (compatibility §5.3).
public struct Balance: Sendable, Hashable {
  /// Never fewer than this are kept.
  public var lower: Int
  /// Never more than this are kept.
  public var upper: Int

  public init(lower: Int, upper: Int) {
    self.lower = lower
    self.upper = upper
  }

  /// So many that the others could take over all nodes if this one were gone, and a fifth more.
  ///
  /// - Parameters:
  ///   - nodes: all nodes; each has one connection.
  ///   - typhas: all Typhas; with fewer than two there is nobody to share with.
  public func target(nodes: Int, typhas: Int) -> Int {
    guard typhas > 1 else { return upper }
    let (product, overflow) = max(nodes, 0).multipliedReportingOverflow(by: 120)
    let share = overflow ? upper : 1 + product / (typhas - 1) / 100
    return min(max(share, lower), upper)
  }
}
