// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources
import Routing
import SyncModel

/// What the node's BGP sessions and announcements follow from: collects sync updates and makes
/// BIRD's configuration of them. Pure.
struct RoutingState: Sendable {
  private let node: String
  private let routerID: String?
  private let logFile: String
  private(set) var nodes: [String: SyncNode] = [:]
  private var pools: [CIDR: SyncPool] = [:]
  private var blocks: [CIDR: SyncBlock] = [:]
  private var clusterConfiguration: BGPConfigurationSpec?
  private var nodeConfiguration: BGPConfigurationSpec?
  var workloadInterfacePrefixes: [String] = ["cali"]

  static let defaultASNumber: UInt32 = 64512

  init(node: String, routerID: String?, logFile: String) {
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
      let own = blocks[cidr]?.node == node || value?.node == node
      blocks[cidr] = value
      return own
    case .bgpConfiguration("default", let value):
      clusterConfiguration = value
    case .bgpConfiguration("node.\(node)", let value):
      nodeConfiguration = value
    default:
      return false
    }
    return true
  }

  /// BIRD's configuration, or `nil` while the node has no address to speak BGP from.
  func configuration() -> BGPDaemonConfiguration? {
    guard let own = nodes[node], own.ipv4 != nil || own.ipv6 != nil else { return nil }
    guard let router = identifier(of: own) else { return nil }
    let meshEnabled = clusterConfiguration?.nodeToNodeMeshEnabled ?? true
    return BGPDaemonConfiguration(
      routerID: router, asNumber: asNumber(of: own), ipv4: own.ipv4?.address,
      ipv6: own.ipv6?.address, listenPort: listenPort,
      blocks: blocks.filter { $0.value.node == node }.map(\.key).sorted(),
      pools: pools.map { cidr, pool in
        BGPPool(cidr: cidr, exported: !pool.disabled && !pool.disableBGPExport)
      }.sorted { $0.cidr < $1.cidr },
      peers: meshEnabled ? mesh(from: own) : [],
      workloadInterfacePrefixes: workloadInterfacePrefixes, logLevel: logLevel, logFile: logFile)
  }

  /// A session with every other node of the mesh, for each family that both have.
  private func mesh(from own: SyncNode) -> [BGPNeighbor] {
    guard own.routeReflectorClusterID == nil else { return [] }
    var peers: [BGPNeighbor] = []
    for (name, other) in nodes where name != node && other.routeReflectorClusterID == nil {
      let number = asNumber(of: other)
      for (mine, theirs) in [(own.ipv4, other.ipv4), (own.ipv6, other.ipv6)] {
        guard mine != nil, let theirs, theirs.address != mine?.address else { continue }
        peers.append(
          BGPNeighbor(
            origin: .mesh, address: theirs.address, port: listenPort, asNumber: number))
      }
    }
    return peers.sorted { $0.address < $1.address }
  }

  private func asNumber(of node: SyncNode) -> UInt32 {
    node.asNumber ?? clusterConfiguration?.asNumber?.value ?? Self.defaultASNumber
  }

  private var listenPort: UInt16? {
    let port = nodeConfiguration?.listenPort ?? clusterConfiguration?.listenPort
    return port.flatMap { UInt16(exactly: $0) }
  }

  private var logLevel: BGPDaemonConfiguration.LogLevel {
    let severity =
      nodeConfiguration?.logSeverityScreen ?? clusterConfiguration?.logSeverityScreen ?? "Info"
    switch severity.lowercased() {
    case "debug": return .all
    case "info": return .states
    default: return .none
    }
  }

  /// The router ID: the IPv4 address, what the configuration says, or a number made from the node's
  /// name where there is no IPv4 (`hash`).
  private func identifier(of own: SyncNode) -> IPAddress? {
    switch routerID {
    case nil: return own.ipv4?.address ?? hashedIdentifier
    case "hash": return hashedIdentifier
    case .some(let text): return IPAddress(text)
    }
  }

  /// FNV-1a over the name, in the range of ordinary addresses: BIRD refuses 0.
  private var hashedIdentifier: IPAddress {
    var hash: UInt32 = 2_166_136_261
    for byte in node.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return IPAddress(v4: max(hash, 1))
  }
}
