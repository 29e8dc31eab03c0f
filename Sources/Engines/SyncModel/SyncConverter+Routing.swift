// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Features
import Resources
import Selectors
import ValueTree

extension SyncConverter {
  func convert(_ node: Node, _ found: inout Findings) -> SyncUpdate {
    let bgp = node.spec.bgp
    Self.nameUnreadable(["bgp"], in: node.spec.unknown, of: "spec", &found)
    Self.nameUnreadable(
      ["asNumber", "ipv4Address", "ipv6Address", "routeReflectorClusterID"],
      in: bgp?.unknown ?? [], of: "spec.bgp", &found)
    let cluster = bgp?.routeReflectorClusterID ?? ""
    if !cluster.isEmpty {
      found.asks("spec.bgp.routeReflectorClusterID", for: .routeReflection)
    }
    return .node(
      node.metadata.name,
      SyncNode(
        ipv4: Self.address(.v4, bgp?.ipv4Address ?? "", bgp?.ipv4, &found),
        ipv6: Self.address(.v6, bgp?.ipv6Address ?? "", bgp?.ipv6, &found),
        asNumber: Self.number(bgp?.asNumber, or: "the cluster's", in: "spec.bgp.asNumber", &found),
        routeReflectorClusterID: cluster.isEmpty ? nil : cluster, labels: node.metadata.labels))
  }

  /// Says of fields that have no value of their kind that they go without.
  private static func nameUnreadable(
    _ fields: [String], in unknown: [UnknownMember], of path: String, _ found: inout Findings
  ) {
    for member in unknown where fields.contains(member.key) {
      found.wrong("\(path).\(member.key)", "cannot be read, and counts as not given")
    }
  }

  /// An address that peers can speak to; any other is left out and named.
  private static func address(
    _ family: IPFamily, _ text: String, _ address: InterfaceAddress?, _ found: inout Findings
  ) -> InterfaceAddress? {
    if text.isEmpty { return nil }
    let field = "spec.bgp.ipv\(family.rawValue)Address"
    guard let address, address.family == family else {
      found.wrong(field, "must be an IPv\(family.rawValue) address or CIDR, is '\(text)'")
      return nil
    }
    guard address.address.canBePeer else {
      found.wrong(field, "must be an address that other nodes can reach, is '\(text)'")
      return nil
    }
    return address
  }

  /// An AS number; one that is none is left out and named, with what stands in for it.
  private static func number(
    _ number: ASNumber?, or standard: String, in field: String, _ found: inout Findings
  ) -> UInt32? {
    if number?.value != 0 { return number?.value }
    found.wrong(field, "must be an AS number from 1 to 4294967295, is 0; using \(standard)")
    return nil
  }

  mutating func convert(_ pool: IPPool, _ found: inout Findings) -> [SyncUpdate] {
    let spec = pool.spec
    switch spec.ipipMode {
    case .always: found.asks("spec.ipipMode", for: .ipipAlways)
    case .crossSubnet: found.asks("spec.ipipMode", for: .ipipCrossSubnet)
    case .never: break
    }
    switch spec.vxlanMode {
    case .always: found.asks("spec.vxlanMode", for: .vxlanAlways)
    case .crossSubnet: found.asks("spec.vxlanMode", for: .vxlanCrossSubnet)
    case .never: break
    }
    if spec.natOutgoing { found.asks("spec.natOutgoing", for: .natOutgoing) }
    if spec.disableBGPExport { found.asks("spec.disableBGPExport", for: .disableBGPExport) }
    found.unknown(spec.unknown, in: "spec")
    guard let network = spec.network else {
      found.wrong("spec.cidr", "must be a CIDR, is '\(spec.cidr)'")
      return pools.set(pool.metadata.name, nil).map { .pool($0.0, $0.1) }
    }
    if let reason = Self.whyNot(network, prefixLengths: 1...network.family.bitWidth) {
      found.wrong("spec.cidr", "\(reason), is '\(spec.cidr)'")
      return pools.set(pool.metadata.name, nil).map { .pool($0.0, $0.1) }
    }
    let value = SyncPool(
      ipip: Self.encapsulation(spec.ipipMode), vxlan: Self.encapsulation(spec.vxlanMode),
      natOutgoing: spec.natOutgoing, disabled: spec.disabled,
      disableBGPExport: spec.disableBGPExport)
    return pools.set(pool.metadata.name, (network, value)).map { .pool($0.0, $0.1) }
  }

