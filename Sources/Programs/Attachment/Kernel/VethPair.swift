// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink

/// The pair of interfaces that joins a pod to its host: one end inside under the name that the
/// runtime chose, the other on the host under the workload's name.
///
/// The pod sees no network but its own addresses: everything goes to a router that is always called
/// the same, the host's end.
struct VethPair {
  let hostName: String
  let podName: String
  let namespace: NetworkNamespace
  /// Of the pod.
  let addresses: [IPAddress]
  let owner: LinkOwner
  /// The families in which the pod had a default route before: only packets with the addresses of
  /// this interface take its way. In the others all do that have no other.
  var secondary: Set<IPFamily> = []

  /// The MAC address of every host's end. No frame leaves the pair, so they need not differ, and a
  /// pod that is moved finds its router where it was.
  static let hostMAC = MACAddress(octets: [UInt8](repeating: 0xee, count: 6))
  /// The router that pods see. The host does not have the address: its end answers ARP requests for
  /// everything that the host has a route to (proxy ARP).
  static let router4 = IPAddress(v4: 0xa9fe_0101)
  /// The router of IPv6: the link-local address that follows from `hostMAC`.
  static let router6 = IPAddress(v6: 0xfe80_0000_0000_0000_ecee_eeff_feee_eeee)

  var hasV4: Bool { addresses.contains { $0.family == .v4 } }
  var hasV6: Bool { addresses.contains { $0.family == .v6 } }

  /// The routes that the pod needs, in the order in which the kernel takes them. Those of a
  /// secondary interface stand in a table of its own, so that the pod's others do not change.
  func podRoutes(_ index: UInt32) -> [Route] {
    func table(_ family: IPFamily) -> UInt32 {
      secondary.contains(family) ? Self.table(of: index) : RouteTable.main
    }
    var routes: [Route] = []
    if hasV4 {
      let isSecondary = secondary.contains(.v4)
      if !isSecondary {
        routes.append(Route(to: CIDR(host: Self.router4), scope: .link, linkIndex: index))
      }
      routes.append(
        Route(
          to: .everything(.v4), table: table(.v4), gateway: Self.router4, linkIndex: index,
          isOnLink: isSecondary))
    }
    if hasV6 {
      routes.append(
        Route(to: .everything(.v6), table: table(.v6), gateway: Self.router6, linkIndex: index))
    }
    return routes
  }

  /// The rules that send packets with a secondary interface's addresses to its table.
  func podRules(_ index: UInt32) -> [RoutingRule] {
    addresses.filter { secondary.contains($0.family) }.map { address in
      RoutingRule(
        from: CIDR(host: address), lookUp: Self.table(of: index), priority: Self.rulePriority)
    }
  }

  /// Before the main table, after what others want first.
  private static let rulePriority: UInt32 = 32_000
  /// The tables of interfaces: a number that nobody else uses, and the interface's own.
  private static let tables: UInt32 = 0xca11_0000

  static func table(of index: UInt32) -> UInt32 { tables | index & 0xffff }

  /// Whether a rule is one that this plugin has made, for whatever interface.
  static func isOurs(_ rule: RoutingRule) -> Bool {
    rule.priority == rulePriority && rule.table & 0xffff_0000 == tables
  }

  /// The routes to the pod.
  func hostRoutes(_ index: UInt32) -> [Route] {
    addresses.map { Route(to: CIDR(host: $0), linkIndex: index) }
  }

  /// Whether two links are the ends of one pair.
  static func isPair(_ outside: Link, _ inside: Link) -> Bool {
    outside.kind == "veth" && inside.kind == "veth" && outside.peerIndex == inside.index
      && inside.peerIndex == outside.index
  }

  /// Removes the host's end, and with it the pod's.
  static func remove(_ link: Link) throws(CNIError) {
    try kernel { () throws(NetlinkError) in
      do throws(NetlinkError) {
        try RouteSocket().deleteLink(index: link.index)
      } catch {
        // It goes by itself when its other end's namespace goes.
        if !error.isNotFound { throw error }
      }
    }
  }
}
