// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink

/// What of a namespace's network is the host's own, by what the kernel says: interfaces that are not
/// for workloads whatever they are called, and addresses that lead elsewhere.
struct OwnNetwork: Hashable {
  /// Kinds of interfaces that lead to a workload: of containers, and of virtual machines.
  private static let workloadKinds: Set<String> = ["veth", "netkit", "tun"]
  /// Kinds of which either end has the other for its device below.
  private static let pairs: Set<String> = ["veth", "netkit"]

  /// Interfaces that only look like workloads', with the reason.
  private var disguised: [String: String] = [:]
  /// Interfaces that the host itself speaks by, with the reason.
  private(set) var uplinks: [String: String] = [:]
  /// The host's addresses and those that it has routes of its own to, with the reason.
  private(set) var addresses: [IPAddress: String] = [:]

  /// - Parameters:
  ///   - routes: Those of the main table.
  ///   - prefixes: Of the names of workloads' interfaces.
  init(links: [Link], addresses: [LinkAddress], routes: [Route], prefixes: [String]) {
    let names = Dictionary(links.map { ($0.index, $0.name) }, uniquingKeysWith: { $1 })
    let evidence = Evidence(links, addresses, routes)
    for link in links {
      let isWorkloadKind = Self.workloadKinds.contains(link.kind ?? "")
      let reason = evidence.reason(link.index)
      if isWorkloadKind {
        disguised[link.name] = reason
        uplinks[link.name] = reason
      } else if link.flags.contains(.loopback) || link.kind == nil
        || evidence.addressed.contains(link.index)
      {
        uplinks[link.name] = self.reason(for: link) { names[$0] }
      }
    }
    let workloads = Set(
      links.filter { link in
        WorkloadPrefixes.match(link.name, prefixes) && reason(for: link) { names[$0] } == nil
      }.map(\.index))
    takeAddresses(addresses, routes, names, workloads)
  }

  /// Why an interface is the host's, in words that follow "is not a workload's"; `nil` when it is one
  /// that a workload may have.
  ///
  /// - Parameter name: That of the interface with an index.
  func reason(for link: Link, name: (UInt32) -> String?) -> String? {
    if link.flags.contains(.loopback) { return "it is the loopback interface" }
    guard let kind = link.kind else { return "it is a device of the host" }
    if !Self.workloadKinds.contains(kind) { return "it is of the kind \(kind)" }
    if let master = link.masterIndex {
      return "it is part of \(name(master) ?? "interface \(master)")"
    }
    return disguised[link.name]
  }

  /// The names of the interfaces of which another picture says something else.
  func differences(from other: OwnNetwork) -> Set<String> {
    Set(disguised.keys).union(other.disguised.keys).filter { disguised[$0] != other.disguised[$0] }
  }

  // MARK: - Interfaces

  /// What addresses, routes and other interfaces tell of an interface.
  private struct Evidence {
    /// Any address but one of the link itself.
    var addressed: Set<UInt32> = []
    /// A network of the host's on it. A host address without one tells nothing: some plugins give
    /// the router's to every workload's interface.
    var networks: [UInt32: CIDR] = [:]
    var defaultRoutes: Set<UInt32> = []
    /// Those with routes to single addresses, as workloads' have.
    var withHosts: Set<UInt32> = []
    /// Interfaces that are built on others, by the index of those.
    var above: [UInt32: String] = [:]

    init(_ links: [Link], _ addresses: [LinkAddress], _ routes: [Route]) {
      for link in links where !OwnNetwork.pairs.contains(link.kind ?? "") {
        if let below = link.peerIndex, link.peerNamespaceID == nil, below != link.index {
          above[below] = link.name
        }
      }
      for item in addresses where !item.address.address.isLinkLocal && item.scope != .link {
        addressed.insert(item.linkIndex)
        if item.address.prefixLength < item.address.family.bitWidth {
          networks[item.linkIndex] = item.address.network
        }
      }
      for route in routes where route.type == .unicast {
        let indices = ([route.linkIndex] + route.nextHops.map(\.linkIndex)).compactMap { $0 }
        if route.destination.prefixLength == 0 { defaultRoutes.formUnion(indices) }
        if OwnNetwork.isToHost(route), route.gateway == nil, route.nextHops.isEmpty {
          withHosts.formUnion(indices)
        }
      }
    }

    /// Where workloads' addresses are routed to it, a network or a default route that somebody has
    /// put there does not make it the host's. Both do.
    func reason(_ index: UInt32) -> String? {
      if let name = above[index] { return "\(name) is built on it" }
      let hasDefault = defaultRoutes.contains(index)
      let network = networks[index]
      if withHosts.contains(index), network == nil || !hasDefault { return nil }
      if let network { return "it has an address of the host's in \(network)" }
      return hasDefault ? "the host's default route leads there" : nil
    }
  }

  // MARK: - Addresses

  private mutating func takeAddresses(
    _ own: [LinkAddress], _ routes: [Route], _ names: [UInt32: String], _ workloads: Set<UInt32>
  ) {
    for route in routes {
      let hops =
        route.nextHops.map { ($0.gateway, Optional($0.linkIndex)) }
        + [(route.gateway, route.linkIndex)]
      for (gateway, index) in hops {
        guard index.map({ !workloads.contains($0) }) ?? true else { continue }
        if let gateway, !gateway.isLinkLocal {
          let goal =
            route.destination.prefixLength == 0
            ? "its default route" : "its route to \(route.destination)"
          addresses[gateway] = addresses[gateway] ?? "is the host's gateway on \(goal)"
        }
      }
    }
    // Also the kernel's own: that to the other end of a line.
    for route in routes where route.destination.isHost && route.protocol != .bird {
      if Self.leadsToWorkload(route, by: { workloads.contains($0) }) { continue }
      let indices = ([route.linkIndex] + route.nextHops.map(\.linkIndex)).compactMap { $0 }
      // By a link that came after the links were listed, as a pod's does: its coming is told.
      guard indices.allSatisfy({ names[$0] != nil }) else { continue }
      let place = indices.first.flatMap { names[$0] }.map { " by \($0)" } ?? ""
      addresses[route.destination.address] = Self.ownRoute(place)
    }
    for item in own where !item.address.address.isLinkLocal {
      let place = names[item.linkIndex].map { " on \($0)" } ?? ""
      addresses[item.address.address] = "is the host's own\(place)"
    }
  }

  /// Whether a route leads to a workload, and nowhere else: one with several ways, and one that is
  /// delivered here, is the host's whatever interfaces it names.
  static func leadsToWorkload<Failure>(
    _ route: Route, by isWorkloads: (UInt32) throws(Failure) -> Bool
  ) throws(Failure) -> Bool {
    guard route.type == .unicast, route.nextHops.isEmpty, let index = route.linkIndex else {
      return false
    }
    return try isWorkloads(index)
  }

  /// - Parameter place: " by eth0".
  static func ownRoute(_ place: String) -> String { "has a route of the host's own\(place)" }

  /// A route to one address that is neither the kernel's own nor BIRD's.
  private static func isToHost(_ route: Route) -> Bool {
    route.destination.isHost && route.protocol != .kernel && route.protocol != .bird
  }
}

extension OwnNetwork {
  /// Reads it.
  init(_ sockets: RouteSocket, prefixes: [String]) throws(NetlinkError) {
    self.init(
      links: try sockets.links(), addresses: try sockets.addresses(),
      routes: try sockets.routes(RouteFilter(table: RouteTable.main)), prefixes: prefixes)
  }
}
