// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Netlink
import Testing

@testable import NodeAgent

@Suite("What is heard of the network")
struct LinkWatcherTests {
  private func changes(_ events: RouteEvent...) -> LinkWatcher.Changes {
    var changes = LinkWatcher.Changes()
    for event in events { changes.take(event) }
    return changes
  }

  private func address(_ text: String) throws -> RouteEvent {
    .address(LinkAddress(linkIndex: 7, address: try #require(InterfaceAddress(text))))
  }

  private func route(
    _ text: String, via gateway: String? = nil, _ protocol: RouteProtocol = .boot
  ) throws -> RouteEvent {
    .route(
      Route(
        to: try #require(CIDR(text)), protocol: `protocol`,
        gateway: gateway.flatMap { IPAddress($0) }, linkIndex: 7))
  }

  @Test("links by name; of addresses and routes only whether they may be the host's")
  func events() throws {
    let link = Link(index: 7, name: "cali1")
    #expect(
      changes(.link(link), .linkRemoved(Link(index: 8, name: "eth1"))).names == ["cali1", "eth1"])
    // What a workload that comes brings with it.
    let quiet = try changes(
      address("fe80::ecee:eeff:feee:eeee/64"), route("10.65.0.7/32"), route("fd65::7/128"),
      route("fe80::/64", .kernel))
    #expect(quiet.isEmpty)
    #expect(try changes(address("192.0.2.1/24")).host)
    #expect(try changes(route("0.0.0.0/0", via: "192.0.2.254")).host)
    #expect(try changes(route("::/0")).host)
    #expect(try changes(route("198.51.100.7/32", via: "192.0.2.9")).host)
  }

  @Test("what nobody has taken is merged")
  func merging() {
    var all = LinkWatcher.Changes(names: ["a"])
    all.merge(LinkWatcher.Changes(names: ["b"], host: true))
    all.merge(LinkWatcher.Changes(areLost: true))
    #expect(all == LinkWatcher.Changes(names: ["a", "b"], host: true, areLost: true))
  }
}
