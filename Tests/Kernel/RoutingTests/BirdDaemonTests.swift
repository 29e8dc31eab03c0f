// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import DesiredState
import Routing
import TestSupport
import Testing

/// A real BIRD, without sessions and without kernel routes of its own to write.
@Suite("The BIRD daemon")
struct BirdDaemonTests {
  @Test("is started, adopted by the next agent, reconfigured and ended")
  func lifeCycle() throws {
    let folder = TemporaryFolder()
    var configuration = BGPDaemonConfiguration.example
    configuration.peers = []
    configuration.blocks = []
    configuration.pools = []
    configuration.logFile = folder.path + "/bird.log"
    let daemon = BirdDaemon(runDirectory: folder.path)
    defer { _ = try? daemon.stop() }
    #expect(try daemon.apply(configuration.render()) == .started)
    let second = BirdDaemon(runDirectory: folder.path)
    #expect(try second.apply(configuration.render()) == .unchanged)
    configuration.logLevel = .none
    #expect(try second.apply(configuration.render()) == .reconfigured)
    let status = try BirdStatus.read(socket: folder.path + "/bird6.ctl")
    #expect(status.version.hasPrefix("2."))
    #expect(status.peers.isEmpty)
    try daemon.stop()
    // BIRD closes its socket a moment after it has said yes.
    var gone = false
    for _ in 0..<100 where !gone {
      do {
        _ = try BirdStatus.read(socket: daemon.socket)
        poll(nil, 0, 20)
      } catch { gone = true }
    }
    #expect(gone)
    try daemon.stop()
  }

  @Test("keeps the old file when BIRD refuses the new one")
  func refusedConfiguration() throws {
    let folder = TemporaryFolder()
    try folder.write("router id 10.0.0.1;\n", to: "bird.cfg")
    let daemon = BirdDaemon(runDirectory: folder.path)
    #expect {
      _ = try daemon.apply("this is not for bird;\n")
    } throws: { error in
      guard case .refused(let text) = error as? RoutingError else { return false }
      return text.contains("bird.cfg.new:1")
    }
    #expect(try runProgram(["cat", daemon.configurationFile]).output == "router id 10.0.0.1;\n")
  }

  @Test("keeps the old file, and no other, when the BIRD that runs refuses what passed the check")
  func refusedByTheRunningOne() throws {
    let folder = TemporaryFolder()
    var configuration = BGPDaemonConfiguration.example
    configuration.logFile = folder.file("bird.log")
    let daemon = BirdDaemon(runDirectory: folder.path)
    let old = configuration.render()
    try folder.write(old, to: "bird.cfg")
    let bird = try ScriptedBird(
      socket: daemon.socket,
      answers: [
        "0002-Reading configuration from bird.cfg.new\n8002 bird.cfg.new:7:1 not today\n"
      ])
    defer { withExtendedLifetime(bird) {} }
    configuration.logLevel = .none
    #expect(
      throws: RoutingError.refused(
        "Reading configuration from bird.cfg.new; bird.cfg.new:7:1 not today")
    ) {
      _ = try daemon.apply(configuration.render())
    }
    #expect(folder.read("bird.cfg") == old)
    #expect(
      TemporaryFolder.names(in: folder.path).filter { $0.hasPrefix("bird.cfg") } == ["bird.cfg"])
  }

  @Test("says that nobody listens when no BIRD runs")
  func notRunning() throws {
    let folder = TemporaryFolder()
    #expect(throws: RoutingError.notRunning(socket: folder.path + "/bird.ctl")) {
      _ = try BirdStatus.read(socket: folder.path + "/bird.ctl")
    }
  }

  @Test("names the program that cannot be started")
  func noProgram() throws {
    let folder = TemporaryFolder()
    let daemon = BirdDaemon(program: "/nonexistent/bird", runDirectory: folder.path)
    #expect {
      _ = try daemon.apply("router id 10.0.0.1;\n")
    } throws: { error in
      "\(error)".contains("cannot start /nonexistent/bird: No such file or directory")
    }
  }
}
