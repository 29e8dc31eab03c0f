// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import Logging
import DesiredState
import NetworkEngine
import Routing
import Telemetry
import TestSupport
import Testing

@testable import NodeAgent

/// A real BIRD behind a program that counts its checks and refuses one AS number.
@Suite("Keeping BIRD running", .timeLimit(.minutes(1)))
struct BirdControllerTests {
  private struct Rig {
    let folder = TemporaryFolder()
    let daemon: BirdDaemon
    let controller: BirdController
    let output: LogOutput
    let health = HealthRegistry()

    init() throws {
      let program = try folder.write(
        """
        #!/bin/sh
        case "$1" in
        -p)
          echo check >> '\(folder.path)/checks'
          if grep -q 'as 66666' "$3"; then echo "$3:9:1 no such number"; exit 1; fi
          ;;
        esac
        exec bird "$@"
        """, to: "bird.sh", mode: 0o700)
      daemon = BirdDaemon(program: program, runDirectory: folder.path)
      health.register("bird", reports: [.ready])
      output = LogOutput(
        program: "test", LogConfiguration(file: .debug, filePath: folder.file("log")))
      controller = try BirdController(
        daemon: daemon, health: health, log: output.logger("bird"))
    }

    func configuration(
      _ number: UInt32, level: BGPDaemonConfiguration.LogLevel = .none
    ) throws -> BGPDaemonConfiguration {
      let own = try #require(IPAddress("127.0.0.2"))
      // The peer of a family that this node has not got makes no session, and the port none that
      // another BIRD has.
      return BGPDaemonConfiguration(
        routerID: own, asNumber: number, ipv4: own, ipv6: nil, listenPort: 20179,
        peers: [
          BGPNeighbor(
            origin: .mesh, address: try #require(IPAddress("127.0.0.3")), port: 20179,
            asNumber: number)
        ], logLevel: level, logFile: folder.file("bird.log"))
    }

    var checks: Int { folder.read("checks").split(separator: "\n").count }
    var log: String {
      output.flush()
      return folder.read("log")
    }
    var errors: Int { log.split(separator: "\n").filter { $0.contains("[ERROR]") }.count }
    var readiness: String { health.readiness.text }
  }

  @Test("what BIRD refuses is tried and said once, and the last good configuration stays in force")
  func refused() async throws {
    let rig = try Rig()
    defer { _ = try? rig.daemon.stop() }
    let good = try rig.configuration(64512)
    await rig.controller.take(.run(good))
    #expect(rig.checks == 1)
    for _ in 0..<5 {
      await rig.controller.take(.run(try rig.configuration(66666)))
      await rig.controller.check()
    }
    #expect(rig.checks == 2)
    #expect(rig.errors == 1)
    #expect(rig.log.contains("BIRD refused its new configuration: "))
    #expect(rig.folder.read("bird.cfg") == good.render())
    #expect(rig.folder.read("bird.cfg.new").isEmpty)
    #expect(!rig.health.readiness.isGood)
    #expect(rig.readiness.contains("no such number"))
    #expect(rig.readiness.contains("goes on with the last configuration that it took"))
    // It goes on also after it has died.
    let old = try BirdStatus.read(socket: rig.daemon.socket)
    #expect(old.peers.count == 1)
    try rig.daemon.stop()
    await eventually("BIRD ends") { (try? BirdStatus.read(socket: rig.daemon.socket)) == nil }
    await rig.controller.check()
    #expect(try BirdStatus.read(socket: rig.daemon.socket).peers.count == 1)
    #expect(rig.checks == 2)
    // Another configuration is tried, and then the refused one anew.
    let next = try rig.configuration(64513)
    await rig.controller.take(.run(next))
    #expect(rig.checks == 3)
    #expect(rig.folder.read("bird.cfg") == next.render())
    #expect(!rig.readiness.contains("refused"))
    await rig.controller.take(.run(try rig.configuration(66666)))
    #expect(rig.checks == 4)
  }

  @Test("says why there is no BIRD")
  func reasons() async throws {
    let rig = try Rig()
    defer { _ = try? rig.daemon.stop() }
    await rig.controller.check()
    #expect(rig.readiness.contains("the datastore has not been read yet"))
    for _ in 0..<3 { await rig.controller.take(.wait("there is no address")) }
    #expect(rig.readiness.contains("there is no address"))
    let said = rig.log.split(separator: "\n").filter { $0.contains("no address") }
    #expect(said.count == 1)
    await rig.controller.take(.run(try rig.configuration(66666)))
    #expect(rig.readiness.contains("no such number"))
    #expect(rig.readiness.contains("there is no configuration to start it with"))
    // What it does, it goes on doing.
    await rig.controller.take(.run(try rig.configuration(64512)))
    await rig.controller.take(.wait("the node is gone"))
    #expect(!rig.health.readiness.isGood)
    #expect(rig.readiness.contains("the node is gone; BIRD goes on"))
    #expect(try BirdStatus.read(socket: rig.daemon.socket).peers.count == 1)
  }

  @Test("a configuration that BIRD did not hear of is given to it again")
  func lostAnswer() async throws {
    let rig = try Rig()
    defer { _ = try? rig.daemon.stop() }
    await rig.controller.take(.run(try rig.configuration(64512)))
    // An agent that is stopped between the check and BIRD's answer leaves the new file beside the old.
    let next = try rig.configuration(64513)
    try rig.folder.write(next.render(), to: "bird.cfg.new")
    #expect(try rig.daemon.apply(next.render()) == .reconfigured)
    #expect(rig.folder.read("bird.cfg") == next.render())
    #expect(try rig.daemon.apply(next.render()) == .unchanged)
  }
}
