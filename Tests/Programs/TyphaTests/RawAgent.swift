// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Glibc
import NIOCore

import Synchronization
import TestSupport
import Testing

/// A connection to a server on loopback, on which anything can be said.
final class RawAgent: Sendable {
  let descriptor: Int32
  private let state = Mutex((ear: Ear(), isOpen: true))

  /// - Parameter receiveBuffer: what the kernel keeps of what is not read, in bytes.
  init(receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemFailure(call: "socket", code: errno) }
    if var size = receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
  }

  convenience init(port: UInt16, receiveBuffer: Int32? = nil) throws {
    try self.init(receiveBuffer: receiveBuffer)
    try connect(to: port)
  }

  func connect(to port: UInt16) throws {
    let address = try SocketAddress(ipAddress: "127.0.0.1", port: Int(port))
    let code = address.withSockAddr { Glibc.connect(descriptor, $0, socklen_t($1)) }
    guard code == 0 else { throw SystemFailure(call: "connect", code: errno) }
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  func say(_ message: TyphaMessage) { send(message.bytes) }

  func greet(node: String = "raw") {
    say(.hello(AgentGreeting(node: node, software: "raw")))
  }

  /// Takes what has come, at most so much; whether the connection is still open.
  @discardableResult
  func listen(atMost limit: Int = .max) throws -> Bool {
    try state.withLock { state in
      var left = limit
      var buffer = [UInt8](repeating: 0, count: min(limit, 1 << 16))
      while left > 0, state.isOpen {
        let count = recv(
          descriptor, &buffer, min(left, buffer.count), Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN { break }
        guard count > 0 else {
          state.isOpen = false
          break
        }
        left -= count
        if limit == .max { try state.ear.hear(Array(buffer[..<count])) }
      }
      return state.isOpen
    }
  }

  var ear: Ear { state.withLock { $0.ear } }

  /// Waits until what it has heard is as wanted.
  func hear(_ what: String, _ isDone: (Ear) -> Bool) async throws {
    try await eventually(what) {
      try listen()
      return isDone(ear)
    }
  }

  /// Waits until the other side has ended the connection.
  func end(_ what: String) async throws {
    try await eventually(what) { try !listen() }
  }

  func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  deinit { close(descriptor) }
}
