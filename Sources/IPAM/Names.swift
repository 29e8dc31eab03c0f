// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources
import Selectors

/// The names of IPAM's own records (facts §1.6).
enum Names {
  /// Bytes of a name, a host or a handle at most.
  static let limit = 253
  /// Bytes of a host's name that stand in names as they are: the CIDR must still fit behind them.
  private static let hostLimit = 200

  /// `node1-10-0-0-64-26`; of a very long host name, its beginning and a hash of it all. Two hosts
  /// may in theory share a name (`a` and `a-fd00`): the record says whose it is.
  static func affinity(host: String, _ cidr: CIDR) -> String {
    guard host.utf8.count > hostLimit else { return BlockAffinity.name(node: host, cidr: cidr) }
    return affinityPrefix(host: host)
      + UniqueID.make(prefix: "h", content: "\(host) \(cidr)").lowercased().filter {
        $0.isASCII && ($0.isLetter || $0.isNumber)
      }
  }

  /// What the names of all affinities of a host begin with.
  static func affinityPrefix(host: String) -> String {
    String(decoding: host.utf8.prefix(hostLimit), as: UTF8.self) + "-"
  }

  /// The handle's ID in lower case. The record holds the ID itself.
  static func handle(_ id: String) -> String { id.lowercased() }
}
