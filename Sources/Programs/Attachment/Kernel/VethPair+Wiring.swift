// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import Netlink

extension VethPair {
  /// What the interfaces are to be like.
  struct Traits {
    /// `nil` leaves it to the kernel.
    var podMAC: MACAddress?
    var mtu: UInt32?
    var queues: UInt32?
    var allowsForwarding: Bool
  }

  /// Makes the pair and notes whose it is. Nothing is left of it when that fails.
  ///
  /// - Returns: The host's end.
  func create(_ traits: Traits) throws(CNIError) -> Link {
    let host = try kernel { () throws(NetlinkError) in
      let host = try RouteSocket()
      // In one request, so that there is never a pair with both ends on the host.
      try host.createVeth(
        LinkSpec(name: hostName, mac: Self.hostMAC, mtu: traits.mtu, queues: traits.queues),
        peer: LinkSpec(
          name: podName, mac: traits.podMAC, mtu: traits.mtu, queues: traits.queues,
          namespace: namespace))
      return host
    }
    let link = try end(hostName, host)
    do throws(CNIError) {
      try kernel { () throws(NetlinkError) in
        try host.changeLink(index: link.index, LinkChange(alias: owner.alias))
      }
    } catch {
      try? Self.remove(link)
      throw error
    }
    return link
  }

  /// Notes whose the host's end is, where nothing says so yet.
  func mark() throws(CNIError) {
    let host = try kernel { () throws(NetlinkError) in try RouteSocket() }
    let link = try end(hostName, host)
    guard LinkOwner(alias: link.alias) != owner else { return }
    try kernel { () throws(NetlinkError) in
      try host.changeLink(index: link.index, LinkChange(alias: owner.alias))
    }
  }

  /// Gives an interface of the host another name, and an alias where one is given. Its addresses
  /// and routes stay.
  static func rename(_ link: Link, to name: String, alias: String? = nil) throws(CNIError) {
    try kernel { () throws(NetlinkError) in
      let host = try RouteSocket()
      if let alias { try host.changeLink(index: link.index, LinkChange(alias: alias)) }
      do throws(NetlinkError) {
        try host.changeLink(index: link.index, LinkChange(name: name))
      } catch  where error.code == EBUSY {
        try renameDown(link.index, to: name, host)
      }
    }
  }

  /// Kernels before 6.2 rename only what is down, and that takes addresses and routes away. Where
  /// not all of them can be put back nothing is done.
  static func renameDown(
    _ index: UInt32, to name: String, _ host: RouteSocket
  ) throws(NetlinkError) {
    let addresses = try host.addresses(linkIndex: index)
    let routes = try host.routes(RouteFilter(linkIndex: index)).filter { $0.protocol != .kernel }
    for route in routes { try refuseIfLost(route) }
    try host.changeLink(index: index, LinkChange(isUp: false))
    var failure: NetlinkError?
    do throws(NetlinkError) {
      try host.changeLink(index: index, LinkChange(name: name))
    } catch { failure = error }
    try host.changeLink(index: index, LinkChange(isUp: true))
    try putBack(addresses, index, host)
    try putBack(routes, host)
    if let failure { throw failure }
  }

  private func end(_ name: String, _ socket: RouteSocket) throws(CNIError) -> Link {
    guard let link = try kernel({ () throws(NetlinkError) in try socket.link(named: name) }) else {
      throw CNIError(.kernel, "the interface \(name) was removed while it was set up")
    }
    return link
  }

  /// The host's end up, with its settings (compatibility §4.9). `rp_filter` is not among them: a
  /// new interface has the default, and the agent knows which pods may have another.
  func configureHost() throws(CNIError) {
    try kernel { () throws(NetlinkError) in
      let conf4 = ["net", "ipv4", "conf", hostName]
      // Answer for every address that there is a route to, at once, and let pods reach services on
      // the host's loopback by destination NAT.
      try Sysctl.write("1", to: conf4 + ["proxy_arp"])
      try Sysctl.write("0", to: ["net", "ipv4", "neigh", hostName, "proxy_delay"])
      try Sysctl.write("1", to: conf4 + ["route_localnet"])
      try Sysctl.write("1", to: conf4 + ["forwarding"])
      guard Self.hasIPv6 else { return }
      let conf6 = ["net", "ipv6", "conf", hostName]
      if hasV6 { try Sysctl.write("0", to: conf6 + ["disable_ipv6"]) }
      // The kernel would make the same link-local address but not use it for a second.
      try Sysctl.write("1", to: conf6 + ["addr_gen_mode"])
      try Sysctl.write("0", to: conf6 + ["accept_ra"])
      try Sysctl.write("1", to: conf6 + ["proxy_ndp"])
      try Sysctl.write("1", to: conf6 + ["forwarding"])
    }
    try bringUp()
  }

