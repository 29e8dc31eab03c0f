// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Glibc
import HostSystem
import Synchronization
import TestSupport

extension TemporaryFolder {
  /// Where an agent of this run directory listens.
  var socket: String { AgentSocket.path(runDirectory: path) }
}

let endpoint = AttachedEndpoint(
  node: "node-1", namespace: "default", name: "node--1-k8s-pod-eth0",
  interfaceName: "cali0ef24b1a2c3", containerID: String(repeating: "ab", count: 32))

/// Responders that a handler keeps instead of answering.
final class Shelf: Sendable {
  private let responders = Mutex<[AgentResponder]>([])

  var all: [AgentResponder] { responders.withLock { $0 } }

  func put(_ responder: AgentResponder) { responders.withLock { $0.append(responder) } }

  func clear() {
    let old = responders.withLock { responders in
      defer { responders = [] }
      return responders
    }
    _ = old
  }
}

/// A socket without any protocol on it.
struct RawSocket {
  let fd: Int32

  /// Connects; reads end with an error after ten seconds, so that a test that fails ends.
  init(connectingTo path: String) {
    fd = socket(AF_UNIX, Int32(bitPattern: SOCK_STREAM.rawValue), 0)
    _ = Self.withAddress(path) { connect(fd, $0, $1) }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  init(listeningOn path: String) {
    fd = socket(AF_UNIX, Int32(bitPattern: SOCK_STREAM.rawValue), 0)
    _ = Self.withAddress(path) { bind(fd, $0, $1) }
    listen(fd, 4)
  }

  private init(fd: Int32) { self.fd = fd }

  func accepted() -> RawSocket { RawSocket(fd: accept(fd, nil, nil)) }

  /// Whether the other side still took it.
  @discardableResult
  func send(_ bytes: some Collection<UInt8>) -> Bool {
    let bytes = Array(bytes)
    return Glibc.send(fd, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  /// Everything until the other side closes; nil when it does not.
  func readToEnd() -> [UInt8]? {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(fd, &buffer, buffer.count, 0)
      if count < 0 { return errno == ECONNRESET ? all : nil }
      if count == 0 { return all }
      all += buffer[..<count]
    }
  }

  func finish() { close(fd) }

  private static func withAddress(
    _ path: String, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        call($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}

/// Runs a body on a thread of its own, so that a blocking test does not hold up others.
func onThread<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
  await withCheckedContinuation { continuation in
    do {
      try HostThread(name: "test") { continuation.resume(returning: body()) }.detach()
    } catch {
      preconditionFailure("\(error)")
    }
  }
}

/// What a request came to.
func ask(
  _ path: String, _ request: AgentRequest, milliseconds: Int = 10_000,
  onPending: (String) -> Void = { _ in }
) -> Result<AgentReply, AgentClientError> {
  do throws(AgentClientError) {
    return .success(
      try AgentClient(path: path).send(request, waitingAtMost: milliseconds, onPending: onPending))
  } catch { return .failure(error) }
}
