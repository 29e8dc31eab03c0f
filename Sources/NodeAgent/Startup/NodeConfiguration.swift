// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import Resources

/// What the environment says about this node (facts §9.2), read once at start.
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
    public var cidr: CIDR?
    public var ipipMode: EncapsulationMode
    public var vxlanMode: EncapsulationMode
    public var blockSize: Int
    public var nodeSelector: String
    public var natOutgoing: Bool
    public var disableBGPExport: Bool
    /// `CALICO_IPV4POOL_CIDR=none`: no pool of this family.
    public var isDisabled: Bool
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
  /// `nil`: the IPv4 address.
  public var routerID: String?
  /// Where sockets and BIRD's files are. `CALICO_RUN_DIR`.
  public var runDirectory: String
  /// Where what outlives a boot is. `CALICO_LIB_DIR`.
  public var libDirectory: String
  public var nodeNameFile: String
  public var felixConfigurationFile: String
  public var birdProgram: String
  public var waitsForDatastore: Bool

  /// Reads the environment.
  ///
  /// - Parameters:
  ///   - environment: Names and values.
  ///   - hostName: The host's name, for when neither NODENAME nor HOSTNAME is set.
  public init(environment: [String: String], hostName: String) throws(StartupError) {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    let name = value("NODENAME") ?? (value("HOSTNAME") ?? hostName).lowercased()
    guard Self.isNodeName(name) else {
      throw .badValue(
        name: "NODENAME", value: name,
        allowed: "at most 253 lower case letters, digits, '-' and '.'")
    }
    nodeName = name
    ipv4 = try Self.addressSource("IP", value("IP"), family: .v4)
    ipv6 = try Self.addressSource("IP6", value("IP6"), family: .v6)
    ipv4Detection = try AddressDetection(value("IP_AUTODETECTION_METHOD") ?? "first-found")
    ipv6Detection = try AddressDetection(value("IP6_AUTODETECTION_METHOD") ?? "first-found")
    asNumber = try value("AS").map { text throws(StartupError) in
      try Self.autonomousSystem(text)
    }
    checksAddressConflicts = try !Self.flag("DISABLE_NODE_IP_CHECK", value, default: false)
    createsDefaultPools = try !Self.flag("NO_DEFAULT_POOLS", value, default: false)
    ipv4Pool = try Self.pool(.v4, value)
    ipv6Pool = try Self.pool(.v6, value)
    let backendText = value("CALICO_NETWORKING_BACKEND") ?? "bird"
    guard let backend = Backend(rawValue: backendText) else {
      throw .badValue(
        name: "CALICO_NETWORKING_BACKEND", value: backendText,
        allowed: "bird or none (vxlan is not supported yet)")
    }
    self.backend = backend
    clusterTypes = (value("CLUSTER_TYPE") ?? "").split(separator: ",").map(String.init)
    routerID = value("CALICO_ROUTER_ID")
    runDirectory = try Self.folder("CALICO_RUN_DIR", value, default: "/var/run/calico")
    libDirectory = try Self.folder("CALICO_LIB_DIR", value, default: "/var/lib/calico")
    nodeNameFile = value("CALICO_NODENAME_FILE") ?? libDirectory + "/nodename"
    felixConfigurationFile = value("FELIX_CONFIGFILE") ?? "/etc/calico/felix.cfg"
    birdProgram = value("CALICO_BIRD") ?? "bird"
    waitsForDatastore = try Self.flag("WAIT_FOR_DATASTORE", value, default: false)
  }

  static func isNodeName(_ text: String) -> Bool {
    let allowed = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    let edges = [text.utf8.first ?? 0, text.utf8.last ?? 0].allSatisfy { edge in
      edge != UInt8(ascii: "-") && edge != UInt8(ascii: ".")
    }
    return allowed && edges && (1...253).contains(text.utf8.count)
  }

  private static func autonomousSystem(_ text: String) throws(StartupError) -> UInt32 {
    guard let number = ASNumber(text) else {
      throw .badValue(name: "AS", value: text, allowed: "a number up to 4294967295, or high.low")
    }
    return number.value
  }

  private static func addressSource(
    _ name: String, _ text: String?, family: IPFamily
  ) throws(StartupError) -> AddressSource {
    switch text {
    case nil: return family == .v4 ? .keep : .none
    case "autodetect": return .detect
    case "none": return .none
    case .some(let text):
      guard let address = InterfaceAddress(text), address.address.family == family
      else {
        throw .badValue(
          name: name, value: text,
          allowed: "an IPv\(family.rawValue) address with or without prefix length, "
            + "autodetect or none")
      }
      return .fixed(address)
    }
  }

  private static func flag(
    _ name: String, _ value: (String) -> String?, default standard: Bool
  ) throws(StartupError) -> Bool {
    guard let text = value(name) else { return standard }
    switch text.lowercased() {
    case "true", "yes", "1", "t", "y": return true
    case "false", "no", "0", "f", "n": return false
    default: throw .badValue(name: name, value: text, allowed: "true or false")
    }
  }

  private static func folder(
    _ name: String, _ value: (String) -> String?, default standard: String
  ) throws(StartupError) -> String {
    let text = value(name) ?? standard
    guard text.hasPrefix("/"), !text.contains("\n"), !text.contains("\"") else {
      throw .badValue(name: name, value: text, allowed: "an absolute path")
    }
    return text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  private static func pool(
    _ family: IPFamily, _ value: (String) -> String?
  ) throws(StartupError) -> DefaultPool {
    let prefix = "CALICO_IPV\(family.rawValue)POOL_"
    let sizes = family == .v4 ? 20...32 : 116...128
    var pool = DefaultPool(
      cidr: nil, ipipMode: .never, vxlanMode: .never, blockSize: family == .v4 ? 26 : 122,
      nodeSelector: value(prefix + "NODE_SELECTOR") ?? "all()", natOutgoing: family == .v4,
      disableBGPExport: false, isDisabled: false)
    switch value(prefix + "CIDR") {
    case nil: break
    case "none": pool.isDisabled = true
    case .some(let text):
      guard let cidr = CIDR(text), cidr.family == family else {
        throw .badValue(
          name: prefix + "CIDR", value: text, allowed: "an IPv\(family.rawValue) CIDR or none")
      }
      pool.cidr = cidr
    }
    if let text = value(prefix + "BLOCK_SIZE") {
      guard let size = Int(text), sizes.contains(size) else {
        throw .badValue(
          name: prefix + "BLOCK_SIZE", value: text,
          allowed: "\(sizes.lowerBound) to \(sizes.upperBound)")
      }
      pool.blockSize = size
    }
    if family == .v4 { pool.ipipMode = try mode(prefix + "IPIP", value) }
    pool.vxlanMode = try mode(prefix + "VXLAN", value)
    pool.natOutgoing = try flag(prefix + "NAT_OUTGOING", value, default: family == .v4)
    pool.disableBGPExport = try flag(prefix + "DISABLE_BGP_EXPORT", value, default: false)
    return pool
  }

  private static func mode(
    _ name: String, _ value: (String) -> String?
  ) throws(StartupError) -> EncapsulationMode {
    guard let text = value(name) else { return .never }
    switch text.lowercased() {
    case "off", "never": return .never
    case "always": return .always
    case "crosssubnet", "cross-subnet": return .crossSubnet
    default:
      throw .badValue(name: name, value: text, allowed: "Always, CrossSubnet or Never")
    }
  }
}
