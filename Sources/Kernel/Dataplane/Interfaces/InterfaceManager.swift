// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Logging
import Netlink
import PolicyModel
import Telemetry

/// Keeps the interfaces, host routes, neighbours and settings of local endpoints, as `EndpointClaims`
/// say whose they are.
///
/// Only what workloads have is touched: an interface that is the host's by its name or by what the
/// kernel says of it is left alone in every respect, and so is a default route wherever it leads. A
/// route to a workload's address is replaced only where it is BIRD's, was made here or leads to a
/// workload's interface, and of an interface that has become the host's only those routes are removed
/// that were made here.
final class InterfaceManager: DataplaneManager {
  let name = "workloads' interfaces"

  private let context: DataplaneContext
  private var sockets: RouteSocket { context.sockets }
  private var configuration: DataplaneConfiguration { context.configuration }
  private var claims: EndpointClaims { context.claims }
  /// Interfaces to program.
  private var marked: Set<String> = []
  /// The number of routes of each interface that is programmed.
  private var programmed: [String: Int] = [:]
  /// The routes that were made, or found as they should be, on each interface while it was a
  /// workload's: what is certainly ours, whatever becomes of the interface.
  private var made: [String: Set<Route>] = [:]
  /// The number of routes that are to be there.
  private var routeCount = 0
  /// By interface: the endpoint that lacks something, and what.
  private var undone: [String: (endpoint: EndpointID, reason: String)] = [:]
  /// How often something of the kernel's was changed.
  private var writes = 0

  init(_ context: DataplaneContext) { self.context = context }

  func take(_ news: DataplaneNews) { marked.formUnion(news.interfaces) }

  /// Makes interfaces what they are to be. What cannot be made true now is tried again with the next
  /// change of its interface or the next refresh.
  func apply(_ round: DataplaneRound) -> ManagerReport {
    let before = writes
    program(marked)
    marked.removeAll()
    if round.comparison != nil { sweep() }
    context.metrics.routes.set(routeCount)
    return ManagerReport(
      repaired: round.comparison == nil ? 0 : writes - before,
      undone: undone.values.reduce(into: [:]) { all, item in all[item.endpoint] = item.reason })
  }

  // MARK: - Programming

  private func program(_ names: Set<String>) {
    var round = Round(isForMany: names.count > Self.few)
    var abandoned: [String] = []
    for name in names.sorted() {
      undone[name] = nil
      guard let owner = claims.owner(of: name), let endpoint = claims.endpoints[owner] else {
        // Only of what we have programmed: what somebody else has put there is none of our business.
        if count(nil, of: name) != nil { abandoned.append(name) }
        continue
      }
      let nets = claims.nets(of: name).filter { $0.family == .v4 || configuration.ipv6Enabled }
      count(nets.count, of: name)
      do throws(NetlinkError) {
        undone[name] = try program(endpoint, nets, &round).map { (owner, $0) }
      } catch {
        undone[name] = (owner, "\(error)")
      }
    }
    // An address that moves from one interface to another is never without a route.
    for item in round.surplus {
      warn("deleting route \(item.route.destination) on \(item.link), which no endpoint has there")
      do throws(NetlinkError) {
        _ = try delete(item.route)
        made[item.link]?.remove(item.route)
      } catch {
        warn("\(error)")
      }
    }
    for name in abandoned {
      // On what is the host's by now they looked like the host's.
      if withdraw(name, warn), context.link(of: name) == nil { context.hostChanged() }
      removeRoutes(of: name)
    }
  }

  private func warn(_ text: String) { context.log.warning("\(text)") }

  /// Removes the routes of workloads' interfaces that no endpoint has.
  private func sweep() {
    guard let links = try? sockets.links() else { return }
    for link in links
    where claims.isWorkloadName(link.name) && claims.owner(of: link.name) == nil {
      removeRoutes(of: link.name)
    }
  }

  /// Keeps the number of routes, and returns what it was before.
  @discardableResult
  private func count(_ routes: Int?, of name: String) -> Int? {
    let old = programmed[name]
    programmed[name] = routes
    routeCount += (routes ?? 0) - (old ?? 0)
    return old
  }

  /// So many interfaces are each asked for what they have; of more, everything is listed once.
  private static let few = 4

  /// What one round finds out, and has still to do.
  private struct Round {
    var isForMany: Bool
    /// Those of the main table, once it was listed.
    var routes: Listing?
    var neighbours: [UInt32: [Neighbour]]?
    var surplus: [Surplus] = []

    struct Listing {
      var byLink: [UInt32: [Route]]
      var byDestination: [CIDR: [Route]]

      init(_ routes: [Route]) {
        byLink = Dictionary(grouping: routes.filter { $0.linkIndex != nil }) { $0.linkIndex ?? 0 }
        byDestination = Dictionary(grouping: routes, by: \.destination)
      }
    }
  }

  /// The main table. An address has one interface, so that what a round changes itself it does not
  /// look up again.
  private func listing(_ round: inout Round) throws(NetlinkError) -> Round.Listing {
    if let listing = round.routes { return listing }
    let listing = Round.Listing(try sockets.routes(RouteFilter(table: RouteTable.main)))
    round.routes = listing
    return listing
  }

