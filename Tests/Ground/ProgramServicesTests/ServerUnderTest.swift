// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Logging
import ProgramServices
import StoreRig
import Telemetry
import TestSupport
import Testing

/// A status server with its log, and clients without TLS.
struct ServerUnderTest: Sendable {
  let folder = TemporaryFolder()
  let health = HealthRegistry()
  let metrics = MetricsRegistry()
  let server: StatusServer
  private let output: LogOutput
  /// Free when it was looked for.
  let port: Int

  init(clock: HostClock = .continuous) throws {
    output = LogOutput(
      program: "test", LogConfiguration(file: .debug, filePath: folder.file("log")))
    server = StatusServer(
      health: health, metrics: metrics, log: output.logger("http"), clock: clock)
    port = Int(try RigPort.free())
  }

  var log: String {
    output.flush()
    return folder.read("log")
  }

  func address(_ tls: ServerTLS? = nil) -> StatusServer.Address {
    .init(host: "127.0.0.1", port: port, tls: tls)
  }

  /// Whether somebody listens.
  var isListening: Bool {
    guard let connection = connection() else { return false }
    close(connection)
    return true
  }

  /// A connection; `nil` when nobody listens.
  func connection() -> Int32? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(file, $0, size) }
    }
    if result == 0 { return file }
    close(file)
    return nil
  }

  /// Sends a request, and gives what comes first.
  func ask(_ file: Int32, _ request: String) async throws -> String {
    try await onOwnThread {
      let bytes = Array(request.utf8)
      guard send(file, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return "" }
      var answer = [UInt8](repeating: 0, count: 4096)
      let count = recv(file, &answer, answer.count, 0)
      return count > 0 ? String(decoding: answer[..<count], as: UTF8.self) : ""
    }
  }
}