  @discardableResult
  private func bringUp() throws(CNIError) -> (host: RouteSocket, index: UInt32) {
    let host = try kernel { () throws(NetlinkError) in try RouteSocket() }
    let link = try end(hostName, host)
    if !link.isUp {
      try kernel { () throws(NetlinkError) in
        try host.changeLink(index: link.index, LinkChange(isUp: true))
      }
    }
    return (host, link.index)
  }

  /// Gives the pod's end what it is to have, and takes nothing away that it has besides.
  func configurePod(_ traits: Traits) throws(CNIError) {
    let pod = try kernel { () throws(NetlinkError) in try RouteSocket(in: namespace) }
    let loopback = try end("lo", pod)
    let inside = try end(podName, pod)
    try inPod { () throws(NetlinkError) in try writePodSettings(traits) }
    try kernel { () throws(NetlinkError) in
      try pod.changeLink(index: loopback.index, LinkChange(isUp: true))
      let isOtherMAC = traits.podMAC != nil && inside.mac != traits.podMAC
      try pod.changeLink(
        index: inside.index,
        LinkChange(isUp: true, mac: isOtherMAC ? traits.podMAC : nil))
      for address in addresses {
        let whole = InterfaceAddress(address, prefixLength: address.family.bitWidth)
        guard let whole else { continue }
        try Self.unlessThere { () throws(NetlinkError) in
          try pod.add(
            LinkAddress(
              linkIndex: inside.index, address: whole,
              flags: address.family == .v6 ? .noDuplicateDetection : []))
        }
      }
      try route(pod, inside.index)
      if hasV4, !Self.canAnswerForRouter {
        try pod.replace(
          Neighbour(
            linkIndex: inside.index, address: Self.router4, mac: Self.hostMAC, state: .permanent))
      }
    }
  }

  private func writePodSettings(_ traits: Traits) throws(NetlinkError) {
    // What concerns the whole pod is the first interface's to say.
    if hasV4, !secondary.contains(.v4) || traits.allowsForwarding {
      try Sysctl.write(traits.allowsForwarding ? "1" : "0", to: "net", "ipv4", "ip_forward")
    }
    guard hasV6 else { return }
    // Runtimes turn IPv6 off in pods until somebody gives them an address.
    for name in (secondary.contains(.v6) ? [] : ["all", "default", "lo"]) + [podName] {
      try Sysctl.write("0", to: "net", "ipv6", "conf", name, "disable_ipv6")
    }
    // The addresses are nobody else's: IPAM saw to that.
    try Sysctl.write("0", to: "net", "ipv6", "conf", podName, "accept_dad")
    try Sysctl.write("0", to: "net", "ipv6", "conf", podName, "accept_ra")
    if traits.allowsForwarding {
      try Sysctl.write("1", to: "net", "ipv6", "conf", "all", "forwarding")
    }
  }

  private func route(_ pod: RouteSocket, _ index: UInt32) throws(NetlinkError) {
    let present = try pod.routes(RouteFilter(linkIndex: index))
    for route in Self.absent(podRoutes(index), among: present) { try pod.add(route) }
    guard !secondary.isEmpty else { return }
    // The new ones first: packets of a pod that runs must find their way at every moment.
    let wanted = podRules(index)
    let known = try pod.rules()
    for rule in wanted where !known.contains(rule) {
      try Self.unlessThere { () throws(NetlinkError) in try pod.add(rule) }
    }
    try Self.removeRules(pod, of: addresses, linkIndex: index, besides: wanted)
  }

  /// Removes the rules that this plugin has made for these addresses, or for an interface.
  static func removeRules(
    _ pod: RouteSocket, of addresses: [IPAddress], linkIndex: UInt32?,
    besides wanted: [RoutingRule] = []
  ) throws(NetlinkError) {
    let sources = addresses.map { CIDR(host: $0) }
    let table = linkIndex.map { Self.table(of: $0) }
    for rule in try pod.rules() where isOurs(rule) && !wanted.contains(rule) {
      guard rule.table == table || rule.source.map(sources.contains) == true else { continue }
      try unlessGone { () throws(NetlinkError) in try pod.delete(rule) }
    }
  }

  static func unlessGone(_ body: () throws(NetlinkError) -> Void) throws(NetlinkError) {
    do throws(NetlinkError) { try body() } catch  where error.isNotFound {}
  }

