// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// One address that somebody holds.
public struct Assignment: Sendable, Hashable, Comparable {
  public var address: IPAddress
  /// The block that the address is from.
  public var block: CIDR
  /// The pool that the block is in; nil when the pool is gone.
  public var pool: CIDR?
  /// The block's sequence number at the time of the assignment: an address that was released and
  /// assigned again has another one.
  public var sequenceNumber: Int?

  public static func < (a: Assignment, b: Assignment) -> Bool { a.address < b.address }
}
