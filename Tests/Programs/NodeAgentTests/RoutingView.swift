// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import NetworkEngine
import Resources
import SyncModel

/// What the agent knows of routing: the converter and what follows from it.
struct RoutingView {
  var converter = SyncConverter()
  var state: NetworkEngine
  /// The pools as the dataplane is told of them.
  var pools: [SyncUpdate] = []
  private(set) var meshIsOn = true

  init(
    routerID: NetworkEngine.RouterID = .nodeAddress, logFile: String = "/run/calico/bird.log"
  ) {
    state = NetworkEngine(node: "n1", routerID: routerID, logFile: logFile)
  }

  mutating func take(_ change: ResourceChange) {
    for update in converter.convert(change) {
      state.apply(update)
      switch update {
      case .pool: pools.append(update)
      case .bgpConfiguration("default", let spec): meshIsOn = spec?.meshEnabled ?? true
      default: break
      }
    }
  }

  /// What BIRD is to do when all has been read.
  mutating func settle() -> NetworkEngine.Plan? {
    state.apply(.inSync)
    return state.plan()
  }
}
