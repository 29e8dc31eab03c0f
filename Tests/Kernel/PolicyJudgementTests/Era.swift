// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Dataplane
import PolicyOracle

/// A stretch of worlds with one configuration of the dataplane.
enum Era {
  static let length = 20

  private static let all: [(DataplaneConfiguration, Verdict)] = [
    (DataplaneConfiguration(), .deny),
    (DataplaneConfiguration(endpointToHostAction: .accept), .allow),
    (DataplaneConfiguration(denyAction: .reject), .deny),
    (DataplaneConfiguration(endpointToHostAction: .return, markMask: 0xff00), .allow),
  ]

  static func configuration(world: Int) -> DataplaneConfiguration {
    all[world / length % all.count].0
  }

  /// What happens to allowed traffic from a workload to its node.
  static func toHost(world: Int) -> Verdict { all[world / length % all.count].1 }
}
