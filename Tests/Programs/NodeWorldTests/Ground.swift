// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import CLinux
import Glibc
import Netlink
import TestSupport

/// The network namespaces that all worlds use one after the other: the node with its uplink, a
/// bridge and a link of somebody else's, the gateway behind the uplink, and those of pods.
final class Ground {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// The namespace of a container.
  struct Sandbox {
    let path: String
    let namespace: NetworkNamespace
    let sockets: RouteSocket
  }

  /// What the node has of its own: nothing of it may ever change.
  static let foreignLinks = ["lo", "eth0", "br0", "mem0", "tap7"]
  static let nodeAddress = "192.0.2.1"
  static let gatewayAddress = "192.0.2.254"
  static let sandboxCount = 14
  /// A link of somebody else's that comes while worlds run.
  static let lateLink = "late0"

  let node: NetworkNamespace
  let gateway: NetworkNamespace
  /// What nobody ever attached has: `eth0` is in it already, and is not ours.
  let occupied: Sandbox
  let sandboxes: [Sandbox]
  let sockets: RouteSocket
  /// How many packets have been sent, over all worlds.
  var probes = 0
  private let names: [String]

  private static let prefix = "nw"
  static let hasIPv6 = access("/proc/sys/net/ipv6/conf", F_OK) == 0

  init() throws {
    Self.sweep()
    let base = "\(Self.prefix)\(getpid())x"
    names = ["n", "g", "o"].map { base + $0 } + (0..<Self.sandboxCount).map { "\(base)\($0)" }
    do {
      try Self.run(names.map { "ip netns add \($0)" }.joined(separator: "\n"))
      try Self.run(Self.wiring(node: names[0], gateway: names[1], occupied: names[2]))
    } catch {
      Self.remove(names)
      throw error
    }
    node = try NetworkNamespace(name: names[0])
    gateway = try NetworkNamespace(name: names[1])
    func sandbox(_ name: String) throws -> Sandbox {
      let namespace = try NetworkNamespace(name: name)
      return Sandbox(
        path: "/run/netns/\(name)", namespace: namespace,
        sockets: try RouteSocket(in: namespace))
    }
    occupied = try sandbox(names[2])
    sandboxes = try names.dropFirst(3).map(sandbox)
    sockets = try RouteSocket(in: node)
  }

  deinit { Self.remove(names) }

  /// Puts the calling thread onto the node, for good: the plugin works where it is called.
  func moveThread() throws {
    guard setns(node.fileDescriptor, clinux_CLONE_NEWNET) == 0 else {
      throw Failure(description: "setns: errno \(errno)")
    }
  }

  /// Removes what runs that were killed have left.
  private static func sweep() {
    let stale = TemporaryFolder.names(in: "/run/netns").filter { name in
      guard name.hasPrefix(prefix),
        let owner = pid_t(name.dropFirst(prefix.count).prefix { $0 != "x" })
      else { return false }
      return kill(owner, 0) != 0
    }
    if !stale.isEmpty { remove(stale) }
  }

  private static func remove(_ names: [String]) {
    _ = try? run(names.map { "ip netns delete \($0) || true" }.joined(separator: "\n"))
  }

  private static func wiring(node: String, gateway: String, occupied: String) -> String {
    """
    for n in \(node) \(gateway) \(occupied); do ip -n $n link set lo up; done
    ip -n \(node) link add eth0 type veth peer name eth0 netns \(gateway)
    ip -n \(node) link add br0 type bridge
    ip -n \(node) link add mem0 type veth peer name mem1
    ip -n \(node) link set mem0 master br0
    ip -n \(node) link add tap7 type veth peer name tap8
    ip -n \(occupied) link add eth0 type veth peer name other
    ip netns exec \(node) sh -ec '
      sysctl -qw net.ipv4.ip_forward=1
      for l in eth0 br0 mem0 mem1 tap7 tap8; do
        ip link set $l addrgenmode none; ip link set $l up
      done
      ip addr add \(nodeAddress)/24 dev eth0
      ip addr add 172.20.0.1/24 dev br0
      ip addr add 172.21.0.1/24 dev tap7
      ip route add default via \(gatewayAddress)
      [ ! -e /proc/sys/net/ipv6/conf ] || {
        sysctl -qw net.ipv6.conf.all.forwarding=1
        ip -6 addr add 2001:db8:9::1/64 dev eth0 nodad
        ip -6 route add default via 2001:db8:9::fe
      }
      ip route add 172.22.0.0/16 via 172.21.0.2 dev tap7
      ip route add 198.51.100.7/32 dev eth0
      ip neigh add 172.21.0.2 lladdr 02:00:00:00:00:07 nud permanent dev tap7
    '
    ip -n \(gateway) link set eth0 up
    ip -n \(gateway) addr add \(gatewayAddress)/24 dev eth0
    """
  }