  /// What keeps a network from being one of pods; nil when nothing does.
  private static func whyNot(_ network: CIDR, prefixLengths: ClosedRange<Int>) -> String? {
    guard prefixLengths.contains(network.prefixLength) else {
      return "must have a prefix length from \(prefixLengths.lowerBound) to "
        + "\(prefixLengths.upperBound)"
    }
    let first = network.first
    let isOdd = first.isLoopback || first.isMulticast || first.isLinkLocal
    return isOdd ? "must be a network of ordinary addresses" : nil
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
    // The owner makes the rest of a block unreachable: that must not be half of the world.
    if let reason = Self.whyNot(network, prefixLengths: network.family == .v4 ? 20...32 : 116...128)
    {
      found.wrong("spec.cidr", "\(reason), is '\(spec.cidr)'")
      return blocks.set(name, nil).map { .block($0.0, $0.1) }
    }
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
    found.asks("spec", for: .bgpPeer)
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
    let asks: [(String, Feature, Bool)] = [
      ("nodeToNodeMeshEnabled", .meshOff, !spec.isMeshEnabled),
      ("serviceLoadBalancerIPs", .serviceLoadBalancerIPs, !spec.serviceLoadBalancerIPs.isEmpty),
      ("serviceExternalIPs", .serviceExternalIPs, !spec.serviceExternalIPs.isEmpty),
      ("serviceClusterIPs", .serviceClusterIPs, !spec.serviceClusterIPs.isEmpty),
      ("communities", .bgpCommunities, !spec.communities.isEmpty),
      ("prefixAdvertisements", .prefixAdvertisements, !spec.prefixAdvertisements.isEmpty),
      ("nodeMeshPassword", .meshPassword, spec.nodeMeshPassword != nil),
      ("nodeMeshMaxRestartTime", .meshRestartTime, spec.nodeMeshMaxRestartTime != nil),
      ("bindMode", .bgpBindMode, spec.bindMode != nil && spec.bindMode != "None"),
      ("ignoredInterfaces", .ignoredInterfaces, !spec.ignoredInterfaces.isEmpty),
      ("localWorkloadPeeringIPV4", .localWorkloadPeering, !spec.localWorkloadPeeringIPV4.isEmpty),
      ("localWorkloadPeeringIPV6", .localWorkloadPeering, !spec.localWorkloadPeeringIPV6.isEmpty),
      ("programClusterRoutes", .programClusterRoutes, spec.programClusterRoutes != nil),
      ("ipv4NormalRoutePriority", .routePriority, spec.ipv4NormalRoutePriority != nil),
      ("ipv6NormalRoutePriority", .routePriority, spec.ipv6NormalRoutePriority != nil),
    ]
    for (field, feature, isSet) in asks where isSet {
      found.asks("spec.\(field)", for: feature)
    }
    let fields = ["asNumber", "listenPort", "logSeverityScreen", "nodeToNodeMeshEnabled"]
    Self.nameUnreadable(fields, in: spec.unknown, of: "spec", &found)
    found.unknown(spec.unknown.filter { !fields.contains($0.key) }, in: "spec")
    var result = SyncBGPConfiguration(meshEnabled: spec.isMeshEnabled)
    result.asNumber = Self.number(spec.asNumber, or: "64512", in: "spec.asNumber", &found)
    if let port = spec.listenPort {
      if (1...65535).contains(port) {
        result.listenPort = UInt16(exactly: port)
      } else {
        found.wrong("spec.listenPort", "must be a port from 1 to 65535, is \(port); using 179")
      }
    }
    if let text = spec.logSeverityScreen {
      result.logSeverity = SyncBGPConfiguration.LogSeverity(rawValue: text.lowercased())
      if result.logSeverity == nil {
        let words = SyncBGPConfiguration.LogSeverity.allCases.map(\.rawValue)
        found.wrong(
          "spec.logSeverityScreen",
          "must be one of \(words.joined(separator: ", ")), is '\(text)'; using info")
      }
    }
    return .bgpConfiguration(configuration.metadata.name, result)
  }

  func convert(_ configuration: FelixConfiguration) -> SyncUpdate {
    let spec = configuration.spec
    return .felixConfiguration(
      configuration.metadata.name,
      SyncFelixConfiguration(
        nodeSelector: spec.nodeSelector.flatMap { try? Selector($0) },
        parameters: spec.parameters))
  }
}
