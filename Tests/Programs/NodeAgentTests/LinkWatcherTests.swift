// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import Glibc
import Logging
import Netlink
import Synchronization
import TestSupport
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

  /// All that a consumer was told.
  private final class Seen: Sendable {
    private let changes = Mutex(LinkWatcher.Changes())
    var names: Set<String> { changes.withLock { $0.names } }
    func merge(_ new: LinkWatcher.Changes) { changes.withLock { $0.merge(new) } }
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

  /// Datagrams and failures in an order, once each; a failure only when it is asked for.
  private final class Script: NetlinkTransport, Sendable {
    private let steps: Mutex<[Result<[UInt8], NetlinkError>]>
    private let mayFail = Mutex(false)
    /// Both ends of a pipe that is always readable.
    private let ends: [Int32]
    var fileDescriptor: Int32 { ends[0] }

    init(_ steps: [Result<[UInt8], NetlinkError>]) throws {
      var ends: [Int32] = [-1, -1]
      try #require(pipe(&ends) == 0)
      try #require(write(ends[1], [1 as UInt8], 1) == 1)
      self.steps = Mutex(steps)
      self.ends = ends
    }

    deinit { for end in ends { close(end) } }

    func send(_ bytes: UnsafeRawBufferPointer) throws(NetlinkError) {}

    func say(_ message: [UInt8]) { steps.withLock { $0.append(.success(message)) } }

    func fail() { mayFail.withLock { $0 = true } }

    func receive(wait: Bool) throws(NetlinkError) -> [UInt8]? {
      let mayFail = mayFail.withLock { $0 }
      let next: Result<[UInt8], NetlinkError>? = steps.withLock { steps in
        guard let first = steps.first else { return nil }
        if case .failure = first, !mayFail { return nil }
        return steps.removeFirst()
      }
      return try next?.get()
    }
  }

  /// A message of the kernel that a link is there, as it has short names: RTM_NEWLINK with IFLA_IFNAME.
  private func message(_ name: String) -> [UInt8] {
    let text = Array(name.utf8) + [0]
    let attribute = [UInt8(4 + text.count), 0, 3, 0] + text
    let padding = [UInt8](repeating: 0, count: (4 - attribute.count % 4) % 4)
    let link: [UInt8] = [0, 0, 1, 0, 9, 0, 0, 0] + [UInt8](repeating: 0, count: 8)
    let body = link + attribute + padding
    return [UInt8(16 + body.count), 0, 0, 0, 16, 0] + [UInt8](repeating: 0, count: 10) + body
  }

  @Test(
    "what the kernel could not tell is looked at without a pause, and without subscribing anew",
    .timeLimit(.minutes(1)),
    arguments: [NetlinkError.Reason.overrun, .truncated])
  func overrun(reason: NetlinkError.Reason) async throws {
    let time = ManualTime()
    let opened = Count()
    let script = try Script([
      .success(message("cali1")), .failure(NetlinkError("receive", reason)),
      .success(message("cali2")),
    ])
    let watcher = try LinkWatcher(clock: time.clock) { () throws(NetlinkError) in
      opened.step()
      return RouteMonitor(script, fileDescriptor: script.fileDescriptor)
    }
    var log = Logger(label: "test")
    log.logLevel = .critical
    let lost = Count()
    let task = Task { [log] in
      var seen = LinkWatcher.Changes()
      for await changes in watcher.changes(log: log) {
        if changes.areLost { lost.step() }
        seen.merge(changes)
        if seen.names == ["cali1"] { script.fail() }
        if seen.names == ["cali1", "cali2"] { break }
      }
      return seen
    }
    let seen = await task.value
    #expect(seen.names == ["cali1", "cali2"])
    #expect(lost.value == 2, "at the beginning, and after the loss")
    #expect(opened.value == 1, "the subscription goes on")
    #expect(time.isIdle && time.now == .zero, "nothing was waited for")
  }

  @Test(
    "when more and more is lost, it is looked at every two seconds, on a thread that may block",
    .timeLimit(.minutes(1)))
  func losses() async throws {
    let time = ManualTime()
    let lost = NetlinkError("receive", .overrun)
    let script = try Script(
      [.success(message("cali1"))] + (0..<50).map { _ in .failure(lost) }
        + [.success(message("cali2")), .failure(lost), .success(message("cali3"))])
    let (looks, elsewhere) = (Count(), Count())
    let watcher = try LinkWatcher(clock: time.clock) { () throws(NetlinkError) in
      RouteMonitor(script, fileDescriptor: script.fileDescriptor)
    } heed: { changes in
      if changes.areLost { looks.step() }
      if TemporaryFolder.text(of: "/proc/thread-self/comm") != "links\n" {
        elsewhere.step()
      }
    }
    var log = Logger(label: "test")
    log.logLevel = .critical
    let seen = Seen()
    let task = Task { [log] in
      for await changes in watcher.changes(log: log) { seen.merge(changes) }
    }
    await eventually { seen.names == ["cali1"] }
    script.fail()
    await eventually { seen.names == ["cali1", "cali2", "cali3"] }
    #expect(looks.value == 2, "at the beginning, and at the first loss")
    time.pass(.milliseconds(1999))
    #expect(looks.value == 2)
    time.pass(.milliseconds(1))
    await eventually { looks.value == 3 }
    // Nothing was lost since.
    time.pass(.seconds(9))
    script.say(message("cali4"))
    await eventually { seen.names.contains("cali4") }
    #expect(looks.value == 3 && elsewhere.value == 0)
    task.cancel()
    await task.value
  }

  @Test("what nobody has taken is merged")
  func merging() {
    var all = LinkWatcher.Changes(names: ["a"])
    all.merge(LinkWatcher.Changes(names: ["b"], host: true))
    all.merge(LinkWatcher.Changes(areLost: true))
    #expect(all == LinkWatcher.Changes(names: ["a", "b"], host: true, areLost: true))
  }
}
