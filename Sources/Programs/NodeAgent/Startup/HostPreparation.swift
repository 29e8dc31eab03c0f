// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import Netlink
import Settings

/// The second step: what the host must have before anything is programmed. Its value says that it is
/// done.
struct HostPreparation: Sendable {
  private init() {}

  /// Makes the folders, and has the host route for its workloads.
  static func make(_ launch: Launch) throws -> Self {
    try SmallFile.makeFolder(launch.configuration.runDirectory)
    try SmallFile.makeFolder(launch.configuration.libDirectory)
    try Sysctl.write("1", to: "net", "ipv4", "ip_forward")
    // A kernel may have no IPv6 at all; then there is nothing to forward.
    if launch.settings.current.ipv6Support,
      (try? Sysctl.read("net", "ipv6", "conf", "all", "forwarding")) != nil
    {
      try Sysctl.write("1", to: "net", "ipv6", "conf", "all", "forwarding")
    }
    return Self()
  }
}
