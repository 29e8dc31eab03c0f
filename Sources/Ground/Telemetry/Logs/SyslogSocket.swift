// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Logging

/// The system's log daemon, which takes each line as a datagram in the form of RFC 3164.
final class SyslogSocket: LogWriter {
  private let path: String
  private let program: String
  private var socket: Int32?

  /// - Parameter program: the name that the daemon files the lines under.
  init(_ path: String, program: String) {
    self.path = path
    self.program = program
  }

  deinit { disconnect() }

  /// Waits for a daemon that is slow, and looks for another when it has gone.
  func write(_ line: LogLine) throws(SystemCallError) {
    let message = Array(Self.message(line, program: program, process: getpid()).utf8)
    if let socket, Self.send(message, socket) { return }
    disconnect()
    let type = Int32(bitPattern: SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
    let new = Glibc.socket(AF_UNIX, type, 0)
    guard new >= 0 else { throw SystemCallError("socket", path, code: errno) }
    socket = new
    let code = withUnixAddress(path) { connect(new, $0, $1) }
    guard code == 0 else { throw SystemCallError("connect", path, code: code) }
    guard Self.send(message, new) else { throw SystemCallError("send", path, code: errno) }
  }

  private func disconnect() {
    if let socket { close(socket) }
    socket = nil
  }

  private static func send(_ message: [UInt8], _ socket: Int32) -> Bool {
    while Glibc.send(socket, message, message.count, Int32(MSG_NOSIGNAL)) < 0 {
      if errno != EINTR { return false }
    }
    return true
  }

  static func message(_ line: LogLine, program: String, process: Int32) -> String {
    let daemon = 3
    let priority = daemon * 8 + severity(line.level)
    return "<\(priority)>\(line.localDate) \(program)[\(process)]: \(line.text)"
  }

  private static func severity(_ level: Logger.Level) -> Int {
    switch level {
    case .critical: 2
    case .error: 3
    case .warning: 4
    case .notice: 5
    case .info: 6
    case .debug, .trace: 7
    }
  }
}
