// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import Datastore
import Glibc
import HostSystem
import IPAM
public import Resources

/// What a node does before it becomes an agent: makes sure of what every cluster has, finds its own
/// address, registers itself and takes its first block (compatibility §9.2).
///
/// Every step is "make sure": running it again, or on many nodes at once, changes nothing more.
public struct NodeStartup: Sendable {
  public var store: any Datastore
  public var configuration: NodeConfiguration
  /// The version that ClusterInformation shows.
  public var version: String
  public var log: @Sendable (String) -> Void

  public init(
    store: any Datastore, configuration: NodeConfiguration, version: String,
    log: @escaping @Sendable (String) -> Void
  ) {
    self.store = store
    self.configuration = configuration
    self.version = version
    self.log = log
  }

  /// Runs every step and returns the node as stored.
  ///
  /// Errors: `datastoreLocked`, and nothing was written, when the datastore is locked for a migration.
  ///
  /// - Parameters:
  ///   - interfaces: The host's interfaces in the kernel's order.
  ///   - sourceTowards: See `AddressDetection.detect`.
  public func run(
    interfaces: [HostInterface], sourceTowards: @Sendable (String) -> IPAddress?
  ) async throws(StartupError) -> Node {
    do {
      try await ensureCluster()
      let node = try await ensureNode(interfaces: interfaces, sourceTowards: sourceTowards)
      try writeNodeName()
      try await ensureFirstBlock()
      return node
    } catch let error as StartupError {
      throw error
    } catch let error as DatastoreError {
      throw StartupError(error)
    } catch {
      throw .datastore("\(error)")
    }
  }

  private func ensureCluster() async throws {
    guard try await ensureClusterInformation() else { throw StartupError.datastoreLocked }
    for tier in Tier.ofEveryDatastore { try await ensure(tier) }
    try await ensure(Profile.ofEveryDatastore)
    var felix = FelixConfiguration(name: "default")
    felix.spec.reportingInterval = "0s"
    felix.spec.logSeverityScreen = "Info"
    try await ensure(felix)
    // As Calico does where nodes register themselves: workloads may reach their own node.
    var own = FelixConfiguration(name: "node.\(configuration.nodeName)")
    own.spec.defaultEndpointToHostAction = "Return"
    try await ensure(own)
    if configuration.createsDefaultPools { try await ensurePools() }
  }

  /// Creates a resource that is not there; one that is stays as it is.
  private func ensure(_ resource: some Resource) async throws(DatastoreError) {
    do {
      _ = try await store.get(resource.key)
    } catch .doesNotExist {
      do {
        _ = try await store.create(resource)
        log("created \(resource.key)")
      } catch .alreadyExists {
        // Another node was faster.
      }
    }
  }

  /// False, and nothing was written, when the datastore is locked.
  private func ensureClusterInformation() async throws(DatastoreError) -> Bool {
    for _ in 0..<Self.attempts {
      let stored = try await store.find(ClusterInformation.self, DatastoreLock.name)
      if DatastoreLock.isLocked(stored) { return false }
      var wanted = stored ?? ClusterInformation(name: DatastoreLock.name)
      if wanted.spec.clusterGUID.isEmpty { wanted.spec.clusterGUID = ClusterInformation.newGUID() }
      if wanted.spec.datastoreReady == nil { wanted.spec.datastoreReady = true }
      wanted.spec.calicoVersion = version
      var types = wanted.spec.clusterType.split(separator: ",").map(String.init)
      let own = configuration.clusterTypes + (configuration.backend == .bird ? ["bgp"] : [])
      for type in own where !types.contains(type) { types.append(type) }
      wanted.spec.clusterType = types.joined(separator: ",")
      if wanted == stored { return true }
      do throws(DatastoreError) {
        if stored == nil {
          _ = try await store.create(wanted)
        } else {
          _ = try await store.update(wanted)
        }
        return true
      } catch  where error.isConflict {
        continue
      }
    }
    throw .updateConflict(DatastoreLock.key)
  }

  private func ensurePools() async throws {
    let stored = try await store.all(IPPool.self)
    guard stored.isEmpty else { return }
    for pool in [configuration.ipv4Pool, configuration.ipv6Pool] {
      if let pool = pool.resource { try await ensure(pool) }
    }
  }

