// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// The few calls on Unix stream sockets, none of which blocks.
enum UnixSocket {
  /// A failed call, by its errno.
  struct Failure: Error {
    var code: Int32
    var text: String { errorText(code) }
  }

  enum Reading {
    case bytes(Int)
    case nothing
    case closed
  }

  /// A socket that is closed on exec and does not block.
  static func make() throws(Failure) -> Int32 {
    let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let fd = socket(AF_UNIX, Int32(bitPattern: type), 0)
    guard fd >= 0 else { throw Failure(code: errno) }
    return fd
  }

  /// Whether a path can name a socket.
  static func isUsable(_ path: String) -> Bool {
    !path.isEmpty && path.utf8.count <= AgentSocket.longestPath && !path.utf8.contains(0)
  }

  static func connect(_ fd: Int32, to path: String) throws(Failure) {
    try withAddress(path) { Glibc.connect(fd, $0, $1) }
  }

  static func bind(_ fd: Int32, to path: String) throws(Failure) {
    try withAddress(path) { Glibc.bind(fd, $0, $1) }
  }

  private static func withAddress(
    _ path: String, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(Failure) {
    guard isUsable(path) else { throw Failure(code: ENAMETOOLONG) }
    let code = withUnixAddress(path, call)
    guard code == 0 else { throw Failure(code: code) }
  }

  /// Reads what is there, at most the size of the buffer.
  static func read(_ fd: Int32, into buffer: inout [UInt8]) throws(Failure) -> Reading {
    while true {
      let count = buffer.withUnsafeMutableBytes { recv(fd, $0.baseAddress, $0.count, 0) }
      if count > 0 { return .bytes(count) }
      if count == 0 { return .closed }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .nothing
      case ECONNRESET: return .closed
      default: throw Failure(code: errno)
      }
    }
  }

  /// Writes as much as goes and says how much that was. No SIGPIPE.
  static func write(_ fd: Int32, _ bytes: ArraySlice<UInt8>) throws(Failure) -> Int {
    while true {
      let count = bytes.withUnsafeBytes {
        send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN: return 0
      default: throw Failure(code: errno)
      }
    }
  }
}
