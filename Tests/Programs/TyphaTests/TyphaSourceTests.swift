// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import EndpointCrowd
import FanOut
import HostSystem
import NIOCore
import Resources
import StoreAccess
import StoreRig
import SyncModel
import TestSupport
import Testing
import TyphaLink

@testable import Typha

@Suite("A source that is told by Typhas", .serialized, .timeLimit(.minutes(5)))
struct TyphaSourceTests {
  @Test("has everything that Typha was told, and every change")
  func whole() async throws {
    let typha = try await TyphaRig()
    var crowd = EndpointCrowd(seed: 7, deployments: 50)
    await typha.begin(crowd.endpoints(2000) + (0..<20).map { peer("p\($0)", UInt32($0)) })
    let all = Follower { [typha.address()] }
    let less = Follower({ $0.interest = .withoutBGP }) { [typha.address()] }
    for follower in [all, less] {
      await eventually("it is in sync") { follower.view.status == .inSync }
    }
    #expect(all.view.known == typha.truth && all.view.settled == [.inSync])
    #expect(less.view.known == typha.truth.without { !Interest.withoutBGP.includes($0) })
    await typha.feed(crowd.endpoints(50) + [peer("p1", nil), peer("new", 1)])
    await typha.feed(typha.truth.updates.keys.prefix(30).map(\.deletion))
    await eventually("it has the changes") { all.view.known == typha.truth }
    await eventually("it has its changes") {
      less.view.known == typha.truth.without { !Interest.withoutBGP.includes($0) }
    }
    #expect(all.source.count == typha.truth.count)
    await all.stop()
    await less.stop()
    await eventually("they are gone") { typha.connections == 0 && typha.followers == 0 }
    await typha.stop()
  }

  @Test(
    "goes to another when one is gone, takes back only what is not there, and knows what is new")
  func failover() async throws {
    let (first, second) = (try await TyphaRig(), try await TyphaRig())
    let proxy = try TCPProxy(to: first.port)
    await first.begin(tiers(0..<100))
    await second.begin(tiers(1..<101) { $0 == 50 ? 0 : $0 })
    let addresses = [
      ServiceAddress(host: "127.0.0.1", port: proxy.port, node: "n1"), second.address(),
    ]
    let follower = Follower { addresses }
    await eventually("it is in sync") { follower.view.known == first.truth }
    #expect(second.connections == 0, "the one on the own node comes first")
    let before = follower.view.updates
    proxy.shut(true)
    await eventually("it has what the other has") { follower.view.known == second.truth }
    await eventually("it is in sync") { follower.view.status == .inSync }
    let view = follower.view
    #expect(view.updates - before == 3, "one gone, one changed, one new")
    #expect(view.deleted == [.tier("t0")])
    #expect(view.settled == [.inSync, .inSync])
    #expect(view.unreachable.isEmpty)
    await follower.stop()
    await first.stop()
    await second.stop()
  }

  @Test("that is sent away goes to another, and has no work if that knows the same")
  func rebalanced() async throws {
    let typhas = [try await TyphaRig(), try await TyphaRig()]
    let updates = tiers(0..<200)
    for typha in typhas { await typha.begin(updates) }
    let addresses = [typhas[0].address(node: "n1"), typhas[1].address(node: "n2")]
    let follower = Follower { addresses }
    await eventually("it is in sync") { follower.view.status == .inSync }
    #expect(follower.view.updates == 200)
    for round in 0..<4 {
      let (here, there) = (typhas[round % 2], typhas[(round + 1) % 2])
      let synced = follower.view.synced
      #expect(await here.listener.dropOne(Farewell(.rebalancing, "your share is elsewhere")))
      await eventually("it is at the other") {
        there.followers == 1 && here.connections == 0 && follower.view.synced == synced + 1
      }
      await eventually("it is in sync") { follower.view.status == .inSync }
    }
    #expect(follower.view.updates == 200 && follower.view.deleted.isEmpty)
    #expect(follower.view.left.allSatisfy { $0 == "it says: your share is elsewhere" })
    await follower.stop()
    for typha in typhas { await typha.stop() }
  }

