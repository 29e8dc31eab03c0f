// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import ProgramServices
import Telemetry
import TestSupport
import Testing

@Suite("A program's HTTP", .timeLimit(.minutes(1)))
struct StatusServerTests {
  @Test("a clean stop logs no error, also with a client that holds its connection")
  func cleanStop() async throws {
    let folder = TemporaryFolder()
    let output = try LogOutput(level: .debug, file: folder.file("log"))
    let health = HealthRegistry()
    health.register("part", reports: [.live, .ready])
    let server = StatusServer(
      health: health, metrics: MetricsRegistry(), log: output.logger("http"))
    let port = Int.random(in: 20000..<30000)
    await server.serve(health: .init(host: "127.0.0.1", port: port), metrics: nil)
    let client = try await Self.connection(port: port)
    defer { close(client) }
    let answer = Self.ask(client, "GET /liveness HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
    await server.stop()
    let log = folder.read("log")
    #expect(log.contains("serving health"))
    #expect(!log.contains("[ERROR]"), "\(log)")
  }

  /// Connects once the server listens.
  private static func connection(port: Int) async throws -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    var connected: Int32?
    await eventually("the server listens") {
      let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(file, $0, size) }
      }
      if result == 0 { connected = file } else { close(file) }
      return result == 0
    }
    return try #require(connected)
  }

  private static func ask(_ file: Int32, _ request: String) -> String {
    let bytes = Array(request.utf8)
    guard send(file, bytes, bytes.count, 0) == bytes.count else { return "" }
    var answer = [UInt8](repeating: 0, count: 4096)
    let count = recv(file, &answer, answer.count, 0)
    return count > 0 ? String(decoding: answer[..<count], as: UTF8.self) : ""
  }
}
