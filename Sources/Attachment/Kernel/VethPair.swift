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

  /// The routes that the pod needs, in the order in which the kernel takes them.
  func podRoutes(_ index: UInt32) -> [Route] {
    var routes: [Route] = []
    if hasV4, let all = CIDR(IPAddress(v4: 0), prefixLength: 0) {
      routes.append(Route(to: CIDR(host: Self.router4), scope: .link, linkIndex: index))
      routes.append(Route(to: all, gateway: Self.router4, linkIndex: index))
    }
    if hasV6, let all = CIDR(IPAddress(v6: 0), prefixLength: 0) {
      routes.append(Route(to: all, gateway: Self.router6, linkIndex: index))
    }
    return routes
  }

  /// The routes to the pod.
  func hostRoutes(_ index: UInt32) -> [Route] {
    addresses.map { Route(to: CIDR(host: $0), linkIndex: index) }
  }

  /// Removes the host's end, and with it the pod's; nothing to do is no error.
  static func remove(_ hostName: String) throws(CNIError) {
    try kernel { () throws(NetlinkError) in
      let host = try RouteSocket()
      guard let link = try host.link(named: hostName) else { return }
      guard link.kind == "veth" else {
        throw NetlinkError(
          "remove the interface \(hostName)",
          .invalid("it is of the kind \(link.kind ?? "device"), not veth"))
      }
      do throws(NetlinkError) {
        try host.deleteLink(index: link.index)
      } catch {
        // It goes by itself when its other end's namespace goes.
        if !error.isNotFound { throw error }
      }
    }
  }

  /// The MAC address of the pod's end, if the pair of this name leads into the namespace.
  static func podMAC(
    _ hostName: String, podName: String, _ namespace: NetworkNamespace
  ) throws(CNIError) -> MACAddress? {
    try kernel { () throws(NetlinkError) in
      guard let outside = try RouteSocket().link(named: hostName),
        let inside = try RouteSocket(in: namespace).link(named: podName),
        outside.peerIndex == inside.index, inside.peerIndex == outside.index
      else { return nil }
      return inside.mac
    }
  }
}