  private func ensureNode(
    interfaces: [HostInterface], sourceTowards: @Sendable (String) -> IPAddress?
  ) async throws -> Node {
    let name = configuration.nodeName
    for _ in 0..<Self.attempts {
      let stored = try await store.find(Node.self, name)
      var node = stored ?? Node(name: name)
      var bgp = node.spec.bgp ?? NodeBGPSpec()
      let ipv4 = try address(
        .v4, configuration.ipv4, configuration.ipv4Detection, stored: bgp.ipv4,
        interfaces, sourceTowards)
      let ipv6 = try address(
        .v6, configuration.ipv6, configuration.ipv6Detection, stored: bgp.ipv6,
        interfaces, sourceTowards)
      if configuration.checksAddressConflicts { try await checkConflicts(of: [ipv4, ipv6]) }
      bgp.ipv4Address = ipv4?.description ?? ""
      bgp.ipv6Address = ipv6?.description ?? ""
      if let number = configuration.asNumber, bgp.asNumber?.value != number {
        bgp.asNumber = ASNumber(number)
      }
      node.spec.bgp = bgp
      node.spec.addresses = [ipv4, ipv6].compactMap { $0 }.map {
        NodeAddress(address: $0.address.description)
      }
      if node == stored { return node }
      if let written = try await write(node, isNew: stored == nil) { return written }
    }
    throw DatastoreError.updateConflict(ResourceKey(kind: .node, name: name))
  }

  /// Writes the node; `nil` when somebody else wrote it meanwhile.
  private func write(_ node: Node, isNew: Bool) async throws(DatastoreError) -> Node? {
    do {
      let written = isNew ? try await store.create(node) : try await store.update(node)
      return written as? Node
    } catch {
      if error.isConflict { return nil }
      throw error
    }
  }

  private func address(
    _ family: IPFamily, _ source: NodeConfiguration.AddressSource, _ method: AddressDetection,
    stored: InterfaceAddress?, _ interfaces: [HostInterface],
    _ sourceTowards: (String) -> IPAddress?
  ) throws(StartupError) -> InterfaceAddress? {
    let words = "IPv\(family.rawValue)"
    switch source {
    case .none:
      return nil
    case .keep where stored != nil:
      log("\(words) address \(stored.map(String.init(describing:)) ?? "") kept as stored")
      return stored
    case .fixed(let address):
      // Without a prefix length in the setting, the interface that has the address knows it.
      let present = interfaces.flatMap(\.addresses).first { $0.address == address.address }
      log(
        "\(words) address \(address.address) set by configuration"
          + (present == nil ? ", and on no interface of this host" : ""))
      return address.prefixLength == family.bitWidth ? present ?? address : address
    case .detect, .keep:
      guard
        let found = method.detect(family, among: interfaces, sourceTowards: sourceTowards)
      else {
        throw .noAddress(family: family, method: "\(method)")
      }
      log("\(words) address \(found.address) detected, \(found.reason)")
      return found.address
    }
  }

  private func checkConflicts(of addresses: [InterfaceAddress?]) async throws {
    for other in try await store.all(Node.self)
    where other.metadata.name != configuration.nodeName {
      for address in addresses.compactMap({ $0 }) {
        let theirs = [other.spec.bgp?.ipv4, other.spec.bgp?.ipv6]
        if theirs.contains(where: { $0?.address == address.address }) {
          throw StartupError.addressConflict(
            address: address.address.description, node: other.metadata.name)
        }
      }
    }
  }

  /// The CNI plugin reads the node's name from this file.
  private func writeNodeName() throws(StartupError) {
    do throws(SystemCallError) {
      try SmallFile.makeFolder(configuration.libDirectory)
      try SmallFile.replace(
        configuration.nodeNameFile, with: configuration.nodeName, mode: 0o644)
    } catch {
      throw .file(error)
    }
  }

  /// A node has a block from the start, so that the first pod need not wait for one.
  private func ensureFirstBlock() async throws {
    do throws(IPAMError) {
      let blocks = try await IPAMClient(store: store).ensureBlock(host: configuration.nodeName)
      for block in blocks.values.sorted() { log("this node has block \(block)") }
    } catch {
      // No pool, or none free: pods say so when they come. The node itself works.
      log("no block for this node yet: \(error)")
    }
  }

  private static let attempts = 10
}
