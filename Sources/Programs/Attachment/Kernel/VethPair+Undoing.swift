// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink

extension VethPair {
  /// A route that had to go, and the one that has its place.
  struct ReplacedRoute {
    var former: Route
    var by: Route
  }

  /// What a pod has by its interface, inside and on the host, and what goes when its addresses do.
  struct Belongings {
    var addresses: [LinkAddress] = []
    var podRoutes: [Route] = []
    var podRules: [RoutingRule] = []
    var hostRoutes: [Route] = []
  }

  // MARK: - Addresses

  /// Takes addresses of the pod away, inside and on the host.
  ///
  /// - Parameter part: Is told before each part, beginning with 1.
  func takeAway(
    _ addresses: [IPAddress],
    part: (Int) throws(CNIError) -> Void = { (_) throws(CNIError) in }
  ) throws(CNIError) {
    guard let sockets = try sockets() else { return }
    try part(1)
    try kernel { () throws(NetlinkError) in
      try Self.removeRules(sockets.pod, of: addresses, linkIndex: nil)
    }
    for (number, address) in addresses.enumerated() {
      try part(2 * number + 2)
      try kernel { () throws(NetlinkError) in
        try Self.unlessGone { () throws(NetlinkError) in
          try sockets.host.delete(Route(to: CIDR(host: address), linkIndex: sockets.outside.index))
        }
      }
      try part(2 * number + 3)
      guard let whole = InterfaceAddress(address, prefixLength: address.family.bitWidth)
      else { continue }
      try kernel { () throws(NetlinkError) in
        try Self.unlessGone { () throws(NetlinkError) in
          try sockets.pod.delete(LinkAddress(linkIndex: sockets.inside.index, address: whole))
        }
      }
    }
  }

  /// Puts back what is missing of what there was before addresses were taken away.
  func putBack(_ belongings: Belongings) throws(CNIError) {
    guard let sockets = try sockets() else { return }
    try kernel { () throws(NetlinkError) in
      try Self.putBack(belongings.addresses, sockets.inside.index, sockets.pod)
      try Self.putBack(belongings.podRoutes, sockets.pod)
      let rules = belongings.podRules.isEmpty ? [] : try sockets.pod.rules()
      for rule in belongings.podRules where !rules.contains(rule) {
        try Self.unlessThere { () throws(NetlinkError) in try sockets.pod.add(rule) }
      }
      try Self.putBack(belongings.hostRoutes, sockets.host)
    }
  }

  private struct Sockets {
    var host: RouteSocket
    var outside: Link
    var pod: RouteSocket
    var inside: Link
  }

  /// `nil` where one of the ends is gone.
  private func sockets() throws(CNIError) -> Sockets? {
    try kernel { () throws(NetlinkError) in
      let (host, pod) = (try RouteSocket(), try RouteSocket(in: namespace))
      guard let outside = try host.link(named: hostName), let inside = try pod.link(named: podName)
      else { return nil }
      return Sockets(host: host, outside: outside, pod: pod, inside: inside)
    }
  }

  /// What there is, so that it can be put back: with an address go the routes that have it for their
  /// source, and with the last one all.
  ///
  /// - Parameter addresses: What is to be taken away. Refuses where a route would go with them that
  ///   cannot be put back.
  func belongings(without addresses: [IPAddress] = []) throws(CNIError) -> Belongings {
    guard let sockets = try sockets() else { return Belongings() }
    return try kernel { () throws(NetlinkError) in
      let podRoutes = try sockets.pod.routes(RouteFilter(linkIndex: sockets.inside.index))
      let podAddresses = try sockets.pod.addresses(linkIndex: sockets.inside.index)
      let goes = Self.goes(with: addresses, of: podAddresses)
      for route in podRoutes where goes(route) { try Self.refuseIfLost(route) }
      let hostRoutes = try sockets.host.routes(
        RouteFilter(table: RouteTable.main, linkIndex: sockets.outside.index))
      for route in hostRoutes
      where addresses.contains(where: { CIDR(host: $0) == route.destination }) {
        try Self.refuseIfLost(route)
      }
      return Belongings(
        addresses: podAddresses,
        podRoutes: podRoutes.filter(Self.canPutBack),
        podRules: try sockets.pod.rules().filter(Self.isOurs),
        hostRoutes: hostRoutes.filter(Self.canPutBack))
    }
  }