  private func routes(of link: Link, _ round: inout Round) throws(NetlinkError) -> [Route] {
    guard round.isForMany else {
      return try sockets.routes(RouteFilter(table: RouteTable.main, linkIndex: link.index))
    }
    return try listing(&round).byLink[link.index] ?? []
  }

  private func neighbours(of link: Link, _ round: inout Round) throws(NetlinkError) -> [Neighbour] {
    guard round.isForMany else { return try sockets.neighbours(linkIndex: link.index) }
    if round.neighbours == nil {
      round.neighbours = Dictionary(grouping: try sockets.neighbours()) { $0.linkIndex }
    }
    return round.neighbours?[link.index] ?? []
  }

  /// A route that is not to be there any more.
  private struct Surplus {
    var route: Route
    var link: String
  }

  /// Programs one endpoint; the reason why it is not there yet, or `nil`.
  private func program(
    _ endpoint: DesiredEndpoint, _ nets: [CIDR], _ round: inout Round
  ) throws(NetlinkError) -> String? {
    let name = endpoint.interfaceName
    guard let link = context.link(of: name) else {
      // It may only have got another name, under which they look like the host's.
      if withdraw(name) { context.hostChanged() }
      return "no interface \(name)"
    }
    guard link.isUp else { return "interface \(name) is down" }
    do {
      if let namespace = context.namespace {
        try namespace.enter { try writeSettings(of: name) }
      } else {
        try writeSettings(of: name)
      }
    } catch {
      return "\(error)"
    }
    let taken = try reconcileRoutes(nets, on: link, &round)
    try reconcileNeighbours(nets, endpoint.mac, on: link, &round)
    return taken.isEmpty ? nil : "not routed to '\(name)': " + taken.joined(separator: "; ")
  }

  private func writeSettings(of name: String) throws(NetlinkError) {
    let reversePath = try Sysctl.read("net", "ipv4", "conf", "default", "rp_filter")
    var wanted: [([String], String)] = [
      (["net", "ipv4", "conf", name, "route_localnet"], "1"),
      (["net", "ipv4", "neigh", name, "proxy_delay"], "0"),
      (["net", "ipv4", "conf", name, "proxy_arp"], "1"),
      (["net", "ipv4", "conf", name, "forwarding"], "1"),
      (["net", "ipv4", "conf", name, "rp_filter"], reversePath),
    ]
    // A kernel may have no IPv6 at all.
    if configuration.ipv6Enabled,
      (try? Sysctl.read("net", "ipv6", "conf", name, "forwarding")) != nil
    {
      wanted += [
        (["net", "ipv6", "conf", name, "proxy_ndp"], "1"),
        (["net", "ipv6", "conf", name, "forwarding"], "1"),
        (["net", "ipv6", "conf", name, "accept_ra"], "0"),
      ]
    }
    for (path, value) in wanted where try Sysctl.read(path) != value {
      try Sysctl.write(value, to: path)
      writes += 1
    }
  }

  /// Returns what stands against some of the routes.
  private func reconcileRoutes(
    _ nets: [CIDR], on link: Link, _ round: inout Round
  ) throws(NetlinkError) -> [String] {
    var missing: Set<Route> = []
    for net in nets {
      let source = net.family == .v4 ? configuration.routeSourceIPv4 : configuration.routeSourceIPv6
      missing.insert(
        Route(
          to: net, protocol: configuration.routeProtocol, linkIndex: link.index, source: source))
    }
    let present = try routes(of: link, &round)
    if withdraw(link.name, but: link.index) { context.hostChanged() }
    made[link.name] = Set(present).intersection((made[link.name] ?? []).union(missing))
    var replaced: Set<Route> = []
    for route in present where missing.remove(route) == nil {
      // One with several ways is not only this interface's: what stands there is told by adding.
      if route.nextHops.isEmpty, let new = missing.first(where: { Self.isSameEntry($0, route) }) {
        replaced.insert(new)
        continue
      }
      guard mayDelete(route), isLikeOurs(route) || configuration.removesExternalRoutes else {
        continue
      }
      round.surplus.append(Surplus(route: route, link: link.name))
    }
    var taken: [String] = []
    for route in missing.sorted(by: { $0.destination < $1.destination }) {
      if replaced.contains(route) {
        try sockets.replace(route)
        writes += 1
      } else if let reason = try put(route, &round) {
        taken.append(reason)
        continue
      }
      made[link.name, default: []].insert(route)
    }
    return taken
  }

  private static func isSameEntry(_ a: Route, _ b: Route) -> Bool {
    a.table == b.table && a.destination == b.destination && a.metric == b.metric
  }

