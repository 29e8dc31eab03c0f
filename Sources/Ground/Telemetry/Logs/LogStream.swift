// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// An open descriptor that takes lines: the screen, or a file.
final class LogStream: LogWriter {
  let descriptor: Int32
  private let name: String
  private let isOwned: Bool
  /// Whether it has only the beginning of the last line, as when a disk is full.
  private var isMidLine = false

  /// - Parameters:
  ///   - name: for errors.
  ///   - isOwned: whether the descriptor is closed when the object goes.
  init(_ descriptor: Int32, name: String = "", isOwned: Bool = false) {
    self.descriptor = descriptor
    self.name = name
    self.isOwned = isOwned
  }

  deinit {
    if isOwned { close(descriptor) }
  }

  func write(_ line: LogLine) throws(SystemCallError) { try write(line.dated) }

  /// Writes a text as a line of its own.
  func write(_ text: String) throws(SystemCallError) {
    var rest = Array(((isMidLine ? "\n" : "") + text + "\n").utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
        isMidLine = !rest.isEmpty
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        // Somebody who has it too does not want to wait for it. We do.
        var wish = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wish, 1, -1)
      case let code: throw SystemCallError("write", name, code: code)
      }
    }
  }
}
