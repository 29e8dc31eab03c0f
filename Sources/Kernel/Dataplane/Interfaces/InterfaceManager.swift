// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import PolicyModel

/// Makes the interfaces, host routes, neighbours and settings of local endpoints true, as
/// `EndpointClaims` say whose they are.
///
/// Only what workloads have is touched: an interface that is the host's by its name or by what the
/// kernel says of it is left alone in every respect, and so is a default route wherever it leads. A
/// route to a workload's address is replaced only where it is BIRD's, was made here or leads to a
/// workload's interface, and of an interface that has become the host's only those routes are removed
/// that were made here.
///
/// Not safe to share: the dataplane's actor owns it and calls it on its own thread, since every
/// call may block on the kernel, and settings are those of the calling thread's network namespace.
final class InterfaceManager {
  /// Why an endpoint is not programmed, in words for the log and for the plugin that waits.
  typealias Pending = [EndpointID: String]

  /// Reads what is the host's, given the prefixes of workloads' interfaces.
  typealias HostReader =
    @Sendable (RouteSocket, [String]) throws(NetlinkError) -> OwnNetwork

  /// Asks the kernel.
  static let readHost: HostReader = { (sockets, prefixes) throws(NetlinkError) in
    try OwnNetwork(sockets, prefixes: prefixes)
  }

  private let sockets: RouteSocket
  private let readHost: HostReader
  private let namespace: NetworkNamespace?
  private var configuration: DataplaneConfiguration
  /// What is the host's, as last read.
  private(set) var own: OwnNetwork
  /// It may have changed since it was read.
  private(set) var isOwnStale = true
  /// Interfaces as last looked at.
  private var links: [String: Link] = [:]
  /// The MAC addresses of their other ends, as far as they could be asked for.
  private var ends: [String: End] = [:]
  /// Interfaces to look at and to program.
  private var dirty: Set<String> = []
  /// The number of routes of each interface that is programmed.
  private var programmed: [String: Int] = [:]
  /// The routes that were made, or found as they should be, on each interface while it was a
  /// workload's: what is certainly ours, whatever becomes of the interface.
  private var made: [String: Set<Route>] = [:]
  /// The number of routes that are to be there.
  private(set) var routeCount = 0
  private(set) var pending: Pending = [:]

  /// The other end of an interface with an index.
  private struct End {
    var index: UInt32
    var mac: MACAddress?
  }

  /// - Parameters:
  ///   - namespace: Where `sockets` are, when that is not the thread's own namespace.
  ///   - own: What is the host's. Without that nothing may be programmed; it is read again first.
  init(
    configuration: DataplaneConfiguration, namespace: NetworkNamespace?, sockets: RouteSocket,
    own: OwnNetwork, readHost: @escaping HostReader = InterfaceManager.readHost
  ) {
    self.own = own
    self.readHost = readHost
    self.configuration = configuration
    self.namespace = namespace
    self.sockets = sockets
  }

  func configure(_ configuration: DataplaneConfiguration, _ claims: EndpointClaims) {
    guard configuration != self.configuration else { return }
    if configuration.interfacePrefixes != self.configuration.interfacePrefixes { isOwnStale = true }
    self.configuration = configuration
    dirty.formUnion(claims.interfaces)
  }

  /// Has interfaces looked at and programmed by the next round.
  func mark(_ names: some Sequence<String>) { dirty.formUnion(names) }

  /// Something of the host's own network may have changed.
  func hostChanged() { isOwnStale = true }

  /// The endpoint is gone.
  func forget(_ key: EndpointID) { pending[key] = nil }

  // MARK: - What is there

  /// Reads what is the host's, if that may have changed since, and marks the interfaces concerned.
  /// What cannot be read stays as it was and is read again.
  ///
  /// - Returns: Whether it was read.
  func readOwn() throws(NetlinkError) -> Bool {
    guard isOwnStale else { return false }
    let new = try readHost(sockets, configuration.interfacePrefixes)
    dirty.formUnion(new.differences(from: own))
    own = new
    isOwnStale = false
    return true
  }

  /// Takes the interfaces that are to be looked at and programmed.
  func takeMarked() -> Set<String> {
    defer { dirty.removeAll() }
    return dirty
  }

  /// What the kernel says of an interface.
  func look(at name: String) throws(NetlinkError) -> EndpointClaims.Place {
    let found = try sockets.link(named: name)
    links[name] = nil
    guard let link = found else {
      ends[name] = nil
      return .missing
    }
    if let reason = reason(link, asked: name) {
      ends[name] = nil
      return .hosts(reason)
    }
    links[name] = link
    return .workloads(isUp: link.isUp, otherEnd: otherEnd(of: link))
  }

  /// The MAC address of an interface's other end. It decides whose the interface is, so that a
  /// question which fails changes nothing: the last answer counts until the next time.
  private func otherEnd(of link: Link) -> MACAddress? {
    do throws(NetlinkError) {
      ends[link.name] = End(index: link.index, mac: try sockets.other(of: link)?.mac)
    } catch {
      if ends[link.name]?.index != link.index { ends[link.name] = nil }
    }
    return ends[link.name]?.mac
  }

  /// An interface cannot be looked at now: it stays as it is, and so does whose it is, until the next
  /// round.
  func postpone(_ name: String, of owner: EndpointID?, _ error: NetlinkError) {
    dirty.insert(name)
    if let owner { pending[owner] = "\(error)" }
  }

