// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Resources
import SyncModel

extension NetworkEngine {
  private static let defaultASNumber: UInt32 = 64512

  /// Whether two versions of a node are the same to its peers, which do not look at its labels.
  static func isSame(_ a: SyncNode?, _ b: SyncNode?) -> Bool {
    (a == nil) == (b == nil) && a?.ipv4 == b?.ipv4 && a?.ipv6 == b?.ipv6
      && a?.asNumber == b?.asNumber && a?.routeReflectorClusterID == b?.routeReflectorClusterID
  }

  /// Whether two versions of a configuration say the same.
  static func isSame(_ a: SyncBGPConfiguration?, _ b: SyncBGPConfiguration?) -> Bool {
    (a ?? SyncBGPConfiguration()) == (b ?? SyncBGPConfiguration())
  }

  /// Sets or withdraws a pool; whether that matters.
  mutating func set(pool cidr: CIDR, _ value: SyncPool?) -> Bool {
    let old = pools[cidr]
    pools[cidr] = value
    guard old.map(Self.announced) != value.map(Self.announced) else { return false }
    if old == nil {
      for (block, _) in strays.covered(by: cidr) { strays.removeValue(for: block) }
    } else if value == nil {
      for (block, _) in blocks.covered(by: cidr) where !isPooled(block) {
        strays.insert((), for: block)
      }
    }
    return true
  }

  /// Sets or withdraws a block; whether that matters. Which addresses of it are in use does not.
  mutating func set(block cidr: CIDR, _ value: SyncBlock?) -> Bool {
    let old = blocks[cidr]
    guard old != value.map(\.node) else { return false }
    blocks[cidr] = value.map(\.node)
    let wasOwn = ownBlocks.remove(cidr) != nil
    let isOwn = value?.node == node
    if isOwn { ownBlocks.insert(cidr) }
    // Of those outside of all pools each is announced, whoever has it.
    let isStray = (old == nil || value == nil) && !isPooled(cidr)
    if isStray, value == nil { strays.removeValue(for: cidr) }
    if isStray, value != nil { strays.insert((), for: cidr) }
    return wasOwn != isOwn || isStray
  }

  /// What BIRD is to do by what is known now.
  mutating func settle() -> Plan {
    var found: Set<ConversionProblem> = []
    let plan = plan(&found)
    problems = found.sorted()
    isRoutingDirty = false
    return plan
  }

  private func plan(_ found: inout Set<ConversionProblem>) -> Plan {
    guard let own = nodes[node] else {
      return .wait("this node, \(node), is not in the datastore, or cannot be read there")
    }
    guard own.ipv4 != nil || own.ipv6 != nil else {
      return .wait("this node has no address that BGP can use: see spec.bgp of Node(\(node))")
    }
    let foreign = foreign(&found)
    return .run(
      BGPDaemonConfiguration(
        routerID: identifier(of: own), asNumber: asNumber(of: own), ipv4: own.ipv4?.address,
        ipv6: own.ipv6?.address, listenPort: listenPort(of: node),
        blocks: ownBlocks.subtracting(foreign).sorted(),
        pools: (pools.map { BGPPool(cidr: $0.key, announced: Self.announced($0.value)) }
          + strays.filter { !foreign.contains($0.key) }.map {
            BGPPool(cidr: $0.key, announced: .workloads)
          }).sorted { $0.cidr < $1.cidr },
        peers: clusterConfiguration?.meshEnabled ?? true ? mesh(from: own, &found) : [],
        workloadInterfacePrefixes: workloadInterfacePrefixes, logLevel: logLevel, logFile: logFile))
  }

  /// A pool that is disabled gives no new addresses; the pods that have one keep their routes. But a
  /// network may be a disabled pool only to be left alone by `natOutgoing`: what else there is in it
  /// is nothing to announce.
  static func announced(_ pool: SyncPool) -> BGPPool.Announced {
    if pool.disableBGPExport { return .nothing }
    return pool.disabled ? .workloads : .everything
  }

