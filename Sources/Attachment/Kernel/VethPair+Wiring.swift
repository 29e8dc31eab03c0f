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

  /// Makes the pair and all that belongs to it. A pair that an earlier attempt or an earlier
  /// container of the pod left under this name goes first.
  func wire(_ traits: Traits, _ steps: Steps) throws(CNIError) {
    steps.before(.createLink)
    try Self.remove(hostName)
    let (host, pod) = try kernel { () throws(NetlinkError) in
      (try RouteSocket(), try RouteSocket(in: namespace))
    }
    guard try kernel({ () throws(NetlinkError) in try pod.link(named: podName) }) == nil else {
      throw CNIError(
        .invalidEnvironment,
        "CNI_IFNAME: there is an interface \(podName) in \(namespace.path) already")
    }
    try kernel { () throws(NetlinkError) in
      // In one request, so that there is never a pair with both ends on the host.
      try host.createVeth(
        LinkSpec(name: hostName, mac: Self.hostMAC, mtu: traits.mtu, queues: traits.queues),
        peer: LinkSpec(
          name: podName, mac: traits.podMAC, mtu: traits.mtu, queues: traits.queues,
          namespace: namespace))
    }
    steps.before(.configureHost)
    let hostIndex = try index(of: hostName, host)
    try kernel { () throws(NetlinkError) in
      try configureHost()
      try host.changeLink(index: hostIndex, LinkChange(isUp: true))
    }
    steps.before(.configurePod)
    try configurePod(pod, allowsForwarding: traits.allowsForwarding)
    steps.before(.routeToPod)
    try kernel { () throws(NetlinkError) in
      if Self.hasIPv6, let address = InterfaceAddress(Self.router6, prefixLength: 64) {
        try host.add(
          LinkAddress(
            linkIndex: hostIndex, address: address, scope: .link, flags: .noDuplicateDetection))
      }
      for route in hostRoutes(hostIndex) { try host.replace(route) }
    }
  }

  private func index(of name: String, _ socket: RouteSocket) throws(CNIError) -> UInt32 {
    guard let link = try kernel({ () throws(NetlinkError) in try socket.link(named: name) }) else {
      throw CNIError(.kernel, "the interface \(name) was removed while it was set up")
    }
    return link.index
  }

  /// The settings of the host's end (facts §4.9). `rp_filter` is not among them: a new interface
  /// has the default, and the agent knows which pods may have another.
  private func configureHost() throws(NetlinkError) {
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

  private func configurePod(
    _ pod: RouteSocket, allowsForwarding: Bool
  ) throws(CNIError) {
    let loopback = try index(of: "lo", pod)
    let index = try index(of: podName, pod)
    try inPod { () throws(NetlinkError) in
      if hasV4 {
        try Sysctl.write(allowsForwarding ? "1" : "0", to: "net", "ipv4", "ip_forward")
      }
      guard hasV6 else { return }
      // Runtimes turn IPv6 off in pods until somebody gives them an address.
      for name in ["all", "default", "lo", podName] {
        try Sysctl.write("0", to: "net", "ipv6", "conf", name, "disable_ipv6")
      }
      // The addresses are nobody else's: IPAM saw to that.
      try Sysctl.write("0", to: "net", "ipv6", "conf", podName, "accept_dad")
      try Sysctl.write("0", to: "net", "ipv6", "conf", podName, "accept_ra")
      if allowsForwarding {
        try Sysctl.write("1", to: "net", "ipv6", "conf", "all", "forwarding")
      }
    }
    try kernel { () throws(NetlinkError) in
      try pod.changeLink(index: loopback, LinkChange(isUp: true))
      try pod.changeLink(index: index, LinkChange(isUp: true))
      for address in addresses {
        let whole = InterfaceAddress(address, prefixLength: address.family.bitWidth)
        guard let whole else { continue }
        try pod.add(
          LinkAddress(
            linkIndex: index, address: whole,
            flags: address.family == .v6 ? .noDuplicateDetection : []))
      }
      for route in podRoutes(index) { try pod.add(route) }
      if hasV4, !Self.canAnswerForRouter {
        try pod.replace(
          Neighbour(linkIndex: index, address: Self.router4, mac: Self.hostMAC, state: .permanent))
      }
    }
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
