// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Glibc
import HostSystem
import NIOCore
import Resources
import SyncModel
import Telemetry
import TestSupport
import Testing

@testable import Typha

@Suite("A Typha among strangers", .serialized, .timeLimit(.minutes(5)))
struct HostileTests {
  /// With limits that a test can wait for.
  private func typha(_ updates: [SyncUpdate]) async throws -> TyphaRig {
    let typha = try await TyphaRig {
      $0.handshake = .milliseconds(500)
      $0.pingInterval = .milliseconds(100)
      $0.pongTimeout = .seconds(1)
      $0.write = .seconds(1)
    }
    await typha.begin(updates)
    return typha
  }

  /// Whether one who behaves gets what there is, with all the others there.
  private func expectServed(_ typha: TyphaRig, _ follower: Follower) async {
    await typha.feed([tier("now", Int.random(in: 0..<1 << 30))])
    await eventually("who behaves is served") { follower.view.known == typha.truth }
    #expect(follower.view.left.isEmpty && follower.view.deleted.isEmpty)
  }

  private func kept(_ typha: TyphaRig) async -> [Int] {
    var bytes: [Int] = []
    for room in typha.listener.rooms { bytes.append(await room.ask { $0.differences.bytes } ?? -1) }
    return bytes
  }

  @Test("ends who reads nothing, and who reads a byte now and then; the others do not notice")
  func slowReaders() async throws {
    // More than all buffers of a connection hold.
    let typha = try await typha(tiers(0..<50) + (0..<12).map(bulk))
    let follower = Follower { [typha.address()] }
    await eventually("it is in sync") { follower.view.known == typha.truth }
    let still = try (0..<3).map { _ in try RawAgent(port: typha.port, receiveBuffer: 4096) }
    let slow = try (0..<3).map { _ in try RawAgent(port: typha.port, receiveBuffer: 4096) }
    for agent in still + slow { agent.greet() }
    await eventually("all are let in") { typha.connections == 7 }
    var isOpen = true
    while isOpen {
      for agent in slow { _ = try agent.listen(atMost: 1) }
      await expectServed(typha, follower)
      try await Task.sleep(for: .milliseconds(100))
      isOpen = typha.connections > 1
    }
    #expect(typha.log.has("it has taken nothing for 1 s") || typha.log.has("has not answered"))
    await expectServed(typha, follower)
    #expect(await kept(typha).allSatisfy { $0 < 1 << 20 })
    await follower.stop()
    await typha.stop()
  }

  private func bulk(_ index: Int) -> SyncUpdate {
    bulky("p\(index)", bytes: 400_000, seed: UInt64(index))
  }

  @Test("ends a thousand that connect and say nothing")
  func silent() async throws {
    let typha = try await typha(tiers(0..<50))
    let follower = Follower { [typha.address()] }
    await eventually("it is in sync") { follower.view.known == typha.truth }
    let agents = try (0..<1000).map { _ in try RawAgent(port: typha.port) }
    await expectServed(typha, follower)
    for agent in agents { try await agent.end("it is ended") }
    for agent in agents {
      #expect(agent.ear.farewell == Farewell(.tooSlow, "it has not said who it is for 0.5 s"))
    }
    await eventually("they are forgotten") { typha.connections == 1 }
    #expect(typha.metrics.connectionsAccepted.value == 1001)
    await expectServed(typha, follower)
    await follower.stop()
    await typha.stop()
  }

  @Test("ends who says what is no message, whatever that is")
  func garbage() async throws {
    let typha = try await typha(tiers(0..<50))
    let follower = Follower { [typha.address()] }
    await eventually("it is in sync") { follower.view.known == typha.truth }
    let seed = SplitMix64.seed(for: "garbage")
    var random = SplitMix64(seed: seed)
    let hello = TyphaMessage.hello(AgentGreeting(node: "n", software: "s")).bytes
    for round in 0..<100 {
      let agent = try RawAgent(port: typha.port)
      var bytes: [UInt8] = round % 2 == 0 ? [] : hello
      switch random.below(4) {
      case 0:
        bytes += (0..<random.below(5000)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      case 1: bytes += Array("GET /readiness HTTP/1.1\r\nHost: typha\r\n\r\n".utf8)
      case 2:
        bytes += [0x16, 3, 1] + (0..<300).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      default:
        // A message with one byte of another value.
        bytes += hello
        bytes[bytes.count - 1 - random.below(hello.count)] ^= UInt8(1 + random.below(255))
      }
      agent.send(bytes)
      // What was begun and is not ended.
      if random.chance(20) { agent.hangUp() }
    }
    await eventually("all are ended, seed \(seed)") { typha.connections == 1 }
    await expectServed(typha, follower)
    #expect(typha.log.has("the other side speaks HTTP"))
    #expect(typha.log.has("the other side speaks TLS"))
    await follower.stop()
    await typha.stop()
  }

  @Test("lets agents in again that it could not while files were short")
  func descriptors() async throws {
    let typha = try await typha(tiers(0..<50))
    let follower = Follower { [typha.address()] }
    await eventually("it is in sync") { follower.view.known == typha.truth }
    let agents = try (0..<40).map { _ in try RawAgent() }
    var old = rlimit()
    let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #expect(getrlimit(files, &old) == 0)
    defer { setrlimit(files, &old) }
    var few = old
    // The connections of ten of them.
    few.rlim_cur = rlim_t((agents.map(\.descriptor).max() ?? 0) + 11)
    #expect(setrlimit(files, &few) == 0)
    for agent in agents { try agent.connect(to: typha.port) }
    for agent in agents { agent.greet() }
    await eventually("as many as there can be are served") { typha.followers >= 8 }
    #expect(typha.connections < 41)
    await expectServed(typha, follower)
    // Who is in goes, and the next comes.
    await eventually("all were served in the end") {
      for agent in agents where (try? agent.listen()) == true {
        if agent.ear.phase == .differences { agent.hangUp() }
      }
      return agents.allSatisfy { $0.ear.phase == .differences }
    }
    await expectServed(typha, follower)
    await follower.stop()
    await typha.stop()
  }

  @Test("says farewell to all when it ends, and nobody is let in any more")
  func ending() async throws {
    let typha = try await typha(tiers(0..<5))
    let agents = try (0..<20).map { _ in try RawAgent(port: typha.port) }
    for agent in agents {
      agent.greet()
      try await agent.hear("it follows") { $0.phase == .differences }
    }
    await typha.listener.closeDoor()
    #expect(throws: SystemFailure.self) { try RawAgent(port: typha.port) }
    for index in 0..<20 {
      #expect(await typha.listener.connections().reduce(0, +) == 20 - index)
      #expect(await typha.listener.dropOne(Farewell(.shutdown, "this Typha ends")))
    }
    #expect(await !typha.listener.dropOne(Farewell(.shutdown, "this Typha ends")))
    for agent in agents {
      try await agent.end("it is ended")
      #expect(agent.ear.farewell == Farewell(.shutdown, "this Typha ends"))
    }
    await typha.stop()
    #expect(typha.connections == 0)
  }
}
