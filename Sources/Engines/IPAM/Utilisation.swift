// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// How full something is. The four numbers add up: capacity is the sum of the others.
public struct Utilisation: Sendable, Hashable {
  public var capacity: UInt128 = 0
  public var inUse: UInt128 = 0
  /// Not in use, and not given out: reserved, or at rest after a release.
  public var reserved: UInt128 = 0
  public var available: UInt128 = 0
}

/// How full a pool is.
public struct PoolUtilisation: Sendable, Hashable {
  /// Nil for the blocks that no pool contains.
  public var name: String?
  public var cidr: CIDR?
  public var usage: Utilisation
  /// In order.
  public var blocks: [BlockUtilisation]
}

/// How full a block is.
public struct BlockUtilisation: Sendable, Hashable {
  public var cidr: CIDR
  /// Whose block it is, such as `host:node1`.
  public var owner: String?
  public var usage: Utilisation
}
