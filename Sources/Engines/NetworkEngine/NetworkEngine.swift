// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import DesiredState
public import Features
public import SyncModel

/// Computes how this node's packets get to other nodes and out of the cluster: what the dataplane must
/// make true of pools, and what BIRD is to run with.
///
/// It is pure: feed it updates in any order and grouping, and what `flush` and `plan` return adds up to
/// the same. Nothing is returned before the store has been read whole (`inSync`), as what is half read
/// would be withdrawn; and nothing twice.
///
/// One BIRD serves all of the cluster, and takes its configuration whole or not at all. What others
/// wrote and cannot be used is therefore left out, and named in `problems`; the rest goes on.
public struct NetworkEngine: Sendable {
  /// What it puts into force of what not every version does.
  public static let capabilities: Set<Feature> = [.meshOff, .disableBGPExport]

  /// Where BIRD's router ID comes from.
  public enum RouterID: Sendable, Hashable {
    /// The node's IPv4 address; without one as `hash`.
    case nodeAddress
    /// Made from the node's name.
    case hash
    /// An IPv4 address, which need not be one of the node's.
    case fixed(IPAddress)
  }

  /// What BIRD is to do.
  public enum Plan: Sendable, Hashable {
    case run(BGPDaemonConfiguration)
    /// Nothing new: what it does already, it goes on doing. With the reason.
    case wait(String)
  }

  let node: String
  let routerID: RouterID
  let logFile: String

  // What the cluster's state is.
  var nodes: [String: SyncNode] = [:]
  var pools = PrefixMap<SyncPool>()
  /// The node of each block, where there is one.
  var blocks = PrefixMap<String?>()
  /// By name: `default`, or `node.<name>`.
  var configurations: [String: SyncBGPConfiguration] = [:]
  private var isInSync = false

  // What follows from it.
  /// The blocks that this node has.
  var ownBlocks: Set<CIDR> = []
  /// The blocks outside of all pools.
  var strays = PrefixMap<Void>()
  /// What the last plan leaves out because objects contradict each other, in order.
  public internal(set) var problems: [ConversionProblem] = []

  // What has been told, and what may have changed since.
  private var told: [CIDR: DesiredPool] = [:]
  private var dirtyPools: Set<CIDR> = []
  var isRoutingDirty = false

  public init(node: String, routerID: RouterID, logFile: String) {
    self.node = node
    self.routerID = routerID
    self.logFile = logFile
  }

  /// What workloads' interfaces begin with.
  public var workloadInterfacePrefixes: [String] = ["cali"] {
    didSet { if workloadInterfacePrefixes != oldValue { isRoutingDirty = true } }
  }

  /// Takes in one change. An update that says what is known already costs a comparison.
  public mutating func apply(_ update: SyncUpdate) {
    switch update {
    case .node(let name, let value):
      let old = nodes.removeValue(forKey: name)
      nodes[name] = value
      if !Self.isSame(old, value) { isRoutingDirty = true }
    case .pool(let cidr, let value):
      dirtyPools.insert(cidr)
      if set(pool: cidr, value) { isRoutingDirty = true }
    case .block(let cidr, let value):
      if set(block: cidr, value) { isRoutingDirty = true }
    case .bgpConfiguration(let name, let value):
      if !Self.isSame(configurations[name], value) { isRoutingDirty = true }
      configurations[name] = value
    case .inSync:
      isInSync = true
      // Whoever runs BIRD hears after each reading of the store what it is to do.
      isRoutingDirty = true
    case .workloadEndpoint, .hostEndpoint, .policy, .tier, .profile, .networkSet, .bgpPeer,
      .felixConfiguration, .unknown:
      break
    }
  }

  /// The changes of the desired state since the last call. Empty until `inSync` has come in.
  public mutating func flush() -> [DesiredChange] {
    guard isInSync else { return [] }
    var changes: [DesiredChange] = []
    for cidr in dirtyPools.sorted() {
      let desired = pools[cidr].map { DesiredPool(masquerade: $0.natOutgoing) }
      if desired == told[cidr] { continue }
      told[cidr] = desired
      changes.append(.pool(cidr, desired))
    }
    dirtyPools.removeAll()
    return changes
  }

  /// What BIRD is to do, if that may have changed since the last call; nil until `inSync` has come in.
  public mutating func plan() -> Plan? { isInSync && isRoutingDirty ? settle() : nil }
}
