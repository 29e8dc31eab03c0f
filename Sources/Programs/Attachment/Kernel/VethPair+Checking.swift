// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink

extension VethPair {
  /// What is not as `wire` leaves it; empty when everything is.
  ///
  /// - Parameter podMAC: `nil` where any will do.
  func problems(podMAC: MACAddress?) throws(CNIError) -> [String] {
    try kernel { () throws(NetlinkError) in
      let host = try RouteSocket()
      let pod = try RouteSocket(in: namespace)
      guard let inside = try pod.link(named: podName) else {
        return ["there is no interface \(podName) in \(namespace.path)"]
      }
      guard let outside = try host.link(named: hostName) else {
        return ["there is no interface \(hostName) on the host"]
      }
      var problems: [String] = []
      if !Self.isPair(outside, inside) {
        problems.append("\(hostName) is not the other end of \(podName)")
      }
      if !inside.isUp { problems.append("\(podName) is down") }
      if !outside.isUp { problems.append("\(hostName) is down") }
      if let podMAC, inside.mac != podMAC {
        problems.append("\(podName) has not the MAC address \(podMAC)")
      }
      if let hostMAC = Self.hostMAC, outside.mac != hostMAC {
        problems.append("\(hostName) has not the MAC address \(hostMAC)")
      }
      let present = try pod.addresses(linkIndex: inside.index).map(\.address)
      for address in addresses
      where !present.contains(where: {
        $0.address == address && $0.prefixLength == address.family.bitWidth
      }) {
        problems.append("\(podName) has not the address \(CIDR(host: address))")
      }
      problems += Self.missing(
        podRoutes(inside.index), among: try pod.routes(RouteFilter(linkIndex: inside.index)),
        "in \(namespace.path)")
      let rules = podRules(inside.index)
      if !rules.isEmpty {
        let known = try pod.rules()
        for rule in rules where !known.contains(rule) {
          let source = rule.source.map(\.description) ?? ""
          problems.append("there is no rule for packets from \(source) in \(namespace.path)")
        }
      }
      // The agent may have given the routes to the pod its own protocol and metric.
      problems += Self.missing(
        hostRoutes(outside.index),
        among: try host.routes(RouteFilter(table: RouteTable.main, linkIndex: outside.index)),
        "on the host")
      if hasV4, try Sysctl.read("net", "ipv4", "conf", hostName, "proxy_arp") != "1" {
        problems.append("\(hostName) does not answer ARP requests for others (proxy_arp)")
      }
      return problems
    }
  }

  /// Those of the routes that are not among what is present.
  static func absent(_ routes: [Route], among present: [Route]) -> [Route] {
    routes.filter { route in
      !present.contains {
        $0.destination == route.destination && $0.gateway == route.gateway
          && $0.table == route.table
      }
    }
  }

  private static func missing(
    _ routes: [Route], among present: [Route], _ place: String
  ) -> [String] {
    absent(routes, among: present).map { route in
      let way = route.gateway.map { " via \($0)" } ?? ""
      return "there is no route to \(route.destination)\(way) \(place)"
    }
  }
}