  // MARK: - Routes

  /// Puts routes back that had to go, where their interfaces are still there and nobody has put
  /// another there since.
  static func restore(_ routes: [ReplacedRoute]) throws(CNIError) {
    try kernel { () throws(NetlinkError) in
      let host = try RouteSocket()
      var links: Set<UInt32> = []
      for link in try host.links() { links.insert(link.index) }
      let present = try host.routes(RouteFilter(table: RouteTable.main))
      for item in routes.reversed() {
        var former = item.former
        if let index = former.linkIndex, !links.contains(index) { continue }
        former.nextHops.removeAll { !links.contains($0.linkIndex) }
        if former.nextHops.isEmpty, !item.former.nextHops.isEmpty { continue }
        let isReplaced = present.contains {
          $0.destination == item.by.destination && $0.metric == item.by.metric
            && $0.linkIndex == item.by.linkIndex
        }
        if isReplaced {
          try host.replace(former)
        } else {
          try unlessThere { () throws(NetlinkError) in try host.add(former) }
        }
      }
    }
  }

  /// The kernel's own come by themselves.
  private static func canPutBack(_ route: Route) -> Bool {
    route.protocol != .kernel && !route.isMoreThanThis
  }

  /// Refuses to take a route away that could not be put back.
  static func refuseIfLost(_ route: Route) throws(NetlinkError) {
    guard route.isMoreThanThis else { return }
    throw NetlinkError(
      "take the route \(route) away",
      .invalid("it has more than could be put back if that had to be undone"))
  }

  /// Adds those that are missing.
  static func putBack(_ routes: [Route], _ socket: RouteSocket) throws(NetlinkError) {
    // A gateway must be reachable when a route by it is added.
    func hasGateway(_ route: Route) -> Bool {
      route.gateway != nil || route.nextHops.contains { $0.gateway != nil }
    }
    let ordered = routes.filter { !hasGateway($0) } + routes.filter(hasGateway)
    for route in ordered {
      try unlessThere { () throws(NetlinkError) in try socket.add(route) }
    }
  }

  /// Adds those of an interface that are missing, in their order: the source of what is sent follows
  /// from that. So those that came after one that is missing are added anew.
  static func putBack(
    _ addresses: [LinkAddress], _ index: UInt32, _ socket: RouteSocket
  ) throws(NetlinkError) {
    let present = Set(try socket.addresses(linkIndex: index).map(\.address))
    for address in addedAnew(addresses, where: { !present.contains($0.address) }) {
      if present.contains(address.address) {
        try unlessGone { () throws(NetlinkError) in try socket.delete(address) }
      }
      var again = address
      // The rest is the kernel's to say.
      again.flags.formIntersection(.noPrefixRoute)
      if address.address.address.family == .v6 { again.flags.insert(.noDuplicateDetection) }
      try unlessThere { () throws(NetlinkError) in try socket.add(again) }
    }
  }

  /// The addresses that are added anew where some are missing: of each family the first of those, and
  /// all that came after it.
  private static func addedAnew(
    _ addresses: [LinkAddress], where isMissing: (LinkAddress) -> Bool
  ) -> [LinkAddress] {
    IPFamily.allCases.flatMap { family in
      let listed = addresses.filter { $0.address.address.family == family }
      // Of IPv6 the newest stands first.
      let ordered = family == .v4 ? listed : listed.reversed()
      return Array(ordered.drop { !isMissing($0) })
    }
  }

  /// Whether a route goes when addresses are taken away, or while they are put back: it has one that
  /// goes meanwhile for its source, or no address of IPv4 is left meanwhile, with the last of which
  /// the kernel removes all routes of the interface.
  private static func goes(
    with addresses: [IPAddress], of present: [LinkAddress]
  ) -> (Route) -> Bool {
    let moving = Set(
      addedAnew(present) { addresses.contains($0.address.address) }.map(\.address.address))
    let left = present.contains {
      $0.address.address.family == .v4 && !moving.contains($0.address.address)
    }
    let isLastMoving = !left && moving.contains { $0.family == .v4 }
    return { route in
      if route.destination.family == .v4, isLastMoving { return true }
      return route.source.map { moving.contains($0) || addresses.contains($0) } == true
    }
  }
}
