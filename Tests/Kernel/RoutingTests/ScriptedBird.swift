// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import TestSupport

/// Whoever answers on a control socket, once, with what it has been told to say: a real BIRD says
/// nothing unasked, and takes what its own check has passed.
final class ScriptedBird: Sendable {
  private let thread: HostThread

  /// Listens, and gives each command of the first session the next of the answers.
  init(socket path: String, answers: [String]) throws {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let listener = socket(AF_UNIX, type, 0)
    guard listener >= 0 else { throw SystemFailure(call: "socket", code: errno) }
    // Nothing here waits for ever, so that a test that fails ends.
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0, listen(listener, 1) == 0 else {
      let code = errno
      close(listener)
      throw SystemFailure(call: "bind \(path)", code: code)
    }
    thread = try HostThread(name: "scripted-bird") {
      Self.serve(listener, answers)
    }
  }

  deinit { thread.join() }

  private static func serve(_ listener: Int32, _ answers: [String]) {
    let session = accept(listener, nil, nil)
    close(listener)
    guard session >= 0 else { return }
    defer { close(session) }
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(session, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    guard say("0001 BIRD 2.0.12 ready.\n", session) else { return }
    for answer in answers {
      guard hearsLine(session), say(answer, session) else { return }
    }
  }

  /// Sends what is short enough to go as a whole; false when the other side has gone.
  private static func say(_ text: String, _ session: Int32) -> Bool {
    let bytes = Array(text.utf8)
    return send(session, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  /// Waits for a whole line; false when the other side has gone.
  private static func hearsLine(_ session: Int32) -> Bool {
    var byte: UInt8 = 0
    while recv(session, &byte, 1, 0) == 1 {
      if byte == UInt8(ascii: "\n") { return true }
    }
    return false
  }
}
