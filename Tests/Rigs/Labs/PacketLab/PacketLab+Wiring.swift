// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Netlink

extension PacketLab {
  /// Where a workload sends everything, as the CNI plugin has it.
  private static let gateways: [IPFamily: IPAddress] = [
    .v4: IPAddress(v4: 0xa9fe_0101), .v6: IPAddress(v6: 0xfe80 << 112 | 1),
  ]

  /// Puts a workload behind an interface of a node; it leaves the one where it was. What the node
  /// needs to reach it is left to whoever programs the node.
  ///
  /// - Parameter addresses: of the workload; given once, they stay.
  public func connect(
    _ pod: String, _ addresses: [IPAddress], to node: String, interface: String
  ) throws {
    let name = "\(pod)/\(node)/\(interface)"
    if current[pod] == name { return }
    guard let host = nodes[node], let outside, let uplink = uplinks[node] else {
      throw LabError("there is no node \(node)")
    }
    let place = try pods[pod] ?? makePod(pod, addresses)
    let wire = try wires[name] ?? makeWire(pod, place, addresses, host, node, interface)
    wires[name] = wire
    for family in IPFamily.allCases {
      try place.routes.replace(
        Route(
          to: CIDR.everything(family), gateway: Self.gateways[family], linkIndex: wire.link,
          isOnLink: true))
    }
    for address in addresses {
      try outside.routes.replace(
        Route(
          to: CIDR(host: address), gateway: nodeAddresses[node]?[address.family],
          linkIndex: uplink))
    }
    current[pod] = name
  }

  private func makePod(_ pod: String, _ addresses: [IPAddress]) throws -> Place {
    let place = try Place()
    for address in addresses {
      guard let own = InterfaceAddress(address, prefixLength: address.family.bitWidth) else {
        continue
      }
      try place.routes.add(
        LinkAddress(linkIndex: place.loopback, address: own, flags: .noDuplicateDetection))
      podOf[address] = pod
    }
    pods[pod] = place
    return place
  }

  private func makeWire(
    _ pod: String, _ place: Place, _ addresses: [IPAddress], _ host: Place, _ node: String,
    _ interface: String
  ) throws -> Wire {
    let number = UInt64(wires.count)
    let inside = "eth\(number)"
    let nodeMAC = MACAddress(bits: 0xeeee_eeee_eeee)
    try host.routes.createVeth(
      LinkSpec(name: interface, mac: nodeMAC, isUp: true),
      peer: LinkSpec(name: inside, mac: Self.mac(3, number), namespace: place.namespace))
    guard let near = try host.routes.link(named: interface),
      let far = try place.routes.link(named: inside)
    else { throw LabError("the wire of \(pod) is not there") }
    try place.routes.changeLink(index: far.index, LinkChange(isUp: true))
    for gateway in Self.gateways.values {
      try place.routes.add(Neighbour(linkIndex: far.index, address: gateway, mac: nodeMAC))
    }
    for address in addresses {
      try host.routes.add(
        Neighbour(linkIndex: near.index, address: address, mac: Self.mac(3, number)))
    }
    return Wire(link: far.index, node: node)
  }

  /// Takes a workload's wire away.
  public func cut(_ pod: String) throws {
    guard let name = current.removeValue(forKey: pod),
      let wire = wires.removeValue(forKey: name)
    else { throw LabError("workload \(pod) is not wired") }
    try pods[pod]?.routes.deleteLink(index: wire.link)
  }
}
