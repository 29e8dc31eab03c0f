// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// Everything that BIRD's configuration on one node is made from.
///
/// Two equal values render to the same text, so that a configuration is written and loaded only
/// when something that it shows has changed.
public struct BGPDaemonConfiguration: Sendable, Hashable {
  /// How much BIRD logs: compatibility §6.2, from BGPConfiguration's `logSeverityScreen`.
  public enum LogLevel: Sendable, Hashable {
    case none
    case states
    case all
  }

  /// Unique in the autonomous system; the node's IPv4 address unless told otherwise.
  public var routerID: IPAddress
  public var asNumber: UInt32
  public var ipv4: IPAddress?
  public var ipv6: IPAddress?
  /// TCP port that the node listens on; `nil` is BGP's own, 179.
  public var listenPort: UInt16?
  /// The blocks that this node owns: announced whole, and unreachable where no workload has the
  /// address.
  public var blocks: [CIDR]
  public var pools: [BGPPool]
  public var peers: [BGPNeighbor]
  /// Prefixes of workload interfaces; BIRD takes no connected routes from them. One that a pattern
  /// of BIRD's cannot hold is left out.
  public var workloadInterfacePrefixes: [String]
  public var logLevel: LogLevel
  /// Where BIRD logs to: absolute path, without quotes and line breaks, for which BIRD knows no
  /// other way of writing; rotated once at 1 MiB.
  public var logFile: String

  public init(
    routerID: IPAddress, asNumber: UInt32, ipv4: IPAddress?, ipv6: IPAddress?,
    listenPort: UInt16? = nil, blocks: [CIDR] = [], pools: [BGPPool] = [],
    peers: [BGPNeighbor] = [], workloadInterfacePrefixes: [String] = ["cali"],
    logLevel: LogLevel = .states, logFile: String
  ) {
    self.routerID = routerID
    self.asNumber = asNumber
    self.ipv4 = ipv4
    self.ipv6 = ipv6
    self.listenPort = listenPort
    self.blocks = blocks
    self.pools = pools
    self.peers = peers
    self.workloadInterfacePrefixes = workloadInterfacePrefixes
    self.logLevel = logLevel
    self.logFile = logFile
  }
}

/// A pool, as BIRD's filters know it.
public struct BGPPool: Sendable, Hashable {
  /// Which routes into the pool peers are told of, besides the own blocks.
  public enum Announced: Sendable, Hashable {
    case everything
    /// Those that lead to workloads of this node.
    case workloads
    /// None, and not the own blocks either.
    case nothing
  }

  public var cidr: CIDR
  public var announced: Announced

  public init(cidr: CIDR, announced: Announced) {
    self.cidr = cidr
    self.announced = announced
  }
}

/// A BGP session of this node.
public struct BGPNeighbor: Sendable, Hashable {
  /// Why there is a session: the protocol's name in BIRD starts with it (compatibility §6.2).
  public enum Origin: String, Sendable, Hashable {
    case mesh = "Mesh"
    case global = "Global"
    case node = "Node"
  }

  public var origin: Origin
  public var address: IPAddress
  public var port: UInt16?
  public var asNumber: UInt32

  public init(origin: Origin, address: IPAddress, port: UInt16? = nil, asNumber: UInt32) {
    self.origin = origin
    self.address = address
    self.port = port
    self.asNumber = asNumber
  }
}