  @Test("keeps the last state while no Typha is there, says so once, and goes on when one is")
  func nobody() async throws {
    let typha = try await TyphaRig()
    let proxy = try TCPProxy(to: typha.port)
    await typha.begin([tier("a", 1), tier("b", 2)])
    let follower = Follower { [ServiceAddress(host: "127.0.0.1", port: proxy.port)] }
    await eventually("it is in sync") { follower.view.status == .inSync }
    let known = follower.view.known
    proxy.shut(true)
    await eventually("it finds nobody for a while") { follower.view.unreachable.count >= 5 }
    #expect(follower.view.known == known && follower.view.deleted.isEmpty)
    #expect(
      follower.view.settled == [.inSync, .waitForDatastore],
      "nobody there is one status, however often it is tried")
    await typha.feed([tier("a", nil), tier("c", 3)])
    proxy.shut(false)
    await eventually("it is as Typha") { follower.view.known == typha.truth }
    await eventually("it is in sync") { follower.view.status == .inSync }
    #expect(follower.view.settled == [.inSync, .waitForDatastore, .inSync])
    await follower.stop()
    await typha.stop()
  }

  @Test("says what is wrong where it cannot find out who there is, or nobody takes connections")
  func notFound() async throws {
    struct Unknown: Error, CustomStringConvertible { let description = "no such service" }
    let isKnown = Box(false)
    let follower = Follower {
      guard isKnown.value else { throw Unknown() }
      return []
    }
    await eventually("it says so") { !follower.view.unreachable.isEmpty }
    #expect(
      follower.view.unreachable.first == "cannot find out where Typhas are: no such service")
    isKnown.set(true)
    await eventually("it says so") {
      follower.view.unreachable.last == "there is no Typha that takes connections"
    }
    #expect(follower.view.statuses.isEmpty && follower.view.known == Known())
    await follower.stop()
  }

  @Test(
    "goes to Typhas that it knew when it cannot be found out where they are, or nobody is ready",
    arguments: [true, false])
  func remembered(fails: Bool) async throws {
    let typha = try await TyphaRig()
    await typha.begin(tiers(0..<10))
    let proxy = try TCPProxy(to: typha.port)
    let address = ServiceAddress(host: "127.0.0.1", port: proxy.port)
    let isAway = Box(false)
    let follower = Follower {
      guard isAway.value else { return [address] }
      if fails { throw TyphaProtocolError("the API is away") }
      return []
    }
    await eventually("it is in sync") { follower.view.known == typha.truth }
    isAway.set(true)
    proxy.shut(true)
    await eventually("it is out") { !follower.view.left.isEmpty }
    await typha.feed([tier("t3", nil)])
    proxy.shut(false)
    await eventually("it is in again") { follower.view.known == typha.truth }
    await follower.stop()
    await typha.stop()
  }

  @Test("hands nothing on of a snapshot that breaks, wherever that is, but for the first")
  func cutSnapshot() async throws {
    let old = tiers(0..<6)
    let new = tiers(3..<9) { $0 == 4 ? 40 : $0 }
    let hello = FakeTypha.welcome()
    let first = hello + FakeTypha.snapshot(old)
    // First of all every piece of the first snapshot, then the whole of it, and it breaks.
    let fake = try await FakeTypha(
      (0..<first.count).map { FakeTypha.Play(bytes: Array(first[..<$0])) })
    let oldKnown = Known(old)
    let follower = Follower(
      { $0.backoff = Backoff(first: .milliseconds(1), longest: .milliseconds(1)) },
      inspect: { view in
        #expect(view.deleted.isEmpty)
        for (key, update) in view.known.updates { #expect(oldKnown.updates[key] == update) }
      }
    ) { [fake.address] }
    await eventually("all pieces were told") { fake.left == 0 }
    #expect(!follower.view.statuses.contains(.inSync))
    await follower.stop()

    let second = hello + FakeTypha.snapshot(new)
    let again = try await FakeTypha([.init(bytes: first)])
    let other = Follower(
      { $0.backoff = Backoff(first: .milliseconds(1), longest: .milliseconds(1)) }
    ) { [again.address] }
    await eventually("it is in sync once") { other.view.synced == 1 }
    again.add((0..<second.count).map { FakeTypha.Play(bytes: Array(second[..<$0])) })
    await eventually("all pieces were told") { again.left == 0 }
    let seen = again.connections
    await eventually("the last of them is over") { again.connections > seen + 1 }
    #expect(other.view.updates == old.count && other.view.known == oldKnown)
    again.add([.init(bytes: second, closes: false)])
    await eventually("it has the whole of it") { other.view.known == Known(new) }
    #expect(other.view.updates == old.count + 3 + 3 + 1)
    await other.stop()
    await fake.stop()
    await again.stop()
  }

  @Test("hands on every difference that came whole before a break, and nothing of one that did not")
  func cutDifference() async throws {
    let base = FakeTypha.welcome() + FakeTypha.snapshot([tier("a", 0), tier("b", 0)])
    let differences = FakeTypha.difference([tier("a", 1), tier("c", 1)])
    let bytes = base + differences
    let plays = (base.count..<bytes.count).map { FakeTypha.Play(bytes: Array(bytes[..<$0])) }
    let fake = try await FakeTypha(plays)
    let follower = Follower(
      { $0.backoff = Backoff(first: .milliseconds(1), longest: .milliseconds(1)) }
    ) { [fake.address] }
    await eventually("all were told") { fake.left == 0 && follower.view.synced == plays.count }
    #expect(follower.view.updates == 2)
    fake.add([.init(bytes: bytes, closes: false)])
    await eventually("it has the difference") {
      follower.view.known == Known([tier("a", 1), tier("b", 0), tier("c", 1)])
    }
    await follower.stop()
    await fake.stop()
  }

  @Test("notices a connection that is open and says nothing, and goes elsewhere")
  func halfOpen() async throws {
    let typha = try await TyphaRig()
    await typha.begin([tier("a", 1)])
    let fake = try await FakeTypha([
      .init(bytes: FakeTypha.welcome() + FakeTypha.snapshot([tier("b", 1)]), closes: false),
      .init(bytes: FakeTypha.welcome(), closes: false), .init(bytes: [], closes: false),
    ])
    let addresses = Box([fake.address])
    let follower = Follower({ $0.readTimeout = .milliseconds(200) }) { addresses.value }
    await eventually("all three were left") { follower.view.left.count >= 3 }
    #expect(
      follower.view.left.prefix(3).allSatisfy { $0 == "it has said nothing for too long" },
      "\(follower.view.left)")
    addresses.set([typha.address()])
    await eventually("it is elsewhere") { follower.view.known == typha.truth }
    await follower.stop()
    await fake.stop()
    await typha.stop()
  }

  @Test(
    "leaves who does not speak as a Typha does",
    arguments: [
      ("HTTP", Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), "the other side speaks HTTP"),
      (
        "TLS", [0x15, 3, 1, 0, 2, 2, 70], "the other side speaks TLS, and refuses to speak without"
      ),
      ("noise", [9, 9, 9, 9, 9], "the other side does not speak this protocol"),
      ("too much", [0x7f, 0xff, 0xff, 0xff, 6], "the other side does not speak this protocol"),
      ("a snapshot first", TyphaMessage.snapshotBegins.bytes, "it says something that was not"),
      ("a frame first", FakeTypha.difference([]), "it says something that was not to be said now"),
      (
        "a frame before the snapshot", FakeTypha.welcome() + FakeTypha.difference([tier("a", 1)]),
        "it says something that was not to be said now"
      ),
      (
        "the end of no snapshot", FakeTypha.welcome() + TyphaMessage.snapshotEnds.bytes,
        "it says something that was not to be said now"
      ),
      (
        "two snapshots in one",
        FakeTypha.welcome() + TyphaMessage.snapshotBegins.bytes
          + TyphaMessage.snapshotBegins.bytes,
        "it says something that was not to be said now"
      ),
      (
        "two welcomes", FakeTypha.welcome() + FakeTypha.welcome(),
        "it says something that was not to be said now"
      ),
      (
        "a damaged frame",
        FakeTypha.welcome() + TyphaMessage.snapshotBegins.bytes
          + [0, 0, 0, 9, 6, 0, 0, 0, 0, 3, 1, 2, 3],
        ""
      ),
      (
        "a farewell",
        TyphaMessage.farewell(Farewell(.version, "another version")).bytes,
        "it says: another version"
      ),
    ] as [(String, [UInt8], String)])
  func strangers(_: String, bytes: [UInt8], text: String) async throws {
    let fake = try await FakeTypha([.init(bytes: bytes, closes: false)])
    let follower = Follower { [fake.address] }
    await eventually("it is left") { !follower.view.left.isEmpty }
    let reason = follower.view.left.first ?? ""
    #expect(reason.hasPrefix(text) && !reason.isEmpty, "\(reason)")
    #expect(follower.view.updates == 0 && !follower.view.statuses.contains(.inSync))
    await follower.stop()
    await fake.stop()
  }

  @Test("knows of the lock, and how old the state of its Typha is")
  func lock() async throws {
    let typha = try await TyphaRig()
    typha.setAge(.seconds(5))
    await typha.begin([tier("a", 1)])
    let follower = Follower { [typha.address()] }
    await eventually("it is in sync") { follower.view.status == .inSync }
    await typha.hub.lockHasChanged { true }
    await eventually("it has heard of it") { follower.view.heard.last?.isLocked == true }
    #expect(follower.view.heard.last?.age == 5000 && follower.view.heard.last?.status == .inSync)
    await typha.hub.lockHasChanged { false }
    await eventually("it has heard of the end") { follower.view.heard.last?.isLocked == false }
    await follower.stop()
    await typha.stop()
  }

  @Test(
    "leaves a Typha that has not heard of the datastore for long, if there is another, and not again at once"
  )
  func stale() async throws {
    let typhas = [
      try await TyphaRig { $0.pingInterval = .milliseconds(50) },
      try await TyphaRig { $0.pingInterval = .milliseconds(50) },
    ]
    for typha in typhas { await typha.begin([tier("a", 1)]) }
    let addresses = Box([typhas[0].address()])
    let time = ManualTime()
    let clock = HostClock(now: { time.now }, sleep: { _ in await Task.yield() })
    let follower = Follower(clock: clock) { addresses.value }
    await eventually("it is in sync") { follower.view.status == .inSync }
    typhas[0].setAge(.seconds(181))
    await eventually("it hears of it") { (follower.view.heard.last?.age ?? 0) > 180_000 }
    let heard = follower.view.heard.count
    await eventually("it hears of it again") { follower.view.heard.count > heard + 1 }
    #expect(follower.view.left.isEmpty, "there was no other when it came")

    addresses.set([typhas[0].address(), typhas[1].address()])
    #expect(await typhas[0].listener.dropOne(Farewell(.rebalancing, "x")))
    await eventually("it is at the other") { typhas[1].followers == 1 }
    typhas[1].setAge(.seconds(200))
    await eventually("it leaves that") {
      follower.view.left.last == "it has not heard of the datastore for 200 s"
    }
    await eventually("it is back") { typhas[0].followers == 1 }
    let left = follower.view.left.count
    let later = follower.view.heard.count
    await eventually("it hears of its age") { follower.view.heard.count > later + 3 }
    #expect(follower.view.left.count == left, "the other is no better")
    time.pass(.seconds(301))
    await eventually("it looks for a better one again, though it came before that was due") {
      follower.view.left.count == left + 1
    }
    await follower.stop()
    for typha in typhas { await typha.stop() }
  }

  @Test("leaves a Typha that never heard of the datastore, once it has waited for long")
  func neverHeard() async throws {
    let typhas = [
      try await TyphaRig { $0.pingInterval = .milliseconds(50) }, try await TyphaRig(),
    ]
    typhas[0].setAge(nil)
    await typhas[1].begin([tier("a", 1)])
    let addresses = [typhas[0].address(node: "n1"), typhas[1].address()]
    let time = ManualTime()
    let clock = HostClock(now: { time.now }, sleep: { _ in await Task.yield() })
    let follower = Follower(clock: clock) { addresses }
    await eventually("it waits") { follower.view.heard.count > 2 }
    #expect(follower.view.left.isEmpty && follower.view.statuses.isEmpty)
    time.pass(.seconds(181))
    await eventually("it is at the other") { follower.view.known == typhas[1].truth }
    #expect(follower.view.left == ["it has not heard of the datastore for 181 s"])
    await follower.stop()
    for typha in typhas { await typha.stop() }
  }

  @Test("asks for everything ever less often where a Typha breaks again and again")
  func breaking() async throws {
    let bytes = FakeTypha.welcome() + FakeTypha.snapshot([tier("a", 1)])
    let fake = try await FakeTypha((0..<8).map { _ in FakeTypha.Play(bytes: bytes) })
    let slept = Box<[Duration]>([])
    let time = ManualTime()
    let clock = HostClock(
      now: { time.now },
      sleep: { pause in
        slept.change { $0.append(pause) }
        await Task.yield()
      })
    let follower = Follower(
      { $0.backoff = Backoff(first: .milliseconds(100), longest: .seconds(10)) }, clock: clock
    ) { [fake.address] }
    await eventually("it was there eight times") { follower.view.synced == 8 }
    await eventually("it waits for the ninth") { slept.value.count >= 8 }
    #expect(slept.value[0] <= .milliseconds(100) && slept.value[7] >= .seconds(5))
    await follower.stop()
    await fake.stop()
  }

  @Test("that is stopped while it connects, or waits for a Typha that says nothing, ends at once")
  func stopping() async throws {
    // Nobody answers there: it is for documentation.
    let connecting = Follower { [ServiceAddress(host: "192.0.2.1", port: 5473)] }
    let fake = try await FakeTypha([.init(bytes: [], closes: false)])
    let waiting = Follower { [fake.address] }
    await eventually("it is connected") { fake.connections == 1 }
    await connecting.stop()
    await waiting.stop()
    await fake.stop()
  }
}
