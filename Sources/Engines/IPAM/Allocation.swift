// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// One address that somebody holds, with all that is noted of it.
public struct Allocation: Sendable, Hashable {
  public var address: IPAddress
  public var block: CIDR
  /// Whose block it is, such as `host:node1`; nil when it is nobody's.
  public var blockOwner: String?
  /// Nil for an address that somebody else's software assigned without one.
  public var handle: String?
  public var attributes: [String: String]
  public var sequenceNumber: Int?

  /// The host that the address is used on, as far as it is noted.
  public var host: String? { attributes["node"] }

  /// Whether the address is used on another host than that whose block it is from.
  public var isBorrowed: Bool {
    guard let host else { return false }
    return blockOwner != "host:\(host)"
  }
}
