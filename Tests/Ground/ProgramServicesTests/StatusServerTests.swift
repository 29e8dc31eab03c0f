// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import ProgramServices
import Telemetry
import TestSupport
import Testing

@Suite("A program's HTTP", .timeLimit(.minutes(1)))
struct StatusServerTests {
  @Test("a clean stop logs no error, also with a client that holds its connection")
  func cleanStop() async throws {
    let rig = try ServerUnderTest()
    rig.health.register("part", reports: [.live, .ready])
    await rig.server.serve(health: rig.address(), metrics: nil)
    await eventually("the server listens") { rig.isListening }
    let client = try #require(rig.connection())
    defer { close(client) }
    let answer = try await rig.ask(client, "GET /liveness HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
    await rig.server.stop()
    #expect(rig.log.contains("serving health"))
    #expect(!rig.log.contains("[ERROR]"), "\(rig.log)")
  }
}
