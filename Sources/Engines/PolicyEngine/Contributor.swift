// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import SyncModel

/// What an endpoint or a network set gives to the sets whose selector it matches.
struct Contributor: Hashable, Sendable {
  var nets: [CIDR]
  var ports: [SyncEndpointPort]

  init(nets: [CIDR], ports: [SyncEndpointPort] = []) {
    self.nets = nets
    self.ports = ports
  }

  /// Its members of a set, with repetition where it names a net or port twice.
  func members(of definition: SetDefinition) -> [IPSetMember] {
    guard let wanted = definition.port else { return nets.map { .net($0) } }
    var members: [IPSetMember] = []
    for port in ports where port.name == wanted.name && port.transport == wanted.transport {
      for net in nets where net.isHost {
        members.append(.port(net.address, port.transport, port.port))
      }
    }
    return members
  }
}
