// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import AgentProtocol
import NetworkEngine
import Resources

/// Reads the variables of a node's configuration, each by its form.
struct EnvironmentReader {
  private let environment: [String: String]
  private(set) var warnings: [String] = []

  init(_ environment: [String: String]) { self.environment = environment }

  /// The text of a variable; an empty one is none.
  func value(_ name: String) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  private mutating func warn(_ name: String, _ value: String, _ allowed: String, using: String) {
    warnings.append("\(name) = '\(value)' is not valid: allowed is \(allowed); using \(using)")
  }

  /// NODENAME as it is, or else HOSTNAME or the host's name in lower case.
  func nodeName(hostName: String) throws(StartupError) -> String {
    let candidates = [
      ("NODENAME", value("NODENAME")), ("HOSTNAME", value("HOSTNAME")?.lowercased()),
    ]
    let (variable, found) = candidates.first { $0.1 != nil } ?? ("the host's name", nil)
    let name = found ?? hostName.lowercased()
    guard Self.isNodeName(name) else {
      throw .badValue(
        name: variable, value: name,
        allowed: "at most 253 lower case letters, digits, '-' and '.'"
          + (variable == "NODENAME" ? "" : "; set NODENAME"))
    }
    return name
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

  func asNumber(_ name: String) throws(StartupError) -> UInt32? {
    guard let text = value(name) else { return nil }
    guard let number = ASNumber(text), number.value != 0 else {
      throw .badValue(
        name: name, value: text, allowed: "a number from 1 to 4294967295, or high.low")
    }
    return number.value
  }

  func addressSource(
    _ name: String, _ family: IPFamily
  ) throws(StartupError) -> NodeConfiguration.AddressSource {
    switch value(name) {
    case nil: return family == .v4 ? .keep : .none
    case "autodetect": return .detect
    case "none": return .none
    case .some(let text):
      guard let address = InterfaceAddress(text), address.family == family,
        address.address.canBePeer
      else {
        throw .badValue(
          name: name, value: text,
          allowed: "an IPv\(family.rawValue) address that other nodes can reach, with or without "
            + "prefix length, autodetect or none")
      }
      return .fixed(address)
    }
  }

  /// A method that nobody asks need not be right.
  mutating func detection(
    _ name: String, for source: NodeConfiguration.AddressSource
  ) throws(StartupError) -> AddressDetection {
    guard let text = value(name) else { return .firstFound }
    do throws(StartupError) {
      return try AddressDetection(text, variable: name)
    } catch {
      if source == .detect || source == .keep { throw error }
      warnings.append("\(error); nothing is detected")
      return .firstFound
    }
  }

  func flag(_ name: String, default standard: Bool) throws(StartupError) -> Bool {
    guard let text = value(name) else { return standard }
    switch text.lowercased() {
    case "true", "yes", "1", "t", "y": return true
    case "false", "no", "0", "f", "n": return false
    default: throw .badValue(name: name, value: text, allowed: "true or false")
    }
  }

  /// The items between commas.
  func list(_ name: String) -> [String] {
    (value(name) ?? "").split(separator: ",").compactMap { item in
      let words = item.split(whereSeparator: \.isWhitespace)
      return words.isEmpty ? nil : words.joined(separator: " ")
    }
  }

  func backend(_ name: String) throws(StartupError) -> NodeConfiguration.Backend {
    guard let text = value(name) else { return .bird }
    guard let backend = NodeConfiguration.Backend(rawValue: text) else {
      throw .badValue(
        name: name, value: text, allowed: "bird or none (vxlan is not supported yet)")
    }
    return backend
  }

  /// Routing works with any number that no other node has, so that a wrong one need not stop it.
  mutating func routerID(_ name: String) -> NetworkEngine.RouterID {
    guard let text = value(name) else { return .nodeAddress }
    if text == "hash" { return .hash }
    if let address = IPAddress(text), address.family == .v4, !address.isUnspecified {
      return .fixed(address)
    }
    warn(
      name, text, "an IPv4 address other than 0.0.0.0, or hash",
      using: "the node's IPv4 address, or hash where it has none")
    return .nodeAddress
  }

  /// An absolute path. Quotes and line breaks cannot be written in BIRD's configuration.
  func path(
    _ name: String, default standard: String, atMost limit: Int = 4095
  ) throws(StartupError) -> String {
    let text = value(name) ?? standard
    guard text.hasPrefix("/"), text.utf8.count <= limit,
      text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\"") })
    else {
      throw .badValue(
        name: name, value: text,
        allowed: "an absolute path of at most \(limit) bytes, without quotes and line breaks")
    }
    return text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  /// A folder in which sockets are made, whose paths may not be long.
  func socketFolder(_ name: String, default standard: String) throws(StartupError) -> String {
    let longest = AgentSocket.path(runDirectory: "/").utf8.count
    return try path(name, default: standard, atMost: AgentSocket.longestPath - longest)
  }

  mutating func pool(
    _ family: IPFamily, isCreated: Bool
  ) throws(StartupError) -> NodeConfiguration.DefaultPool {
    let prefix = "CALICO_IPV\(family.rawValue)POOL_"
    let sizes = family == .v4 ? 20...32 : 116...128
    var pool = NodeConfiguration.DefaultPool(
      name: "default-ipv\(family.rawValue)-ippool",
      // IPv6 pods are made only where somebody asked for them.
      cidr: family == .v4 ? Self.defaultIPv4Pool : nil, blockSize: family == .v4 ? 26 : 122,
      natOutgoing: family == .v4)
    switch value(prefix + "CIDR") {
    case nil: break
    case "none": pool.cidr = nil
    case .some(let text):
      guard let cidr = CIDR(text), cidr.family == family else {
        throw .badValue(
          name: prefix + "CIDR", value: text, allowed: "an IPv\(family.rawValue) CIDR or none")
      }
      if InterfaceAddress(text)?.address != cidr.first {
        warnings.append(
          "\(prefix)CIDR = '\(text)' names an address inside a network: using \(cidr)")
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
    pool.nodeSelector = value(prefix + "NODE_SELECTOR") ?? pool.nodeSelector
    if family == .v4 { pool.ipipMode = try mode(prefix + "IPIP") }
    pool.vxlanMode = try mode(prefix + "VXLAN")
    pool.natOutgoing = try flag(prefix + "NAT_OUTGOING", default: pool.natOutgoing)
    pool.disableBGPExport = try flag(prefix + "DISABLE_BGP_EXPORT", default: false)
    if let problem = pool.resource.flatMap({ Self.problem(with: $0) }) {
      let error = StartupError.contradiction(names: prefix + "…", reason: "\(problem)")
      if isCreated { throw error }
      warnings.append("\(error); no pool is created")
    }
    return pool
  }

  /// What keeps a pool from being stored: in one of its fields, or between them.
  private static func problem(with pool: IPPool) -> FieldProblem? {
    let fields = (try? IPPool.decodeStored(pool.encode()))?.problems ?? []
    return (fields + pool.validate()).first
  }

  private func mode(_ name: String) throws(StartupError) -> EncapsulationMode {
    guard let text = value(name) else { return .never }
    switch text.lowercased() {
    case "off", "never": return .never
    case "always": return .always
    case "crosssubnet", "cross-subnet": return .crossSubnet
    default:
      throw .badValue(name: name, value: text, allowed: "Always, CrossSubnet or Never")
    }
  }

  private static let defaultIPv4Pool = CIDR("192.168.0.0/16")

  /// Says of Calico's variables that do nothing here that they do nothing.
  mutating func nameUnused() {
    for name in Self.unused where value(name) != nil {
      warnings.append("\(name) is set and has no effect in this version")
    }
  }

  private static let unused = [
    "AUTODETECT_POLL_INTERVAL", "CALICO_ADVERTISE_CLUSTER_IPS", "CALICO_DISABLE_FELIX",
    "CALICO_K8S_NODE_REF", "CALICO_MANAGE_CNI", "CALICO_STARTUP_LOGLEVEL",
  ]
}