  /// Makes a route where there is none, or in the place of one that another workload's interface or
  /// BIRD has. Everybody else's stays; then the reason why ours is not there.
  private func put(
    _ route: Route, _ round: inout Round
  ) throws(NetlinkError) -> String? {
    if try add(route) {
      writes += 1
      return nil
    }
    func inTheWay() throws(NetlinkError) -> [Route] {
      try listing(&round).byDestination[route.destination]?.filter { Self.isSameEntry($0, route) }
        ?? []
    }
    var there = try inTheWay()
    if there.isEmpty {
      // It came after the listing.
      round.routes = nil
      there = try inTheWay()
    }
    var foreign: Route?
    for item in there where foreign == nil {
      if !(try mayReplace(item)) { foreign = item }
    }
    guard let foreign else {
      // Where it is gone meanwhile, only what nobody has may be taken.
      if there.isEmpty { try sockets.add(route) } else { try sockets.replace(route) }
      writes += 1
      return nil
    }
    // The host's picture is older than the route.
    context.hostChanged()
    let index = foreign.linkIndex ?? foreign.nextHops.first?.linkIndex
    let name = try index.flatMap { (index) throws(NetlinkError) in try sockets.link(index: index) }
    return "\(route.destination.address) "
      + OwnNetwork.ownRoute(name.map { " by \($0.name)" } ?? "")
  }

  /// False where one is already.
  private func add(_ route: Route) throws(NetlinkError) -> Bool {
    do throws(NetlinkError) {
      try sockets.add(route)
      return true
    } catch {
      if error.isAlreadyThere { return false }
      throw error
    }
  }

  /// Whether a route to a workload's address may be replaced: one of BIRD's, one that was made here,
  /// and one that leads to a workload's interface.
  private func mayReplace(_ route: Route) throws(NetlinkError) -> Bool {
    if route.protocol == .bird { return true }
    let leadsToWorkload = try OwnNetwork.leadsToWorkload(route) { (index) throws(NetlinkError) in
      guard let link = try sockets.link(index: index) else { return false }
      return claims.isWorkloadName(link.name) && context.reason(link, asked: link.name) == nil
    }
    return leadsToWorkload || made.values.contains { $0.contains(route) }
  }

  /// The kernel's own routes (link-local networks) and BIRD's are not ours to judge, whatever
  /// protocol our own have. A default route is the host's way out, and one with several ways is not
  /// only this interface's.
  private func mayDelete(_ route: Route) -> Bool {
    route.protocol != .kernel && route.protocol != .bird && route.destination.prefixLength > 0
      && route.nextHops.isEmpty
  }

  /// As we make them: to one address, straight by an interface, and with nothing else to it.
  private func isLikeOurs(_ route: Route) -> Bool {
    route.destination.isHost
      && route
        == Route(
          to: route.destination, protocol: configuration.routeProtocol, linkIndex: route.linkIndex,
          source: route.source)
  }

  /// The workload's address is at its MAC: no question on the wire, no answer to forge. An entry that
  /// leads to what is not at the interface's other end is of an endpoint before this one.
  private func reconcileNeighbours(
    _ nets: [CIDR], _ mac: MACAddress?, on link: Link, _ round: inout Round
  ) throws(NetlinkError) {
    let present = Set(try neighbours(of: link, &round))
    let wanted = Set(
      nets.compactMap { net in
        mac.map { Neighbour(linkIndex: link.index, address: net.address, mac: $0) }
      })
    let others = present.subtracting(wanted).filter { $0.state.contains(.permanent) }
    if !others.isEmpty, let end = try sockets.other(of: link)?.mac {
      for entry in others where entry.mac != nil && entry.mac != end {
        do throws(NetlinkError) {
          try sockets.delete(entry)
          writes += 1
        } catch  where error.isNotFound {
          // It has been replaced meanwhile.
        }
      }
    }
    for entry in wanted.subtracting(present) {
      try sockets.replace(entry)
      writes += 1
    }
  }

  /// Removes the routes that were made by an interface's name, also where it is the host's now or has
  /// another name; but for those of the interface that has an index.
  ///
  /// - Returns: Whether any were still there.
  private func withdraw(
    _ name: String, but index: UInt32? = nil, _ log: (String) -> Void = { _ in }
  ) -> Bool {
    var wereThere = false
    for route in made[name] ?? [] where index == nil || route.linkIndex != index {
      do throws(NetlinkError) {
        if try delete(route) { wereThere = true }
        made[name]?.remove(route)
      } catch {
        log("\(error)")
      }
    }
    if made[name]?.isEmpty == true { made[name] = nil }
    return wereThere
  }

  private func removeRoutes(of name: String) {
    do throws(NetlinkError) {
      guard let link = try sockets.link(named: name),
        context.reason(link, asked: name) == nil
      else {
        return
      }
      let routes = try sockets.routes(
        RouteFilter(
          table: RouteTable.main, protocol: configuration.routeProtocol, linkIndex: link.index))
      for route in routes where mayDelete(route) && isLikeOurs(route) { _ = try delete(route) }
    } catch {
      warn("cannot remove the routes of \(name): \(error)")
    }
  }

  /// Whether it was there.
  private func delete(_ route: Route) throws(NetlinkError) -> Bool {
    do throws(NetlinkError) {
      try sockets.delete(route)
      writes += 1
      return true
    } catch  where error.isNotFound {
      // Gone with its interface, or moved to another.
      return false
    }
  }
}
