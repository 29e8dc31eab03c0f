// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The handles that hold a node's own addresses, such as `ipip-tunnel-addr-node1`.
enum NodeHandle {
  /// What they begin with, before the dash and the node's name.
  static let kinds = [
    "ipip-tunnel-addr", "vxlan-tunnel-addr", "vxlan-v6-tunnel-addr", "wireguard-tunnel-addr",
    "wireguard-v6-tunnel-addr",
  ]
}
