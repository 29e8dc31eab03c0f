// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources

extension SyncConverter {
  func convert(_ node: Node, _ found: inout Findings) -> SyncUpdate {
    let bgp = node.spec.bgp
    let fields = [
      ("spec.bgp.ipv4Address", bgp?.ipv4Address ?? "", bgp?.ipv4, IPFamily.v4),
      ("spec.bgp.ipv6Address", bgp?.ipv6Address ?? "", bgp?.ipv6, IPFamily.v6),
    ]
    for (field, text, address, family) in fields
    where !text.isEmpty && address?.family != family {
      found.wrong(field, "must be an IPv\(family.rawValue) address or CIDR, is '\(text)'")
    }
    let cluster = bgp?.routeReflectorClusterID ?? ""
    if !cluster.isEmpty {
      found.idle("spec.bgp.routeReflectorClusterID", "nodes reflect no routes")
    }
    return .node(
      node.metadata.name,
      SyncNode(
        ipv4: bgp?.ipv4.flatMap { $0.family == .v4 ? $0 : nil },
        ipv6: bgp?.ipv6.flatMap { $0.family == .v6 ? $0 : nil },
        asNumber: bgp?.asNumber?.value,
        routeReflectorClusterID: cluster.isEmpty ? nil : cluster, labels: node.metadata.labels))
  }

  mutating func convert(_ pool: IPPool, _ found: inout Findings) -> [SyncUpdate] {
    let spec = pool.spec
    for (mode, field) in [(spec.ipipMode, "spec.ipipMode"), (spec.vxlanMode, "spec.vxlanMode")]
    where mode != .never {
      found.idle(field, "\(mode.rawValue) is not done: traffic between nodes is not encapsulated")
    }
    guard let network = spec.network else {
      found.wrong("spec.cidr", "must be a CIDR, is '\(spec.cidr)'")
      return pools.set(pool.metadata.name, nil).map { .pool($0.0, $0.1) }
    }
    let value = SyncPool(
      ipip: Self.encapsulation(spec.ipipMode), vxlan: Self.encapsulation(spec.vxlanMode),
      natOutgoing: spec.natOutgoing, disabled: spec.disabled,
      disableBGPExport: spec.disableBGPExport)
    return pools.set(pool.metadata.name, (network, value)).map { .pool($0.0, $0.1) }
  }

  private static func encapsulation(_ mode: EncapsulationMode) -> SyncPool.Encapsulation {
    switch mode {
    case .always: .always
    case .crossSubnet: .crossSubnet
    case .never: .never
    }
  }

  mutating func convert(_ block: IPAMBlock, _ found: inout Findings) -> [SyncUpdate] {
    let spec = block.spec
    let name = block.metadata.name
    guard let network = CIDR(spec.cidr) else {
      found.wrong("spec.cidr", "must be a CIDR, is '\(spec.cidr)'")
      return blocks.set(name, nil).map { .block($0.0, $0.1) }
    }
    if spec.deleted { return blocks.set(name, nil).map { .block($0.0, $0.1) } }
    var value = SyncBlock(node: Self.owner(spec.affinity))
    for (ordinal, allocation) in spec.allocations.enumerated() {
      guard let allocation else { continue }
      guard let address = network.first.advanced(by: ordinal), network.contains(address),
        spec.attributes.indices.contains(allocation)
      else {
        found.wrong("spec.allocations[\(ordinal)]", "names no address or no attributes")
        continue
      }
      guard let user = spec.attributes[allocation].secondary["node"], !user.isEmpty,
        user != value.node
      else { continue }
      value.borrowed[address] = user
    }
    return blocks.set(name, (network, value)).map { .block($0.0, $0.1) }
  }

  /// The node of `host:<node>`; other owners are no nodes.
  private static func owner(_ affinity: String?) -> String? {
    guard let affinity, affinity.hasPrefix("host:") else { return nil }
    let node = affinity.dropFirst("host:".count)
    return node.isEmpty ? nil : String(node)
  }

  func convert(_ peer: BGPPeer, _ found: inout Findings) -> SyncUpdate {
    let spec = peer.spec
    found.idle("spec", "there are no sessions with peers beside the mesh")
    let address = spec.peerAddress
    if address == nil, !spec.peerIP.isEmpty {
      found.wrong(
        "spec.peerIP", "must be address, address:port or [IPv6 address]:port, is '\(spec.peerIP)'")
    }
    return .bgpPeer(
      peer.metadata.name,
      SyncBGPPeer(
        node: spec.node.isEmpty ? nil : spec.node, address: address?.address,
        port: address?.port, asNumber: spec.asNumber?.value))
  }

  func convert(_ configuration: BGPConfiguration, _ found: inout Findings) -> SyncUpdate {
    let spec = configuration.spec
    if !spec.isMeshEnabled {
      found.idle("spec.nodeToNodeMeshEnabled", "every node peers with every other")
    }
    let idle: [(String, Bool)] = [
      ("serviceLoadBalancerIPs", !spec.serviceLoadBalancerIPs.isEmpty),
      ("serviceExternalIPs", !spec.serviceExternalIPs.isEmpty),
      ("serviceClusterIPs", !spec.serviceClusterIPs.isEmpty),
      ("communities", !spec.communities.isEmpty),
      ("prefixAdvertisements", !spec.prefixAdvertisements.isEmpty),
      ("nodeMeshPassword", spec.nodeMeshPassword != nil),
      ("nodeMeshMaxRestartTime", spec.nodeMeshMaxRestartTime != nil),
      ("bindMode", spec.bindMode != nil && spec.bindMode != "None"),
      ("ignoredInterfaces", !spec.ignoredInterfaces.isEmpty),
      ("localWorkloadPeeringIPV4", !spec.localWorkloadPeeringIPV4.isEmpty),
      ("localWorkloadPeeringIPV6", !spec.localWorkloadPeeringIPV6.isEmpty),
      ("programClusterRoutes", spec.programClusterRoutes != nil),
      ("ipv4NormalRoutePriority", spec.ipv4NormalRoutePriority != nil),
      ("ipv6NormalRoutePriority", spec.ipv6NormalRoutePriority != nil),
    ]
    for (field, isSet) in idle where isSet {
      found.idle("spec.\(field)", "BIRD is configured without it")
    }
    found.idle(unknown: spec.unknown, in: "spec")
    return .bgpConfiguration(configuration.metadata.name, spec)
  }
}
