// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing

/// The nets that generated rules and network sets speak of.
enum Places {
  /// Nets without workloads; they overlap and lie beside each other.
  static func outside(_ family: IPFamily) -> [String] {
    switch family {
    case .v4:
      [
        "192.0.2.0/24", "192.0.2.0/25", "192.0.2.64/27", "192.0.2.77", "198.51.100.0/24",
        "198.51.100.128/25", "203.0.113.16/28", "203.0.113.20/32", "203.0.113.0/24",
      ]
    case .v6:
      [
        "2001:db8::/64", "2001:db8::/120", "2001:db8::77", "2001:db8:0:1::/64",
        "2001:db8:0:1::40/122", "2001:db8::/63",
      ]
    }
  }

  /// Nets that divide the workloads.
  static func workloads(_ family: IPFamily) -> [String] {
    switch family {
    case .v4: ["10.65.0.0/16", "10.65.0.0/29", "10.65.0.8/30", "10.65.0.4/31", "10.65.0.5"]
    case .v6: ["fd65::/48", "fd65::/125", "fd65::8/126", "fd65::4/127", "fd65::6"]
    }
  }
}