  /// Has the host's end up, with the router's address and the routes to the pod.
  ///
  /// - Parameters:
  ///   - pods: The host's ends of interfaces that the endpoint has or had.
  ///   - replaced: Gets the routes that had to go for that.
  func routeToPod(pods: Set<UInt32>, replaced: inout [ReplacedRoute]) throws(CNIError) {
    let (host, index) = try bringUp()
    var gone: [ReplacedRoute] = []
    defer { replaced += gone }
    try kernel { () throws(NetlinkError) in
      if Self.hasIPv6, let address = InterfaceAddress(Self.router6, prefixLength: 64) {
        try Self.unlessThere { () throws(NetlinkError) in
          try host.add(
            LinkAddress(
              linkIndex: index, address: address, scope: .link, flags: .noDuplicateDetection))
        }
      }
      var standing: [Route] = []
      for route in hostRoutes(index) {
        do throws(NetlinkError) {
          try host.add(route)
        } catch  where error.isAlreadyThere {
          standing.append(route)
        }
      }
      guard !standing.isEmpty else { return }
      let present = try Self.byDestination(host)
      for route in standing {
        let others = present[route.destination] ?? []
        guard try judge(route, others, host, pods) else { continue }
        // Of several that may go, the one that has its place in the table.
        if let former = others.first(where: { $0.metric == route.metric }) {
          gone.append(ReplacedRoute(former: former, by: route))
        }
        try host.replace(route)
      }
    }
  }

  /// Refuses addresses that packets of others go to, before anything of an interface is done.
  ///
  /// - Parameters:
  ///   - pods: As of `routeToPod`.
  ///   - index: The host's end, where it is there already.
  func refuseIfTaken(pods: Set<UInt32>, index: UInt32?) throws(CNIError) {
    try kernel { () throws(NetlinkError) in
      let host = try RouteSocket()
      let present = try Self.byDestination(host)
      for route in hostRoutes(index ?? 0) {
        _ = try judge(route, present[route.destination] ?? [], host, pods)
      }
    }
  }

  /// The routes of the main table.
  private static func byDestination(_ host: RouteSocket) throws(NetlinkError) -> [CIDR: [Route]] {
    Dictionary(
      grouping: try host.routes(RouteFilter(table: RouteTable.main)), by: \.destination)
  }

  /// A route may stand in the way that is out of date: of an interface that the endpoint has or had,
  /// and BIRD's, which knows how to reach what other nodes have. Nobody else's: IPAM may have been
  /// told to free what a pod has, and a pool may have addresses that the host routes otherwise.
  ///
  /// - Parameter present: The routes to the same destination.
  /// - Returns: Whether it is to take the place of what is there; false where its own stands.
  private func judge(
    _ route: Route, _ present: [Route], _ host: RouteSocket, _ pods: Set<UInt32>
  ) throws(NetlinkError) -> Bool {
    // Where its own stands the address is its own, whatever else there is.
    if present.contains(where: { $0.linkIndex != nil && $0.linkIndex == route.linkIndex }) {
      return false
    }
    for other in present {
      if let holder = try holder(of: other, host, pods) {
        throw NetlinkError(
          "route \(route.destination) to \(hostName)", .invalid("the address is \(holder)"))
      }
      if other.metric == route.metric { try Self.refuseIfLost(other) }
    }
    return true
  }

  /// Whose an address is by a route to it; `nil` where that may go.
  private func holder(
    of route: Route, _ host: RouteSocket, _ pods: Set<UInt32>
  ) throws(NetlinkError) -> String? {
    guard route.protocol != .bird else { return nil }
    guard let index = route.linkIndex ?? route.nextHops.first?.linkIndex else {
      return "not the pod's: there is a route for it to no interface"
    }
    if route.linkIndex != nil, pods.contains(index) { return nil }
    // It has gone since, and the route with it.
    guard let link = try host.link(index: index) else { return nil }
    let alias = LinkOwner(alias: link.alias)
    if let alias, alias.interface == owner.interface, route.linkIndex != nil { return nil }
    return (alias.map { "that of \($0)" } ?? "not the pod's") + ": it is routed to \(link.name)"
  }

  static func unlessThere(_ body: () throws(NetlinkError) -> Void) throws(NetlinkError) {
    do throws(NetlinkError) { try body() } catch  where error.isAlreadyThere {}
  }

  /// Runs `body` in the pod's namespace.
  func inPod(_ body: () throws(NetlinkError) -> Void) throws(CNIError) {
    do {
      try namespace.enter { try body() }
    } catch let error as NetlinkError {
      throw CNIError(error)
    } catch {
      throw CNIError(.kernel, "\(error)")
    }
  }

  /// Whether this host's kernel has IPv6.
  static var hasIPv6: Bool { access("/proc/sys/net/ipv6/conf", F_OK) == 0 }

  /// Whether the host has a route to the router's address: without one, as on a host that has no
  /// default route, the kernel does not answer ARP requests for it, and the pod has to be told.
  ///
  /// To connect a socket is to ask the kernel for the route; nothing is sent.
  private static var canAnswerForRouter: Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(9).bigEndian
    address.sin_addr.s_addr = UInt32(truncatingIfNeeded: router4.bits).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