  /// Why an interface is not a workload's. The kernel also finds interfaces by other names that they
  /// have.
  private func reason(_ link: Link, asked name: String) -> String? {
    if link.name != name { return "it is another name of \(link.name)" }
    return own.reason(for: link) { index in ((try? sockets.link(index: index)) ?? nil)?.name }
  }

  // MARK: - Programming

  /// Makes interfaces what they are to be. What cannot be made true now stays pending, and is tried
  /// again with the next change of its interface or the next refresh.
  func program(_ names: Set<String>, by claims: EndpointClaims, _ log: (String) -> Void) {
    var round = Round(isForMany: names.count > Self.few)
    var abandoned: [String] = []
    for name in names.sorted() {
      for key in claims.claimants(of: name) { pending[key] = nil }
      guard let owner = claims.owner(of: name), let endpoint = claims.endpoints[owner] else {
        // Only of what we have programmed: what somebody else has put there is none of our business.
        if count(nil, of: name) != nil { abandoned.append(name) }
        continue
      }
      let nets = claims.nets(of: name).filter { $0.family == .v4 || configuration.ipv6Enabled }
      count(nets.count, of: name)
      do throws(NetlinkError) {
        pending[owner] = try program(endpoint, nets, claims, &round)
      } catch {
        pending[owner] = "\(error)"
      }
    }
    // An address that moves from one interface to another is never without a route.
    for item in round.surplus {
      log("deleting route \(item.route.destination) on \(item.link), which no endpoint has there")
      do throws(NetlinkError) {
        _ = try delete(item.route)
        made[item.link]?.remove(item.route)
      } catch {
        log("\(error)")
      }
    }
    for name in abandoned {
      // On what is the host's by now they looked like the host's.
      if withdraw(name, log), links[name] == nil { isOwnStale = true }
      removeRoutes(of: name, log)
    }
  }

  /// Removes the routes of workloads' interfaces that no endpoint has.
  func sweep(by claims: EndpointClaims, _ log: (String) -> Void) {
    guard let links = try? sockets.links() else { return }
    for link in links
    where claims.isWorkloadName(link.name) && claims.owner(of: link.name) == nil {
      removeRoutes(of: link.name, log)
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
    _ endpoint: DesiredEndpoint, _ nets: [CIDR], _ claims: EndpointClaims, _ round: inout Round
  ) throws(NetlinkError) -> String? {
    let name = endpoint.interfaceName
    guard let link = links[name] else {
      // It may only have got another name, under which they look like the host's.
      if withdraw(name) { isOwnStale = true }
      return "no interface \(name)"
    }
    guard link.isUp else { return "interface \(name) is down" }
    do {
      if let namespace {
        try namespace.enter { try writeSettings(of: name) }
      } else {
        try writeSettings(of: name)
      }
    } catch {
      return "\(error)"
    }
    let taken = try reconcileRoutes(nets, on: link, claims, &round)
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
    }
  }

  /// Returns what stands against some of the routes.
  private func reconcileRoutes(
    _ nets: [CIDR], on link: Link, _ claims: EndpointClaims, _ round: inout Round
  ) throws(NetlinkError) -> [String] {
    var missing: Set<Route> = []
    for net in nets {
      let source = net.family == .v4 ? configuration.routeSourceIPv4 : configuration.routeSourceIPv6
      missing.insert(
        Route(
          to: net, protocol: configuration.routeProtocol, linkIndex: link.index, source: source))
    }
    let present = try routes(of: link, &round)
    if withdraw(link.name, but: link.index) { isOwnStale = true }
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
      } else if let reason = try put(route, claims, &round) {
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
    _ route: Route, _ claims: EndpointClaims, _ round: inout Round
  ) throws(NetlinkError) -> String? {
    if try add(route) { return nil }
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
      if !(try mayReplace(item, claims)) { foreign = item }
    }
    guard let foreign else {
      // Where it is gone meanwhile, only what nobody has may be taken.
      if there.isEmpty { try sockets.add(route) } else { try sockets.replace(route) }
      return nil
    }
    // The host's picture is older than the route.
    isOwnStale = true
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
  private func mayReplace(_ route: Route, _ claims: EndpointClaims) throws(NetlinkError) -> Bool {
    if route.protocol == .bird { return true }
    let leadsToWorkload = try OwnNetwork.leadsToWorkload(route) { (index) throws(NetlinkError) in
      guard let link = try sockets.link(index: index) else { return false }
      return claims.isWorkloadName(link.name) && reason(link, asked: link.name) == nil
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
        } catch  where error.isNotFound {
          // It has been replaced meanwhile.
        }
      }
    }
    for entry in wanted.subtracting(present) { try sockets.replace(entry) }
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

  private func removeRoutes(of name: String, _ log: (String) -> Void) {
    do throws(NetlinkError) {
      guard let link = try sockets.link(named: name), reason(link, asked: name) == nil else {
        return
      }
      let routes = try sockets.routes(
        RouteFilter(
          table: RouteTable.main, protocol: configuration.routeProtocol, linkIndex: link.index))
      for route in routes where mayDelete(route) && isLikeOurs(route) { _ = try delete(route) }
    } catch {
      log("cannot remove the routes of \(name): \(error)")
    }
  }

  /// Whether it was there.
  private func delete(_ route: Route) throws(NetlinkError) -> Bool {
    do throws(NetlinkError) {
      try sockets.delete(route)
      return true
    } catch  where error.isNotFound {
      // Gone with its interface, or moved to another.
      return false
    }
  }
}
