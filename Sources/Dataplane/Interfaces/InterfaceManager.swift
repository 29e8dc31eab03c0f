// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink

/// Makes the interfaces, host routes, neighbours and settings of local endpoints true, as
/// `EndpointClaims` say whose they are.
///
/// Only what workloads have is touched: an interface that is the host's by its name or by what the
/// kernel says of it is left alone in every respect, and so is a default route wherever it leads.
///
/// Not safe to share: the dataplane's actor owns it and calls it on its own thread, since every
/// call may block on the kernel, and settings are those of the calling thread's network namespace.
final class InterfaceManager {
  /// Why an endpoint is not programmed, in words for the log and for the plugin that waits.
  typealias Pending = [String: String]

  private let sockets: RouteSocket
  private let namespace: NetworkNamespace?
  private var configuration: DataplaneConfiguration
  /// What is the host's, as last read.
  private(set) var own = OwnNetwork(links: [], addresses: [], routes: [], prefixes: [])
  private var isOwnStale = true
  /// Interfaces as last looked at.
  private var links: [String: Link] = [:]
  /// Interfaces to look at and to program.
  private var dirty: Set<String> = []
  /// The number of routes of each interface that is programmed.
  private var programmed: [String: Int] = [:]
  /// The number of routes that are to be there.
  private(set) var routeCount = 0
  private(set) var pending: Pending = [:]

  /// - Parameter namespace: Where `sockets` are, when that is not the thread's own namespace.
  init(
    configuration: DataplaneConfiguration, namespace: NetworkNamespace?, sockets: RouteSocket
  ) {
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
  func forget(_ key: String) { pending[key] = nil }

  // MARK: - What is there

  /// Reads what is the host's, if that may have changed since, and marks the interfaces concerned.
  /// What cannot be read stays as it was and is read again.
  ///
  /// - Returns: Whether it was read.
  func readOwn() throws(NetlinkError) -> Bool {
    guard isOwnStale else { return false }
    let new = try OwnNetwork(sockets, prefixes: configuration.interfacePrefixes)
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
  ///
  /// - Parameter isContested: Several endpoints claim it; then its other end is looked at.
  func look(at name: String, isContested: Bool) -> EndpointClaims.Place {
    links[name] = nil
    guard let link = try? sockets.link(named: name) else { return .missing }
    if let reason = reason(link, asked: name) { return .hosts(reason) }
    links[name] = link
    let other = isContested ? (try? sockets.other(of: link)) ?? nil : nil
    return .workloads(isUp: link.isUp, otherEnd: other?.mac)
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
    var surplus: [Surplus] = []
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
        pending[owner] = try program(endpoint, nets, &surplus)
      } catch {
        pending[owner] = "\(error)"
      }
    }
    // An address that moves from one interface to another is never without a route.
    for item in surplus {
      log("deleting route \(item.route.destination) on \(item.link), which no endpoint has there")
      do throws(NetlinkError) {
        try delete(item.route)
      } catch {
        log("\(error)")
      }
    }
    for name in abandoned { removeRoutes(of: name, log) }
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

  /// A route that is not to be there any more.
  private struct Surplus {
    var route: Route
    var link: String
  }

  /// Programs one endpoint; the reason why it is not there yet, or `nil`.
  private func program(
    _ endpoint: DesiredEndpoint, _ nets: [CIDR], _ surplus: inout [Surplus]
  ) throws(NetlinkError) -> String? {
    let name = endpoint.interfaceName
    guard let link = links[name] else { return "no interface \(name)" }
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
    try reconcileRoutes(nets, on: link, &surplus)
    try reconcileNeighbours(nets, endpoint.mac, on: link)
    return nil
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

  private func reconcileRoutes(
    _ nets: [CIDR], on link: Link, _ surplus: inout [Surplus]
  ) throws(NetlinkError) {
    var missing: Set<Route> = []
    for net in nets {
      let source = net.family == .v4 ? configuration.routeSourceIPv4 : configuration.routeSourceIPv6
      missing.insert(
        Route(
          to: net, protocol: configuration.routeProtocol, linkIndex: link.index, source: source))
    }
    let present = try sockets.routes(
      RouteFilter(table: RouteTable.main, linkIndex: link.index))
    for route in present where missing.remove(route) == nil {
      let isReplaced = missing.contains {
        $0.destination == route.destination && $0.metric == route.metric
      }
      guard !isReplaced, mayDelete(route) else { continue }
      let isOurs = route.protocol == configuration.routeProtocol
      if isOurs || configuration.removesExternalRoutes {
        surplus.append(Surplus(route: route, link: link.name))
      }
    }
    for route in missing.sorted(by: { $0.destination < $1.destination }) {
      try sockets.replace(route)
    }
  }

  /// The kernel's own routes (link-local networks) and BIRD's are not ours to judge, whatever
  /// protocol our own have. A default route is the host's way out, and one with several ways is not
  /// only this interface's.
  private func mayDelete(_ route: Route) -> Bool {
    route.protocol != .kernel && route.protocol != .bird && route.destination.prefixLength > 0
      && route.nextHops.isEmpty
  }

  /// The workload's address is at its MAC: no question on the wire, no answer to forge. An entry that
  /// leads to what is not at the interface's other end is of an endpoint before this one.
  private func reconcileNeighbours(
    _ nets: [CIDR], _ mac: MACAddress?, on link: Link
  ) throws(NetlinkError) {
    let present = Set(try sockets.neighbours(linkIndex: link.index))
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

  private func removeRoutes(of name: String, _ log: (String) -> Void) {
    do throws(NetlinkError) {
      guard let link = try sockets.link(named: name), reason(link, asked: name) == nil else {
        return
      }
      let routes = try sockets.routes(
        RouteFilter(
          table: RouteTable.main, protocol: configuration.routeProtocol, linkIndex: link.index))
      for route in routes where mayDelete(route) { try delete(route) }
    } catch {
      log("cannot remove the routes of \(name): \(error)")
    }
  }

  private func delete(_ route: Route) throws(NetlinkError) {
    do throws(NetlinkError) {
      try sockets.delete(route)
    } catch  where error.isNotFound {
      // Gone with its interface, or moved to another.
    }
  }
}
