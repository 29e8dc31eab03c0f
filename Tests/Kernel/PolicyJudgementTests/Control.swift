// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import PolicyCases
import PolicyModel

/// Workloads beside those of the worlds, one on each node, which may do everything: what they send
/// shows that what was sent before has had its time.
enum Control {
  static let profile = "control"

  static func address(_ node: String) -> IPAddress {
    IPAddress(v4: 0x0a40_0000 + UInt32(node.utf8.last ?? 0))
  }

  static func interface(_ node: String) -> String { "calictl\(node.suffix(1))" }

  static var allChanges: Pipeline.Changes {
    Dictionary(uniqueKeysWithValues: PolicyCase.nodes.map { ($0, changes($0)) })
  }

  static func changes(_ node: String) -> [DesiredChange] {
    [
      .profile(
        profile, DesiredProfile(ingress: [DesiredRule(.allow)], egress: [DesiredRule(.allow)])),
      .endpoint(
        "control/\(node)",
        DesiredEndpoint(
          interfaceName: interface(node), ipv4Nets: [CIDR(host: address(node))],
          profiles: [profile])),
    ]
  }
}
