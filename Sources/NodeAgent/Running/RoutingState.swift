// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources
import Routing
import SyncModel

/// What the node's BGP sessions and announcements follow from: collects sync updates and makes
/// BIRD's configuration of them. Pure.
///
/// One BIRD serves all of the cluster, and takes its configuration whole or not at all. What others
/// wrote and cannot be used is therefore left out, and named in `problems`; the rest goes on.
struct RoutingState: Sendable {
  /// What BIRD is to do.
  enum Plan: Sendable, Hashable {
    case run(BGPDaemonConfiguration)
    /// Nothing new: what it does already, it goes on doing. With the reason.
    case wait(String)
  }

  private let node: String
  private let routerID: NodeConfiguration.RouterID
  private let logFile: String
  private(set) var nodes: [String: SyncNode] = [:]
  private var pools: [CIDR: SyncPool] = [:]
  private var blocks: [CIDR: SyncBlock] = [:]
  /// By name: `default`, or `node.<name>`.
  private var configurations: [String: BGPConfigurationSpec] = [:]
  var workloadInterfacePrefixes: [String] = ["cali"]
  /// What the last plan leaves out because objects contradict each other, in order.
  private(set) var problems: [ConversionProblem] = []

  static let defaultASNumber: UInt32 = 64512

  init(node: String, routerID: NodeConfiguration.RouterID, logFile: String) {
    self.node = node
    self.routerID = routerID
    self.logFile = logFile
  }

  /// Takes one update; whether it may change BIRD's configuration.
  mutating func apply(_ update: SyncUpdate) -> Bool {
    switch update {
    case .node(let name, let value):
      nodes[name] = value
    case .pool(let cidr, let value):
      pools[cidr] = value
    case .block(let cidr, let value):
      let matters = blocks[cidr]?.node == node || value?.node == node || isStray(cidr)
      blocks[cidr] = value
      return matters
    case .bgpConfiguration(let name, let value):
      configurations[name] = value
    default:
      return false
    }
    return true
  }

  /// What BIRD is to do by what is known now.
  mutating func settle() -> Plan {
    var found: Set<ConversionProblem> = []
    let plan = plan(&found)
    problems = found.sorted()
    return plan
  }

  private func plan(_ found: inout Set<ConversionProblem>) -> Plan {
    guard let own = nodes[node] else {
      return .wait("this node, \(node), is not in the datastore, or cannot be read there")
    }
    guard own.ipv4 != nil || own.ipv6 != nil else {
      return .wait("this node has no address that BGP can use: see spec.bgp of Node(\(node))")
    }
    let strays = strays(&found)
    let isOwn = { (cidr: CIDR) in
      blocks[cidr]?.node == node && (strays.contains(cidr) || !isStray(cidr))
    }
    return .run(
      BGPDaemonConfiguration(
        routerID: identifier(of: own), asNumber: asNumber(of: own), ipv4: own.ipv4?.address,
        ipv6: own.ipv6?.address, listenPort: listenPort(of: node),
        blocks: blocks.keys.filter(isOwn).sorted(),
        pools: (pools.map { BGPPool(cidr: $0, announced: Self.announced($1)) }
          + strays.map { BGPPool(cidr: $0, announced: .workloads) }).sorted { $0.cidr < $1.cidr },
        peers: clusterConfiguration?.isMeshEnabled ?? true ? mesh(from: own, &found) : [],
        workloadInterfacePrefixes: workloadInterfacePrefixes, logLevel: logLevel, logFile: logFile))
  }

  /// A pool that is disabled gives no new addresses; the pods that have one keep their routes. But a
  /// network may be a disabled pool only to be left alone by `natOutgoing`: what else there is in it
  /// is nothing to announce.
  private static func announced(_ pool: SyncPool) -> BGPPool.Announced {
    if pool.disableBGPExport { return .nothing }
    return pool.disabled ? .workloads : .everything
  }

  /// Whether a block is outside of all pools.
  private func isStray(_ block: CIDR) -> Bool { !pools.keys.contains { $0.contains(block) } }

  /// The blocks outside of all pools: their pool was deleted while pods ran in it, and these keep
  /// their routes. One that holds a node's address is no network of pods.
  private func strays(_ found: inout Set<ConversionProblem>) -> Set<CIDR> {
    var strays: Set<CIDR> = []
    for block in blocks.keys where isStray(block) {
      let holder = nodes.filter { _, node in
        [node.ipv4, node.ipv6].contains { $0.map { block.contains($0.address) } ?? false }
      }.keys.min()
      if let holder {
        found.insert(
          ConversionProblem(
            key: ResourceKey(kind: .ipamBlock, name: IPAMBlock.name(of: block)), field: "spec.cidr",
            reason:
              "is outside of all pools and holds the address of node \(holder): no routes for "
              + "'\(block)'"))
      } else {
        strays.insert(block)
      }
    }
    return strays
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

  private var clusterConfiguration: BGPConfigurationSpec? { configurations["default"] }

  private func asNumber(of node: SyncNode) -> UInt32 {
    node.asNumber ?? clusterConfiguration?.asNumber?.value ?? Self.defaultASNumber
  }

  /// Where a node listens for its peers.
  private func listenPort(of name: String) -> UInt16? {
    let port = configurations["node.\(name)"]?.listenPort ?? clusterConfiguration?.listenPort
    return port.flatMap { UInt16(exactly: $0) }
  }

  private var logLevel: BGPDaemonConfiguration.LogLevel {
    let severity =
      configurations["node.\(node)"]?.logSeverityScreen ?? clusterConfiguration?.logSeverityScreen
      ?? "Info"
    switch severity.lowercased() {
    case "trace", "debug": return .all
    case "info": return .states
    default: return .none
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
