// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
public import Resources

/// How many addresses of which pools are wanted, for whom.
public struct AutoAssignRequest: Sendable {
  /// The node on which the addresses will be used: its blocks come first.
  public var host: String
  /// Under which the addresses can be found and given back.
  public var handle: String
  /// What to note beside the addresses: `pod`, `namespace`, `node`, `type` and the like.
  public var attributes: [String: String]
  /// How many IPv4 addresses, 0...`countLimit`.
  public var v4Count: Int
  /// How many IPv6 addresses, 0...`countLimit`.
  public var v6Count: Int
  /// The only pools to take from, each by name or CIDR, in order; empty leaves the choice to the
  /// pools' selectors.
  public var v4Pools: [String]
  public var v6Pools: [String]
  public var use: IPPoolUse
  /// The labels of the pod's namespace; nil when there is none or they are not known, and then no
  /// pool with a namespace selector is chosen.
  public var namespaceLabels: [String: String]?
  /// The most blocks that the host may have in a family; nil leaves it to the configuration.
  public var maxBlocksPerHost: Int?
  /// Whether addresses that the handle already holds on this host count: an ADD that was killed
  /// after it assigned, and is repeated, gets its addresses and not new ones.
  public var reuseExisting: Bool

  /// The most addresses of a family in one request.
  public static let countLimit = 1024

  public init(
    host: String, handle: String, attributes: [String: String] = [:], v4Count: Int = 0,
    v6Count: Int = 0, v4Pools: [String] = [], v6Pools: [String] = [],
    use: IPPoolUse = .workload, namespaceLabels: [String: String]? = nil,
    maxBlocksPerHost: Int? = nil, reuseExisting: Bool = false
  ) {
    self.host = host
    self.handle = handle
    self.attributes = attributes
    self.v4Count = v4Count
    self.v6Count = v6Count
    self.v4Pools = v4Pools
    self.v6Pools = v6Pools
    self.use = use
    self.namespaceLabels = namespaceLabels
    self.maxBlocksPerHost = maxBlocksPerHost
    self.reuseExisting = reuseExisting
  }

  func count(_ family: IPFamily) -> Int { family == .v4 ? v4Count : v6Count }
  func pools(_ family: IPFamily) -> [String] { family == .v4 ? v4Pools : v6Pools }
}
