// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink

/// Makes the interfaces, host routes, neighbours and settings of local endpoints true.
///
/// Not safe to share: the dataplane's actor owns it and calls it on its own thread, since every
/// call may block on the kernel, and settings are those of the calling thread's network namespace.
final class InterfaceManager {
  /// Why an endpoint is not programmed, in words for the log and for the plugin that waits.
  typealias Pending = [String: String]

  private let sockets: RouteSocket
  private let namespace: NetworkNamespace?
  private var configuration: DataplaneConfiguration
  private var desired: [String: DesiredEndpoint] = [:]
  /// The endpoint that has each interface: the one announced last.
  private var owners: [String: String] = [:]
  /// The endpoints that have each address, in the order in which they were announced: while an
  /// address moves from one to another both do, and the last one's interface gets the route.
  private var holders: [CIDR: [String]] = [:]
  private var dirty: Set<String> = []
  /// Interfaces whose endpoint is gone: our routes on them go.
  private var orphaned: Set<String> = []
  private(set) var pending: Pending = [:]

  /// - Parameter namespace: Where `sockets` are, when that is not the thread's own namespace.
  init(
    configuration: DataplaneConfiguration, namespace: NetworkNamespace?, sockets: RouteSocket
  ) {
    self.configuration = configuration
    self.namespace = namespace
    self.sockets = sockets
  }

  /// The number of routes that are to be there.
  var routeCount: Int {
    desired.values.reduce(0) { $0 + $1.ipv4Nets.count + $1.ipv6Nets.count }
  }

  func set(_ key: String, _ endpoint: DesiredEndpoint?) {
    if let old = desired[key], old.interfaceName != endpoint?.interfaceName,
      owners[old.interfaceName] == key
    {
      owners[old.interfaceName] = nil
      orphaned.insert(old.interfaceName)
    }
    hold(endpoint.map { $0.ipv4Nets + $0.ipv6Nets } ?? [], by: key)
    desired[key] = endpoint
    pending[key] = nil
    guard let endpoint else {
      dirty.remove(key)
      return
    }
    owners[endpoint.interfaceName] = key
    orphaned.remove(endpoint.interfaceName)
    dirty.insert(key)
  }

  private func hold(_ nets: [CIDR], by key: String) {
    let new = Set(nets)
    let old = Set(desired[key].map { $0.ipv4Nets + $0.ipv6Nets } ?? [])
    for net in old.subtracting(new) {
      holders[net]?.removeAll { $0 == key }
      // Its route may have been taken over.
      if let last = holders[net]?.last { dirty.insert(last) } else { holders[net] = nil }
    }
    for net in new.subtracting(old) { holders[net, default: []].append(key) }
  }

  /// The addresses of an endpoint that are to be routed to it.
  private func nets(of key: String) -> [CIDR] {
    guard let endpoint = desired[key] else { return [] }
    let all = endpoint.ipv4Nets + (configuration.ipv6Enabled ? endpoint.ipv6Nets : [])
    return all.filter { holders[$0]?.last == key }
  }

  func configure(_ configuration: DataplaneConfiguration) {
    guard configuration != self.configuration else { return }
    self.configuration = configuration
    dirty.formUnion(desired.keys)
  }

  /// An interface appeared, went, or changed its state.
  func linkChanged(_ name: String) {
    if let key = owners[name] { dirty.insert(key) }
  }

  /// Has what is pending tried again by the next `apply`.
  func retryPending() { dirty.formUnion(pending.keys) }

  /// Takes up whatever changed. What cannot be made true now stays pending and is tried again with
  /// the next change of its interface or the next refresh.
  func apply(_ log: (String) -> Void) {
    for name in orphaned { removeRoutes(of: name, log) }
    orphaned.removeAll()
    for key in dirty.sorted() {
      guard let endpoint = desired[key] else { continue }
      if owners[endpoint.interfaceName] != key {
        pending[key] = "interface \(endpoint.interfaceName) belongs to another endpoint"
        continue
      }
      do throws(NetlinkError) {
        pending[key] = try program(endpoint, nets(of: key), log)
      } catch {
        pending[key] = "\(error)"
      }
    }
    dirty.removeAll()
  }

  /// Compares everything with the kernel and repairs what differs.
  func refresh(afterSync: Bool, _ log: (String) -> Void) {
    dirty.formUnion(desired.keys)
    apply(log)
    guard afterSync, let links = try? sockets.links() else { return }
    for link in links
    where configuration.isWorkloadInterface(link.name) && owners[link.name] == nil {
      removeRoutes(of: link.name, log)
    }
  }

  /// Programs one endpoint; the reason why it is not there yet, or `nil`.
  private func program(
    _ endpoint: DesiredEndpoint, _ nets: [CIDR], _ log: (String) -> Void
  ) throws(NetlinkError) -> String? {
    let name = endpoint.interfaceName
    guard let link = try sockets.link(named: name) else { return "no interface \(name)" }
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
    try reconcileRoutes(nets, on: link, log)
    if let mac = endpoint.mac { try reconcileNeighbours(nets, mac, on: link) }
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
    _ nets: [CIDR], on link: Link, _ log: (String) -> Void
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
      // The kernel's own (link-local networks) and BIRD's are not ours to judge.
      guard route.protocol != .kernel, route.protocol != .bird else { continue }
      let replaced = missing.contains {
        $0.destination == route.destination && $0.metric == route.metric
      }
      guard !replaced else { continue }
      let isOurs = route.protocol == configuration.routeProtocol
      guard isOurs || configuration.removesExternalRoutes else { continue }
      log("deleting route \(route.destination) on \(link.name), which no endpoint has")
      try delete(route)
    }
    for route in missing.sorted(by: { $0.destination < $1.destination }) {
      try sockets.replace(route)
    }
  }

  /// The workload's address is at its MAC: no question on the wire, no answer to forge.
  private func reconcileNeighbours(
    _ nets: [CIDR], _ mac: MACAddress, on link: Link
  ) throws(NetlinkError) {
    let present = Set(try sockets.neighbours(linkIndex: link.index))
    for net in nets {
      let entry = Neighbour(linkIndex: link.index, address: net.address, mac: mac)
      if !present.contains(entry) { try sockets.replace(entry) }
    }
  }

  private func removeRoutes(of name: String, _ log: (String) -> Void) {
    do throws(NetlinkError) {
      guard let link = try sockets.link(named: name) else { return }
      let routes = try sockets.routes(
        RouteFilter(
          table: RouteTable.main, protocol: configuration.routeProtocol, linkIndex: link.index))
      for route in routes { try delete(route) }
    } catch {
      log("cannot remove the routes of \(name): \(error)")
    }
  }

  private func delete(_ route: Route) throws(NetlinkError) {
    do throws(NetlinkError) {
      try sockets.delete(route)
    } catch  where error.isNotFound {
      // Gone with its interface.
    }
  }
}
