// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyCases
import PolicyOracle
import Resources
import TestSupport

/// Packets between workloads and nodes, and tunnelled ones, which worlds do not make by themselves.
enum HostProbes {
  /// The addresses of each node.
  static let addresses: [String: [IPAddress]] = Dictionary(
    uniqueKeysWithValues: PolicyCase.nodes.enumerated().map { index, node in
      (
        node,
        [IPAddress("172.31.\(index).1"), IPAddress("fd31:0:0:\(index)::1")].compactMap { $0 }
      )
    })

  /// A few packets, from and to workloads of the world.
  static func make(_ world: World, _ dice: inout SplitMix64) -> [Probe] {
    var probes: [Probe] = []
    let ends = Directory(world).all.sorted { $0.key < $1.key }
    for _ in 0..<6 {
      guard let (address, place) = ends.randomElement(using: &dice),
        let node = addresses.keys.sorted().randomElement(using: &dice),
        let host = addresses[node]?.first(where: { $0.family == address.family })
      else { continue }
      // A node reaches workloads elsewhere as anybody does, by an address that is its own.
      let isToHost = node != place.node || Bool.random(using: &dice)
      let (source, destination) = isToHost ? (address, host) : (host, address)
      let ping: IPProtocol = address.family == .v4 ? .icmp : .icmpv6
      guard let transport = [.tcp, .udp, ping].randomElement(using: &dice) else { continue }
      var flow = Flow(transport, from: source, to: destination)
      if transport == ping {
        (flow.icmpType, flow.icmpCode) = (address.family == .v4 ? 8 : 128, 0)
      } else {
        flow.sourcePort = 40001
        flow.destinationPort = [80, 53, 443].randomElement(using: &dice)
      }
      probes.append(Probe(flow))
    }
    guard let (from, _) = ends.randomElement(using: &dice),
      let to = ends.filter({ $0.key.family == from.family && $0.value.pod != ends.first?.value.pod }
      )
      .map(\.key).randomElement(using: &dice), Directory(world)[from] != Directory(world)[to]
    else { return probes }
    probes.append(Probe(Flow(.udp, from: from, port: 40002, to: to, port: 4789)))
    probes.append(
      Probe(Flow(IPProtocol(rawValue: 4), from: from, to: to), simulatedOnly: true))
    // Only what workloads send is refused.
    let away = PolicyCase.outsideNets.first { $0.family == from.family }?.first.advanced(by: 9)
    if let away {
      probes.append(Probe(Flow(.udp, from: from, port: 40002, to: away, port: 4789)))
      probes.append(Probe(Flow(.udp, from: away, port: 40002, to: to, port: 4789)))
    }
    return probes
  }
}