  static func run(_ script: String) throws {
    let folder = TemporaryFolder()
    let path = try folder.write("exec 2>&1\nset -e\n" + script + "\n", to: "script")
    guard let pipe = popen("PATH=/usr/sbin:/usr/bin:/sbin:/bin sh \(path)", "r") else {
      throw Failure(description: "popen: errno \(errno)")
    }
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&chunk, 1, chunk.count, pipe)
    guard pclose(pipe) == 0 else {
      throw Failure(description: String(decoding: chunk[..<count], as: UTF8.self))
    }
  }

  // MARK: - What is somebody else's

  /// Everything of the links that are not ours, in words. To be called on the node's thread.
  func foreign() throws -> [String] {
    let links = try sockets.links()
    let named = Dictionary(links.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let wanted = Self.foreignLinks + [Self.lateLink]
    let indices = Dictionary(
      links.filter { wanted.contains($0.name) }.map { ($0.index, $0.name) },
      uniquingKeysWith: { first, _ in first })
    var lines: [String] = []
    for name in wanted {
      guard let link = named[name] else {
        if name != Self.lateLink { lines.append("\(name) is gone") }
        continue
      }
      lines.append(
        "\(name) \(link.index) \(link.isUp ? "up" : "down") \(link.mtu)"
          + " \(link.mac.map { "\($0)" } ?? "-") master \(link.masterIndex ?? 0)")
      for (path, key) in Self.sysctls(name) {
        lines.append("\(name) \(key) \((try? Sysctl.read(path)) ?? "-")")
      }
    }
    for address in try sockets.addresses() {
      guard let name = indices[address.linkIndex] else { continue }
      lines.append("\(name) address \(address.address)")
    }
    for route in try sockets.routes(RouteFilter(table: RouteTable.main)) {
      guard let name = route.linkIndex.flatMap({ indices[$0] }) else { continue }
      let via = route.gateway.map { " via \($0)" } ?? ""
      lines.append("\(name) route \(route.destination)\(via) \(route.protocol.rawValue)")
    }
    for neighbour in try sockets.neighbours() where neighbour.state.contains(.permanent) {
      guard let name = indices[neighbour.linkIndex] else { continue }
      lines.append("\(name) neighbour \(neighbour.address) \(neighbour.mac.map { "\($0)" } ?? "")")
    }
    return lines.sorted()
  }

  private static func sysctls(_ name: String) -> [([String], String)] {
    let four = ["proxy_arp", "route_localnet", "forwarding", "rp_filter"].map {
      (["net", "ipv4", "conf", name, $0], $0)
    }
    let six = ["proxy_ndp", "forwarding", "accept_ra", "disable_ipv6"].map {
      (["net", "ipv6", "conf", name, $0], "ipv6 \($0)")
    }
    return four + six + [(["net", "ipv4", "neigh", name, "proxy_delay"], "proxy_delay")]
  }

  /// A link of somebody else's comes, with an address and a route.
  func addLateLink() throws {
    try sockets.createVeth(LinkSpec(name: Self.lateLink), peer: LinkSpec(name: "late1"))
    for name in ["late1", Self.lateLink] {
      guard let link = try sockets.link(named: name) else { continue }
      if Self.hasIPv6 { try Sysctl.write("1", to: "net", "ipv6", "conf", name, "addr_gen_mode") }
      try sockets.changeLink(index: link.index, LinkChange(isUp: true))
      guard name == Self.lateLink, let address = InterfaceAddress("172.23.0.1/24"),
        let far = CIDR("172.24.0.0/16")
      else { continue }
      try sockets.add(LinkAddress(linkIndex: link.index, address: address))
      try sockets.add(Route(to: far, gateway: IPAddress("172.23.0.2"), linkIndex: link.index))
    }
  }

  /// Both ends of a pair go with the first. (Not inside of the loop: Swift 6.3.1 crashes on that.)
  private func remove(_ link: Link) throws(NetlinkError) {
    do throws(NetlinkError) {
      try sockets.deleteLink(index: link.index)
    } catch  where error.isNotFound {
      // Gone with its other end.
    }
  }

  /// The routes of the main table on links whose names are those of pods'.
  func podRoutes() throws -> [(link: String, route: Route)] {
    let links = try sockets.links()
    let names = Dictionary(links.map { ($0.index, $0.name) }, uniquingKeysWith: { a, _ in a })
    return try sockets.routes(RouteFilter(table: RouteTable.main)).compactMap { route in
      guard let name = route.linkIndex.flatMap({ names[$0] }), name.hasPrefix("cali") else {
        return nil
      }
      return (name, route)
    }
  }

  func deleteTables() throws {
    let tables = try NFTablesSocket(in: node)
    for table in try tables.tables() where table.id.name == "calico" {
      try tables.apply(NFTBatch([.deleteTable(table.id)]))
    }
  }

  // MARK: - Between worlds

  /// Takes away what a world has left on the node: pods' links, the late link and the table.
  func clean() throws {
    for link in try sockets.links()
    where link.name.hasPrefix("cali") || link.name == Self.lateLink {
      do throws(NetlinkError) {
        try sockets.deleteLink(index: link.index)
      } catch {
        if !error.isNotFound { throw error }
      }
    }
    try deleteTables()
  }
}
