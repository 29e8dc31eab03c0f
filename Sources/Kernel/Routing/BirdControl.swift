// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// A session on BIRD's control socket.
///
/// The protocol (BIRD 2's `doc/reply_codes`): each line of an answer starts with four digits and a
/// dash (more follow) or a space (the last one); a line that starts with a space goes on with the
/// code of the one before. Calls block, at most for the given time; answers are bounded.
public struct BirdControl: ~Copyable {
  /// One line of an answer.
  public struct Line: Sendable, Hashable {
    public var code: Int
    public var text: String
  }

  private static let maximumAnswer = 8 * 1024 * 1024
  private let socket: Descriptor
  private let path: String
  private let timeout: Int
  private var buffer: [UInt8] = []

  /// Connects and reads BIRD's greeting.
  ///
  /// - Parameters:
  ///   - path: The socket, such as `/var/run/calico/bird.ctl`.
  ///   - timeout: Milliseconds that each answer may take.
  public static func connect(
    path: String, timeout: Int = 5000
  ) throws(RoutingError) -> BirdControl {
    var control = BirdControl(socket: try connected(to: path), path: path, timeout: timeout)
    _ = try control.answer()
    return control
  }

  private init(socket: consuming Descriptor, path: String, timeout: Int) {
    self.socket = socket
    self.path = path
    self.timeout = timeout
  }

  private static func connected(to path: String) throws(RoutingError) -> Descriptor {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard let socket = Descriptor(Glibc.socket(AF_UNIX, type, 0)) else {
      throw .system(SystemCallError("socket", path, code: errno))
    }
    let number = socket.number
    switch withUnixAddress(path, { Glibc.connect(number, $0, $1) }) {
    case 0: return socket
    case ENOENT, ECONNREFUSED: throw .notRunning(socket: path)
    case EACCES, EPERM: throw .permissionDenied(socket: path)
    case let code: throw .system(SystemCallError("connect", path, code: code))
    }
  }

  /// Sends a command and returns the lines of its answer.
  ///
  /// Errors: `refused` when BIRD answers with a code of 8000 or more.
  public mutating func send(_ command: String) throws(RoutingError) -> [Line] {
    var bytes = Array((command + "\n").utf8)[...]
    while !bytes.isEmpty {
      let sent = bytes.withUnsafeBytes {
        Glibc.send(socket.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if sent < 0, errno == EINTR { continue }
      guard sent > 0 else { throw .system(SystemCallError("send", path, code: errno)) }
      bytes = bytes.dropFirst(sent)
    }
    return try answer()
  }

  private mutating func answer() throws(RoutingError) -> [Line] {
    let deadline = monotonicMilliseconds() + timeout
    var lines: [Line] = []
    var total = 0
    while true {
      let raw = try nextLine(deadline: deadline)
      total += raw.utf8.count
      guard total <= Self.maximumAnswer else { throw .malformedReply("more than 8 MiB") }
      if raw.hasPrefix(" ") {
        guard let code = lines.last?.code else { throw .malformedReply(raw) }
        lines.append(Line(code: code, text: String(raw.dropFirst())))
        continue
      }
      // "+" lines are asynchronous log messages that nobody here asks for.
      if raw.hasPrefix("+") { continue }
      guard raw.utf8.count >= 5, let code = Int(raw.prefix(4)) else {
        throw .malformedReply(raw)
      }
      lines.append(Line(code: code, text: String(raw.dropFirst(5))))
      if raw.utf8.dropFirst(4).first == UInt8(ascii: "-") { continue }
      if code >= 8000 { throw .refused(lines.map(\.text).joined(separator: "; ")) }
      return lines
    }
  }

  private mutating func nextLine(deadline: Int) throws(RoutingError) -> String {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(end + 1)
        return line
      }
      guard buffer.count < 65_536 else { throw .malformedReply("a line of more than 64 KiB") }
      var waiting = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
      let left = deadline - monotonicMilliseconds()
      let ready = left > 0 ? poll(&waiting, 1, Int32(clamping: left)) : 0
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { throw .timeout(socket: path) }
      var chunk = [UInt8](repeating: 0, count: 16_384)
      let count = chunk.withUnsafeMutableBytes { recv(socket.number, $0.baseAddress, $0.count, 0) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .notRunning(socket: path) }
      buffer += chunk[..<count]
    }
  }
}
