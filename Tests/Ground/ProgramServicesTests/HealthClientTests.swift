// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Telemetry
import TestSupport
import Testing

@testable import ProgramServices

@Suite("Who asks a program for its health", .timeLimit(.minutes(1)))
struct HealthClientTests {
  private func client(_ port: Int, host: String = "127.0.0.1") -> HealthClient {
    HealthClient(program: "prog", settings: "PROG_HEALTHENABLED=true", host: host, port: port)
  }

  private func failure(_ client: HealthClient) async throws -> String {
    try await onOwnThread {
      do throws(HealthClientError) {
        return "answered: \(try client.ask("liveness"))"
      } catch {
        return "\(error)"
      }
    }
  }

  @Test("hears whether all is well, and the program's words")
  func answers() async throws {
    let rig = try ServerUnderTest()
    rig.health.register("part", reports: [.live, .ready])
    await rig.server.serve(health: rig.address(), metrics: nil)
    await eventually("the server listens") { rig.isListening }
    let client = client(rig.port)
    for isReady in [false, true] {
      rig.health.report("part", ready: isReady, detail: "no pods yet")
      let readiness = try await onOwnThread { try client.ask("readiness") }
      #expect(readiness.isGood == isReady)
      #expect(readiness.text == rig.health.readiness.text)
      #expect(readiness.text.contains("no pods yet"))
      let liveness = try await onOwnThread { try client.ask("liveness") }
      #expect(liveness.isGood)
    }
    await rig.server.stop()
  }

  @Test("names the program, the place and the settings where nobody answers")
  func silence() async throws {
    let rig = try ServerUnderTest()
    #expect(
      try await failure(client(rig.port))
        == "prog does not answer on 127.0.0.1:\(rig.port): it does not run, or serves no health "
        + "(PROG_HEALTHENABLED=true)")
    #expect(
      try await failure(client(rig.port, host: "no.such.invalid"))
        == "no such host: no.such.invalid")
  }

  @Test("says so where something else answers, and where nothing comes")
  func stranger() async throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 4) == 0
          ? getsockname(listener, $0, &size) : -1
      }
    }
    try #require(code == 0)
    var client = client(Int(UInt16(bigEndian: address.sin_port)))
    client.limit = .milliseconds(20)
    // The system has taken the connection; nobody has looked at it.
    let place = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    #expect(
      try await failure(client)
        == "prog on \(place) gave no whole answer to liveness: Resource temporarily unavailable")
    close(accept(listener, nil, nil))

    client.limit = .seconds(60)
    let answers = ["220 mail.example ESMTP\r\n", "", "HTTP/1.1 fine\r\n\r\n"]
    let server = Task {
      try await onOwnThread {
        for answer in answers {
          let client = accept(listener, nil, nil)
          let words = Array(answer.utf8)
          send(client, words, words.count, Int32(MSG_NOSIGNAL))
          // What the client says is heard out, so that nothing is cut off.
          shutdown(client, Int32(SHUT_WR))
          var heard = [UInt8](repeating: 0, count: 4096)
          while recv(client, &heard, heard.count, 0) > 0 {}
          close(client)
        }
      }
    }
    for _ in answers {
      #expect(try await failure(client) == "\(place) does not speak HTTP")
    }
    try await server.value
  }
}
