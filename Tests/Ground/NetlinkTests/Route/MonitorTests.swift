// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import Netlink
import Testing

@Suite("Watching the network", .needsRoot)
struct MonitorTests {
  @Test("changes of links, addresses, routes and neighbours are heard of")
  func events() throws {
    try TestNamespace.with { space in
      let monitor = try RouteMonitor(RouteMonitor.Topic.allCases, in: space.namespace)
      #expect(try monitor.receive(wait: false) == nil)
      let socket = try space.routes()
      let index = try space.device("d0")
      let address = LinkAddress(
        linkIndex: index, address: try parse("10.0.0.1/24"))
      try socket.add(address)
      let route = Route(to: try cidr("10.5.0.0/16"), linkIndex: index)
      try socket.add(route)
      let neighbour = Neighbour(
        linkIndex: index, address: try ip("10.0.0.9"),
        mac: try mac("02:00:00:00:00:01"))
      try socket.add(neighbour)
      try socket.delete(neighbour)
      try socket.delete(route)
      try socket.delete(address)
      try socket.deleteLink(index: index)
      // The kernel has queued every event before it answers the request that causes it.
      var events: [RouteEvent] = []
      while let more = try monitor.receive(wait: false) { events += more }
      var seen = address
      seen.flags = .permanent
      #expect(events.contains(.address(seen)))
      #expect(events.contains(.addressRemoved(seen)))
      #expect(events.contains(.route(route)))
      #expect(events.contains(.routeRemoved(route)))
      #expect(events.contains(.neighbour(neighbour)))
      func link(_ event: RouteEvent) -> (name: String, removed: Bool)? {
        switch event {
        case .link(let link): (link.name, false)
        case .linkRemoved(let link): (link.name, true)
        default: nil
        }
      }
      #expect(events.contains { link($0).map { $0 == ("d0", false) } ?? false })
      #expect(events.contains { link($0).map { $0 == ("d0", true) } ?? false })
      var poll = pollfd(fd: monitor.fileDescriptor, events: Int16(POLLIN), revents: 0)
      #expect(Glibc.poll(&poll, 1, 0) == 0)
      _ = try space.device("d1")
      #expect(Glibc.poll(&poll, 1, 0) == 1)
    }
  }

  @Test("a bridge that loses a port does not look like a link that is gone")
  func bridgePort() throws {
    try TestNamespace.with { space in
      let socket = try space.routes()
      try socket.createLink(kind: "bridge", LinkSpec(name: "br0", isUp: true))
      let bridge = try #require(try socket.link(named: "br0")).index
      let port = try space.device("d0")
      try socket.changeLink(index: port, LinkChange(masterIndex: bridge))
      let monitor = try RouteMonitor([.links], in: space.namespace)
      try socket.changeLink(index: port, LinkChange(masterIndex: 0))
      var events: [RouteEvent] = []
      while let more = try monitor.receive(wait: false) { events += more }
      #expect(!events.isEmpty)
      for event in events { if case .linkRemoved = event { Issue.record("\(event)") } }
    }
  }

  @Test("events that are lost are said to be lost")
  func overrun() throws {
    try TestNamespace.with { space in
      let transport = try NetlinkSocket(
        .route, in: space.namespace, timeoutMilliseconds: 1000, receiveBuffer: 4096)
      try transport.join(group: 7)
      let monitor = RouteMonitor(transport)
      let socket = try space.routes()
      let index = try space.device("d0")
      for net in try cidr("10.0.0.0/16").subnets(ofPrefixLength: 26) {
        try socket.add(Route(to: net, linkIndex: index))
      }
      #expect {
        while try monitor.receive(wait: false) != nil {}
      } throws: { ($0 as? NetlinkError)?.reason == .overrun }
    }
  }
}
