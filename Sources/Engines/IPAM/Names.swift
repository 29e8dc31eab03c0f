// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources

/// The names of IPAM's own records (compatibility §1.6).
enum Names {
  /// Bytes of a name, a host or a handle at most.
  static let limit = 253
  static func affinity(host: String, _ cidr: CIDR) -> String {
    BlockAffinity.name(node: host, cidr: cidr)
  }

  /// The handle's ID as it is: etcd's keys have it so, and the store in Kubernetes, whose names are
  /// in lower case, sees to that itself.
  static func handle(_ id: String) -> String { id }
}
