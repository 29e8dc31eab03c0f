// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import Logging
import Netlink
import Synchronization
import Testing

@testable import NodeAgent

@Suite("What is heard of the network")
struct LinkWatcherTests {
  private func changes(_ events: RouteEvent...) -> LinkWatcher.Changes {
    var changes = LinkWatcher.Changes()
    var gateways: Set<IPAddress> = []
    for event in events { changes.take(event, &gateways) }
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

  @Test("BIRD's routes to other nodes' blocks tell when another node comes or goes")
  func birdRoutes() throws {
    #expect(RouteProtocol.bird.rawValue == 12)
    var gateways: Set<IPAddress> = []
    func tells(_ event: RouteEvent) -> Bool {
      var changes = LinkWatcher.Changes()
      changes.take(event, &gateways)
      return changes.host
    }
    let first = try route("10.1.0.64/26", via: "192.0.2.7", .bird)
    #expect(tells(first))
    #expect(!tells(first))
    #expect(try !tells(route("10.1.0.128/26", via: "192.0.2.7", .bird)))
    guard case .route(let withdrawn) = first else { return }
    // What BIRD withdraws may be the last that led there, and it may come again.
    #expect(tells(.routeRemoved(withdrawn)))
    #expect(!tells(.routeRemoved(withdrawn)))
    #expect(tells(first))
    #expect(try tells(route("10.1.0.64/26", via: "192.0.2.8", .bird)))
    // The node's own blocks lead nowhere.
    #expect(try !tells(route("10.1.0.0/26", .bird)))
    #expect(try tells(route("10.1.0.64/26", via: "192.0.2.7", .static)))
  }

  @Test("changes of the host's network are told when it is quiet, and at last while they go on")
  func quiet() {
    var pause = LinkWatcher.HostPause()
    #expect(pause.wait(at: .seconds(9)) == nil)
    let none = pause.take(at: .seconds(9), isTelling: true)
    #expect(!none)
    // One alone: half a second later.
    pause.note(at: .seconds(10))
    #expect(pause.wait(at: .seconds(10)) == .milliseconds(500))
    let early = pause.take(at: .milliseconds(10_499), isTelling: false)
    let quiet = pause.take(at: .milliseconds(10_500), isTelling: false)
    #expect(!early && quiet)
    #expect(pause.wait(at: .seconds(11)) == nil)
    // Interfaces are told with what is known of the host.
    pause.note(at: .seconds(12))
    let together = pause.take(at: .seconds(12), isTelling: true)
    #expect(together)
    // A stream of them: every two seconds.
    var told: [Duration] = []
    for step in 0...100 {
      let now = Duration.seconds(20) + .milliseconds(100) * step
      pause.note(at: now)
      #expect(pause.wait(at: now).map { $0 <= .seconds(2) } == true)
      if pause.take(at: now, isTelling: false) { told.append(now) }
    }
    #expect(told.count == 4)
    for (one, next) in zip([.seconds(20)] + told, told) {
      #expect(next - one >= .seconds(2) && next - one <= .milliseconds(2100))
    }
  }

  private final class Count: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func step() { count.withLock { $0 += 1 } }
  }

  @Test("is tried again with growing pauses while it cannot be watched", .timeLimit(.minutes(1)))
  func failures() async throws {
    let time = ManualTime()
    let opened = Count()
    let watcher = try LinkWatcher(clock: time.clock) { () throws(NetlinkError) in
      opened.step()
      throw NetlinkError("subscribe", .timedOut)
    }
    var log = Logger(label: "test")
    log.logLevel = .critical
    let task = Task { [log] in for await _ in watcher.changes(log: log) {} }
    for round in 0..<9 {
      let pause = await time.sleeper() - time.now
      let bound = min(Duration.milliseconds(100) * (1 << round), .seconds(10))
      #expect(pause >= bound / 2 && pause <= bound, "round \(round)")
      #expect(opened.value == round + 1)
      time.pass(pause)
    }
    _ = await time.sleeper()
    task.cancel()
    await task.value
    #expect(time.isIdle)
  }

  @Test("what nobody has taken is merged")
  func merging() {
    var all = LinkWatcher.Changes(names: ["a"])
    all.merge(LinkWatcher.Changes(names: ["b"], host: true))
    all.merge(LinkWatcher.Changes(areLost: true))
    #expect(all == LinkWatcher.Changes(names: ["a", "b"], host: true, areLost: true))
  }
}
