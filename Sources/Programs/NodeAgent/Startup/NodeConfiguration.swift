// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import NetworkEngine
public import Resources

/// What the environment says about this node (compatibility §9.2), read once at start.
///
/// What decides who this node is, where it can be reached and what it writes for the whole cluster
/// is not guessed: a value there that cannot be understood is an error. Where there is something
/// safe to go on with, `warnings` says what that is.
public struct NodeConfiguration: Sendable {
  /// What a node does about its address of one family.
  public enum AddressSource: Sendable, Hashable {
    case fixed(InterfaceAddress)
    case detect
    case none
    /// The stored address stays; the family is detected when none is stored.
    case keep
  }

  /// How pods of different nodes reach each other.
  public enum Backend: String, Sendable, CaseIterable {
    case bird
    case none
  }

  /// A pool that is created when there is none.
  public struct DefaultPool: Sendable, Hashable {
    public var name: String
    /// `nil`: no pool of this family.
    public var cidr: CIDR?
    public var ipipMode = EncapsulationMode.never
    public var vxlanMode = EncapsulationMode.never
    public var blockSize: Int
    public var nodeSelector = "all()"
    public var natOutgoing: Bool
    public var disableBGPExport = false

    /// The pool to create.
    public var resource: IPPool? {
      guard let cidr else { return nil }
      var pool = IPPool(name: name, spec: IPPoolSpec(cidr: cidr.description))
      pool.spec.ipipMode = ipipMode
      pool.spec.vxlanMode = vxlanMode
      pool.spec.blockSize = blockSize
      pool.spec.nodeSelector = nodeSelector
      pool.spec.natOutgoing = natOutgoing
      pool.spec.disableBGPExport = disableBGPExport
      return pool
    }
  }

  public var nodeName: String
  public var ipv4: AddressSource
  public var ipv6: AddressSource
  public var ipv4Detection: AddressDetection
  public var ipv6Detection: AddressDetection
  /// `nil`: the cluster's.
  public var asNumber: UInt32?
  public var checksAddressConflicts: Bool
  public var createsDefaultPools: Bool
  public var ipv4Pool: DefaultPool
  public var ipv6Pool: DefaultPool
  public var backend: Backend
  /// Added to ClusterInformation's `clusterType`.
  public var clusterTypes: [String]
  public var routerID: NetworkEngine.RouterID
  /// Where sockets and BIRD's files are. `CALICO_RUN_DIR`.
  public var runDirectory: String
  /// Where what outlives a boot is. `CALICO_LIB_DIR`.
  public var libDirectory: String
  public var nodeNameFile: String
  public var felixConfigurationFile: String
  public var birdProgram: String
  public var waitsForDatastore: Bool
  /// What is set and not heeded, in words for the log.
  public var warnings: [String]

  /// Reads the environment.
  ///
  /// Errors: the first value that cannot be understood and must not be guessed.
  ///
  /// - Parameters:
  ///   - environment: Names and values; an empty value counts as not given.
  ///   - hostName: The host's name, for when neither NODENAME nor HOSTNAME is set.
  public init(environment: [String: String], hostName: String) throws(StartupError) {
    var reader = EnvironmentReader(environment)
    nodeName = try reader.nodeName(hostName: hostName)
    ipv4 = try reader.addressSource("IP", .v4)
    ipv6 = try reader.addressSource("IP6", .v6)
    ipv4Detection = try reader.detection("IP_AUTODETECTION_METHOD", for: ipv4)
    ipv6Detection = try reader.detection("IP6_AUTODETECTION_METHOD", for: ipv6)
    asNumber = try reader.asNumber("AS")
    checksAddressConflicts = try !reader.flag("DISABLE_NODE_IP_CHECK", default: false)
    createsDefaultPools = try !reader.flag("NO_DEFAULT_POOLS", default: false)
    ipv4Pool = try reader.pool(.v4, isCreated: createsDefaultPools)
    ipv6Pool = try reader.pool(.v6, isCreated: createsDefaultPools)
    backend = try reader.backend("CALICO_NETWORKING_BACKEND")
    clusterTypes = reader.list("CLUSTER_TYPE")
    routerID = reader.routerID("CALICO_ROUTER_ID")
    runDirectory = try reader.socketFolder("CALICO_RUN_DIR", default: "/var/run/calico")
    libDirectory = try reader.path("CALICO_LIB_DIR", default: "/var/lib/calico")
    nodeNameFile = try reader.path(
      "CALICO_NODENAME_FILE", default: (libDirectory == "/" ? "" : libDirectory) + "/nodename")
    felixConfigurationFile = try reader.path(
      "FELIX_CONFIGFILE", default: "/etc/calico/felix.cfg")
    birdProgram = reader.value("CALICO_BIRD") ?? "bird"
    waitsForDatastore = try reader.flag("WAIT_FOR_DATASTORE", default: false)
    reader.nameUnused()
    warnings = reader.warnings
  }
}
