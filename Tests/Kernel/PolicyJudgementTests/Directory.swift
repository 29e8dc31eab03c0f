// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyOracle
import Resources

/// Which workload has each address, and where it is.
struct Directory {
  struct Place: Hashable {
    var node: String
    var interface: String
    var pod: String
  }

  private var places: [IPAddress: Place] = [:]
  private var hosts: [IPAddress: String] = [:]

  init(_ world: World) {
    for (node, addresses) in world.hostAddresses {
      for address in addresses { hosts[address] = node }
    }
    for endpoint in world.endpoints {
      let spec = endpoint.spec
      let place = Place(node: spec.node, interface: spec.interfaceName, pod: spec.pod)
      for network in spec.ipNetworks.compactMap({ CIDR($0) }) { places[network.address] = place }
    }
  }

  subscript(address: IPAddress) -> Place? { places[address] }

  /// The node that an address belongs to itself.
  func host(_ address: IPAddress) -> String? { hosts[address] }

  /// All addresses of workloads and where they are.
  var all: [IPAddress: Place] { places }
}