  /// Whether a block is in a pool.
  private func isPooled(_ block: CIDR) -> Bool { !pools.covering(block).isEmpty }

  /// Blocks outside of all pools are those whose pool was deleted while pods ran in it, and these
  /// keep their routes. One that holds a node's address is no network of pods: those are returned.
  private func foreign(_ found: inout Set<ConversionProblem>) -> Set<CIDR> {
    guard !strays.isEmpty else { return [] }
    var holders: [CIDR: String] = [:]
    for (name, node) in nodes {
      for address in [node.ipv4, node.ipv6].compactMap({ $0?.address }) {
        for (block, _) in strays.covering(CIDR(host: address)) {
          holders[block] = min(holders[block] ?? name, name)
        }
      }
    }
    for (block, holder) in holders {
      found.insert(
        ConversionProblem(
          key: ResourceKey(kind: .ipamBlock, name: IPAMBlock.name(of: block)), field: "spec.cidr",
          reason:
            "is outside of all pools and holds the address of node \(holder): no routes for "
            + "'\(block)'"))
    }
    return Set(holders.keys)
  }

  /// A session with every other node of the mesh, for each family that both have. Of nodes with one
  /// address the first by name has it, and this node its own.
  private func mesh(
    from own: SyncNode, _ found: inout Set<ConversionProblem>
  ) -> [BGPNeighbor] {
    guard own.routeReflectorClusterID == nil else { return [] }
    var owners: [IPAddress: String] = [:]
    for address in [own.ipv4, own.ipv6] { if let address { owners[address.address] = node } }
    var peers: [BGPNeighbor] = []
    for (name, other) in nodes.sorted(by: { $0.key < $1.key })
    where name != node && other.routeReflectorClusterID == nil {
      for (mine, theirs) in [(own.ipv4, other.ipv4), (own.ipv6, other.ipv6)] {
        guard let theirs else { continue }
        let address = theirs.address
        if let owner = owners[address] {
          found.insert(
            ConversionProblem(
              key: ResourceKey(kind: .node, name: name),
              field: "spec.bgp.ipv\(address.family.rawValue)Address",
              reason: "is the address of node \(owner) too: no BGP session for '\(address)'"))
          continue
        }
        owners[address] = name
        guard mine != nil else { continue }
        peers.append(
          BGPNeighbor(
            origin: .mesh, address: address, port: listenPort(of: name),
            asNumber: asNumber(of: other)))
      }
    }
    return peers.sorted { $0.address < $1.address }
  }

  private var clusterConfiguration: SyncBGPConfiguration? { configurations["default"] }

  private func asNumber(of node: SyncNode) -> UInt32 {
    node.asNumber ?? clusterConfiguration?.asNumber ?? Self.defaultASNumber
  }

  /// Where a node listens for its peers.
  private func listenPort(of name: String) -> UInt16? {
    configurations["node.\(name)"]?.listenPort ?? clusterConfiguration?.listenPort
  }

  private var logLevel: BGPDaemonConfiguration.LogLevel {
    switch configurations["node.\(node)"]?.logSeverity ?? clusterConfiguration?.logSeverity ?? .info
    {
    case .trace, .debug: .all
    case .info: .states
    case .none, .warning, .error, .fatal, .panic: .none
    }
  }

  /// The router ID: the IPv4 address, what the configuration says, or a number made from the node's
  /// name where there is no IPv4 (`hash`).
  private func identifier(of own: SyncNode) -> IPAddress {
    switch routerID {
    case .nodeAddress: own.ipv4?.address ?? hashedIdentifier
    case .hash: hashedIdentifier
    case .fixed(let address): address
    }
  }

  /// FNV-1a over the name, in the range of ordinary addresses: BIRD refuses 0.
  private var hashedIdentifier: IPAddress {
    var hash: UInt32 = 2_166_136_261
    for byte in node.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return IPAddress(v4: max(hash, 1))
  }
}
