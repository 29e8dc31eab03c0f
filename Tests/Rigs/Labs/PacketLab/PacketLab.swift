// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
import CLinux
import Glibc
import HostSystem
public import Netlink

/// Nodes, the workloads on them and the world outside, each in a network namespace of its own that
/// nobody else sees and that goes with the object; and packets between them through sockets.
///
/// Every node is wired to the outside, which routes between the nodes and answers for every address
/// of some networks. All neighbours are permanent. Everything happens on one thread bound to one
/// CPU: packets wait in that CPU's queue alone, so that one that was sent after others and has
/// arrived shows that the others have, or never will.
public actor PacketLab {
  nonisolated let executor: ThreadExecutor
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// A place with sockets and, where asked for, wires.
  final class Place {
    let namespace: NetworkNamespace
    let routes: RouteSocket
    let connections: NetlinkClient
    let loopback: UInt32
    /// Receive every ICMP message that comes in.
    let icmp: [IPFamily: LabSocket]

    init() throws {
      namespace = try Place.makeNamespace()
      routes = try RouteSocket(in: namespace)
      connections = NetlinkClient(try NetlinkSocket(.netfilter, in: namespace))
      guard let lo = try routes.link(named: "lo") else { throw LabError("no interface lo") }
      loopback = lo.index
      try routes.changeLink(index: lo.index, LinkChange(isUp: true))
      icmp = try namespace.enter {
        [
          .v4: try LabSocket(.v4, SOCK_RAW, transport: .icmp),
          .v6: try LabSocket(.v6, SOCK_RAW, transport: .icmpv6),
        ]
      }
    }

    /// Only for a thread of one's own.
    static func makeNamespace() throws -> NetworkNamespace {
      let home = try NetworkNamespace.current()
      if unshare(clinux_CLONE_NEWNET) < 0 { throw LabError.systemCall("unshare") }
      let made = Result { try NetworkNamespace.current() }
      if setns(home.fileDescriptor, clinux_CLONE_NEWNET) < 0 {
        throw LabError.systemCall("return from the new network namespace")
      }
      let namespace = try made.get()
      // Nothing is to be heard in it but what is sent on purpose.
      try namespace.enter {
        let settings = [
          ("ipv6", "accept_dad", "0"), ("ipv6", "router_solicitations", "0"),
          ("ipv6", "forwarding", "1"), ("ipv4", "forwarding", "1"), ("ipv4", "rp_filter", "0"),
        ]
        for (family, name, value) in settings {
          for scope in ["all", "default"] {
            try Sysctl.write(value, to: "net", family, "conf", scope, name)
          }
        }
      }
      return namespace
    }
  }

  /// A workload's end of a wire.
  struct Wire {
    var link: UInt32
    var node: String
  }

  var nodes: [String: Place] = [:]
  /// The outside's interfaces to the nodes.
  var uplinks: [String: UInt32] = [:]
  /// The nodes' addresses on those wires.
  var nodeAddresses: [String: [IPFamily: IPAddress]] = [:]
  var outside: Place?
  var pods: [String: Place] = [:]
  var podOf: [IPAddress: String] = [:]
  /// By `pod/node/interface`.
  var wires: [String: Wire] = [:]
  /// Where each workload is wired now.
  var current: [String: String] = [:]
  var round: UInt16 = 0

  public init() throws { executor = try ThreadExecutor(name: "packet-lab") }

  /// Makes the outside and the nodes, wired to it by interfaces named `eth0`.
  ///
  /// - Parameter outsideNets: every address in them is outside.
  public func start(nodes names: [String], outsideNets: [CIDR]) throws {
    var mask: UInt = 1
    if sched_setaffinity(0, UInt(MemoryLayout<UInt>.size), &mask) < 0 {
      throw LabError.systemCall("sched_setaffinity")
    }
    let outside = try Place()
    self.outside = outside
    for net in outsideNets {
      try outside.routes.add(
        Route(to: net, table: RouteTable.local, type: .local, linkIndex: outside.loopback))
    }
    for (index, name) in names.enumerated() {
      let node = try Place()
      nodes[name] = node
      try outside.routes.createVeth(
        LinkSpec(name: "to-\(index)", mac: Self.mac(1, UInt64(index)), isUp: true),
        peer: LinkSpec(name: "eth0", mac: Self.mac(2, UInt64(index)), namespace: node.namespace))
      guard let near = try outside.routes.link(named: "to-\(index)"),
        let far = try node.routes.link(named: "eth0")
      else { throw LabError("the wire to node \(name) is not there") }
      try node.routes.changeLink(index: far.index, LinkChange(isUp: true))
      uplinks[name] = near.index
      for family in IPFamily.allCases {
        let (ours, theirs) = try Self.uplinkAddresses(family, index)
        nodeAddresses[name, default: [:]][family] = theirs.address
        try outside.routes.add(
          LinkAddress(linkIndex: near.index, address: ours, flags: .noDuplicateDetection))
        try node.routes.add(
          LinkAddress(linkIndex: far.index, address: theirs, flags: .noDuplicateDetection))
        try outside.routes.add(
          Neighbour(
            linkIndex: near.index, address: theirs.address, mac: Self.mac(2, UInt64(index))))
        try node.routes.add(
          Neighbour(linkIndex: far.index, address: ours.address, mac: Self.mac(1, UInt64(index))))
        try node.routes.add(
          Route(
            to: CIDR.everything(family), gateway: ours.address, linkIndex: far.index))
      }
    }
  }

  /// A network namespace with nothing in it.
  public func makeNamespace() throws -> NetworkNamespace { try Place.makeNamespace() }

  /// The namespace of a node, to be programmed.
  public func namespace(of node: String) throws -> NetworkNamespace {
    guard let place = nodes[node] else { throw LabError("there is no node \(node)") }
    return place.namespace
  }

  static func mac(_ kind: UInt64, _ number: UInt64) -> MACAddress? {
    MACAddress(bits: 0x0200_0000_0000 | kind << 32 | number)
  }

  /// Of the outside and of the node, at each end of their wire.
  private static func uplinkAddresses(
    _ family: IPFamily, _ index: Int
  ) throws(LabError) -> (InterfaceAddress, InterfaceAddress) {
    func make(_ host: UInt32) -> InterfaceAddress? {
      let number = UInt32(index)
      let address =
        family == .v4
        ? IPAddress(v4: 0xac1f_0000 | number << 8 | host)
        : IPAddress(v6: 0xfd31 << 112 | UInt128(number) << 64 | UInt128(host))
      return InterfaceAddress(address, prefixLength: family == .v4 ? 24 : 64)
    }
    guard let near = make(254), let far = make(1) else { throw LabError("no such network") }
    return (near, far)
  }
}
